// SPDX-License-Identifier: Apache-2.0
#include "runner/fault_report.h"

#include <optional>

#include "absl/strings/str_cat.h"

namespace kheap {

namespace {

std::string Place(const SourceLine& line) {
  if (line.file.empty()) return "unknown place";
  std::string text = absl::StrCat(line.file, ":", line.line);
  if (line.column != 0) absl::StrAppend(&text, ":", line.column);
  return text;
}

// The calls, innermost first; a recursion's equal lines are counted.
std::string Calls(const FaultPlace& place) {
  std::string text;
  std::string last;
  int repeated = 0;
  const auto count = [&] {
    if (repeated > 0)
      absl::StrAppend(&text, "     … ", repeated, " times more\n");
    repeated = 0;
  };
  for (const SourceLine& line : place.calls) {
    std::string row = Place(line);
    if (!line.function.empty()) absl::StrAppend(&row, " in ", line.function);
    if (row == last) {
      ++repeated;
      continue;
    }
    count();
    absl::StrAppend(&text, text.empty() ? "  at " : "     ", row, "\n");
    last = std::move(row);
  }
  count();
  if (place.has_more_calls) text += "     …\n";
  return text;
}

// The first line.
std::string Head(const FaultPlace& place, const MemoryFault& fault) {
  if (fault.code != FaultCode::kIntegerTrap || !place.site.has_value()) {
    return ToString(fault);
  }
  return absl::StrCat("fault ", static_cast<int>(fault.code), ": ",
                      place.site->kind == SiteKind::kDivision
                          ? "integer trap: a division by zero, or a quotient "
                            "that does not fit"
                          : "integer trap: code that ends the program");
}

// "4 bytes before", "0 bytes into", "12 bytes behind" an object.
std::string Relation(Address address, Address begin, std::uint64_t size) {
  const auto bytes = [](std::uint64_t count) {
    return absl::StrCat(count, count == 1 ? " byte " : " bytes ");
  };
  if (address < begin) return bytes(begin - address) + "before";
  if (address - begin < size) return bytes(address - begin) + "into";
  return bytes(address - begin - size) + "behind the end of";
}

class Explainer {
 public:
  Explainer(Machine& machine, const MemoryFault& fault)
      : machine_(machine), heap_(machine.heap()), fault_(fault) {}

  std::string Object() const {
    const Address address = fault_.address;
    if (fault_.code == FaultCode::kIntegerTrap ||
        fault_.code == FaultCode::kStackOverflow) {
      return "";
    }
    if (address.offset() < kRegionAlignment) return "";
    const std::string function =
        machine_.program().FunctionName(address.offset());
    if (!function.empty()) {
      return absl::StrCat(ToString(address), " is the function ", function);
    }
    if (address.offset() >= heap_.layout().capacity_bytes()) {
      return absl::StrCat(ToString(address), " is beyond the memory of ",
                          heap_.layout().capacity_bytes(), " bytes");
    }
    switch (heap_.layout().RegionOf(address)) {
      case Region::kHeap:
        return Block(address);
      case Region::kData:
      case Region::kReadOnly:
        return Global(address);
      case Region::kStack:
        return absl::StrCat(ToString(address), " is on the stack");
      case Region::kStackGuard:
        return absl::StrCat(ToString(address), " is below the stack");
      default:
        return absl::StrCat(ToString(address),
                            " belongs to no object of the program");
    }
  }

  std::string Fix() const {
    switch (fault_.code) {
      case FaultCode::kNullDereference:
        return fault_.access == Access::kCall
                   ? "set the function pointer before calling through it"
                   : "make the pointer point to something, or test it for NULL";
      case FaultCode::kOutOfBounds:
        return "keep the index within the object, or make the object larger";
      case FaultCode::kStackOverflow:
        return "recurse less deep, or keep large objects in malloc's memory";
      case FaultCode::kUseAfterFree:
        return "use the block before it is freed, or free it later";
      case FaultCode::kDoubleFree:
        return "free the block once; set the pointer to NULL when it is freed";
      case FaultCode::kInvalidFree:
        return "free only what malloc returned, from its first byte";
      case FaultCode::kHeapCorruption:
        return "find the store that ran over a block's end; checked mode "
               "names it";
      case FaultCode::kUninitialisedRead:
        return "give the variable a value before reading it";
      case FaultCode::kOverlappingCopy:
        return "use memmove where the ranges may overlap";
      case FaultCode::kMisaligned:
        return "align the address to the size of the access";
      case FaultCode::kReadOnlyWrite:
        return "copy the constant to memory of its own before changing it";
      case FaultCode::kBadCallTarget:
        return fault_.access == Access::kCall
                   ? "call a function through a pointer of its own type"
                   : "jump only to where setjmp was called and still runs";
      case FaultCode::kIntegerTrap:
        return "test the divisor for zero, and the quotient for overflow";
      case FaultCode::kStackUseAfterReturn:
        return "return the value, or keep the object where it outlives the "
               "call";
    }
    return "";
  }

 private:
  // Nothing where the heap is damaged, too.
  std::optional<BlockInfo> FindBlock(Address address) const {
    try {
      return machine_.malloc().Find(address);
    } catch (const MemoryFault&) {
      return std::nullopt;
    }
  }

  std::string Block(Address address) const {
    const std::optional<BlockInfo> block = FindBlock(address);
    if (!block.has_value() || block->kind == BlockKind::kFreeChunk) {
      return absl::StrCat(ToString(address), " is in no block of malloc");
    }
    const bool freed = block->kind != BlockKind::kLive;
    std::string text = absl::StrCat(
        ToString(address), " is ",
        Relation(address, block->begin, block->size_bytes),
        freed ? " a freed block of " : " a block of ", block->size_bytes,
        block->size_bytes == 1 ? " byte" : " bytes");
    const BlockHistory history = machine_.HistoryOf(block->sequence);
    if (history.allocated.has_value()) {
      absl::StrAppend(&text, "\n     allocated at ", *history.allocated,
                      " (malloc ", block->sequence, ")");
      if (freed && history.freed.has_value()) {
        absl::StrAppend(&text, ", freed at ", *history.freed);
      }
    }
    return text;
  }

  std::string Global(Address address) const {
    const std::optional<Symbol> symbol =
        machine_.process().data().FindNearest(address);
    if (!symbol.has_value()) {
      return absl::StrCat(ToString(address), " is in no global");
    }
    return absl::StrCat(
        ToString(address), " is ",
        Relation(address, symbol->address, symbol->size_bytes), " the global `",
        absl::string_view(symbol->name.data(), symbol->name.size()), "` of ",
        symbol->size_bytes, " bytes");
  }

  Machine& machine_;
  GlobalHeap& heap_;
  const MemoryFault& fault_;
};

}  // namespace

std::string FaultReport(Machine& machine, const MemoryFault& fault) {
  std::string text = Head(machine.fault_place(), fault) + "\n";
  text += Calls(machine.fault_place());
  const Explainer explainer(machine, fault);
  if (const std::string object = explainer.Object(); !object.empty()) {
    absl::StrAppend(&text, "  ", object, "\n");
  }
  absl::StrAppend(&text, "  fix: ", explainer.Fix(), "\n");
  return text;
}

}  // namespace kheap
