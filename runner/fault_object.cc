// SPDX-License-Identifier: Apache-2.0
#include "runner/fault_object.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "runner/frame_finder.h"

namespace kheap {

namespace {

// One of a variadic call's, as va_arg steps.
constexpr std::uint64_t kArgumentBytes = 8;

std::string Bytes(std::uint64_t count) {
  return absl::StrCat(count, count == 1 ? " byte" : " bytes");
}

// "4 bytes before", "0 bytes into", "12 bytes behind the end of" an object.
std::string Relation(Address address, Address begin, std::uint64_t size) {
  if (address < begin) return Bytes(begin - address) + " before";
  if (address - begin < size) return Bytes(address - begin) + " into";
  return Bytes(address - begin - size) + " behind the end of";
}

// Whether an access there may well have been meant for the object.
bool IsNear(Address address, Address begin, std::uint64_t size) {
  return address < begin ? begin - address <= kRedZoneBytes
                         : address - begin < size + kRedZoneBytes;
}

class ObjectFinder {
 public:
  ObjectFinder(Machine& machine, Address address)
      : machine_(machine), heap_(machine.heap()), address_(address) {}

  FaultObject Find() const {
    if (address_.offset() < kRegionAlignment) return {};
    if (IsReturned(heap_, machine_.program().image().frames, address_)) {
      return Returned();
    }
    const std::string function =
        machine_.program().FunctionName(address_.offset());
    if (!function.empty()) {
      return Plain(absl::StrCat("is the function ", function, ", `",
                                PrototypeAt(address_), "`"));
    }
    if (address_.offset() >= heap_.layout().capacity_bytes()) {
      return Plain(absl::StrCat("is beyond the memory of ",
                                heap_.layout().capacity_bytes(), " bytes"));
    }
    switch (heap_.layout().RegionOf(address_)) {
      case Region::kHeap:
        return Block();
      case Region::kData:
      case Region::kReadOnly:
        return Global();
      case Region::kStack:
        return Variable();
      case Region::kStackGuard:
        return Plain("is below the stack");
      default:
        return Plain("belongs to no object of the program");
    }
  }

 private:
  FaultObject Plain(const std::string& what) const {
    FaultObject object;
    object.text = absl::StrCat(ToString(address_), " ", what);
    return object;
  }

  std::string PrototypeAt(Address pointer) const {
    const auto& functions = machine_.program().image().functions;
    const auto found =
        std::ranges::find(functions, pointer.offset(), &ImageFunction::pointer);
    return found == functions.end() ? "" : found->prototype;
  }

  // Nothing where the heap is damaged, too.
  std::optional<BlockInfo> FindBlock() const {
    try {
      return machine_.malloc().Find(address_);
    } catch (const MemoryFault&) {
      return std::nullopt;
    }
  }

  FaultObject Block() const {
    const std::optional<BlockInfo> block = FindBlock();
    if (!block.has_value()) return Plain("is in no block of malloc");
    if (block->kind == BlockKind::kFreeChunk) {
      return Plain("is in memory that malloc has free");
    }
    FaultObject object;
    object.kind = FaultObject::Kind::kBlock;
    object.size_bytes = block->size_bytes;
    object.is_gone = block->kind != BlockKind::kLive;
    object.text =
        absl::StrCat(ToString(address_), " is ",
                     Relation(address_, block->begin, block->size_bytes),
                     object.is_gone ? " a freed block of " : " a block of ",
                     Bytes(block->size_bytes));
    const BlockHistory history = machine_.HistoryOf(block->sequence);
    if (history.allocated.has_value()) {
      absl::StrAppend(&object.text, "\n     allocated at ", *history.allocated,
                      " (malloc ", block->sequence, ")");
      if (object.is_gone && history.freed.has_value()) {
        object.freed = *history.freed;
        object.is_moved = history.is_moved;
        absl::StrAppend(&object.text, ", freed ",
                        object.is_moved ? "by realloc at " : "at ",
                        object.freed);
      }
    }
    return object;
  }

  FaultObject Global() const {
    const std::optional<Symbol> symbol =
        machine_.process().data().FindNearest(address_);
    if (!symbol.has_value()) return Plain("is in no global");
    const auto& globals = machine_.program().image().globals;
    const auto global = std::ranges::find(globals, symbol->address.offset(),
                                          &ImageGlobal::address);
    if (global == globals.end()) return Plain("is in no global");
    if (global->is_library) {
      if (!IsNear(address_, symbol->address, symbol->size_bytes)) {
        return Plain("belongs to no object of the program");
      }
      return Plain(absl::StrCat(
          "is ", Relation(address_, symbol->address, symbol->size_bytes),
          " an object of the C library"));
    }
    FaultObject object;
    object.kind = FaultObject::Kind::kGlobal;
    const bool is_string = symbol->name.starts_with(".str");
    object.name = global->source_name.empty() ? std::string(symbol->name)
                                              : global->source_name;
    object.size_bytes = symbol->size_bytes;
    object.text = absl::StrCat(
        ToString(address_), " is ",
        Relation(address_, symbol->address, symbol->size_bytes),
        is_string ? " a string constant"
                  : absl::StrCat(" the global `", object.name, "`"),
        " of ", Bytes(symbol->size_bytes));
    if (!is_string && !global->declared.empty()) {
      absl::StrAppend(&object.text, "\n     declared at ", global->declared);
    }
    return object;
  }

  // Whether a variadic function that runs looks there for one more argument: at
  // the lower end of its caller's frame, which begins where its own ends.
  bool MayBeArgument(const std::optional<FoundVariable>& found) const {
    if (found.has_value() && found->is_array) return false;
    const auto call =
        FindCallBelow(heap_, machine_.program().image().frames, address_);
    if (!call.has_value() || !call->frame->is_variadic) return false;
    // A caller without variables is not found.
    if (!found.has_value()) return true;
    return !found->has_returned && call->end == found->frame_begin &&
           address_ - found->frame_begin <
               found->frame->mark_offset + kArgumentBytes;
  }

  // What a function returned a pointer to.
  FaultObject Returned() const {
    const auto found =
        FindReturned(machine_.program().image().frames, address_);
    if (found.has_value()) {
      return Describe(*found, Address(address_.offset() % kReturnedStride -
                                      kReturnedMiddle));
    }
    return Plain("pointed to the stack, to what is no longer there");
  }

  FaultObject Variable() const {
    const auto found =
        FindVariable(heap_, machine_.program().image().frames, address_);
    const bool may_be_argument = MayBeArgument(found);
    if (!found.has_value()) {
      FaultObject object = Plain("is on the stack, in no variable");
      object.may_be_argument = may_be_argument;
      return object;
    }
    if (may_be_argument &&
        address_ - found->frame_begin < found->frame->mark_offset) {
      FaultObject object = Plain(absl::StrCat(
          "is behind the arguments of a call in ", found->frame->function));
      object.may_be_argument = true;
      return object;
    }
    FaultObject object = Describe(*found, address_);
    object.may_be_argument = may_be_argument;
    return object;
  }

  // The variable; `place` is the fault's address as `found` counts.
  FaultObject Describe(const FoundVariable& found, Address place) const {
    FaultObject object;
    object.kind = FaultObject::Kind::kVariable;
    object.name = found.variable.name;
    object.size_bytes = found.variable.size_bytes;
    object.is_gone = found.has_returned;
    object.scope_has_ended = found.scope_has_ended;
    object.text = absl::StrCat(
        ToString(address_), " is ",
        Relation(place, found.begin, object.size_bytes),
        !object.name.empty() ? absl::StrCat(" the variable `", object.name, "`")
        : found.is_array     ? " memory of alloca"
                             : " an unnamed value",
        " of ", Bytes(object.size_bytes), "\n     ");
    if (found.variable.line != 0) {
      absl::StrAppend(&object.text, "declared at ", found.frame->file, ":",
                      found.variable.line, " ");
    }
    absl::StrAppend(&object.text, "in ", found.frame->function,
                    object.is_gone           ? ", which has returned"
                    : object.scope_has_ended ? "; its scope has ended"
                                             : "");
    return object;
  }

  Machine& machine_;
  GlobalHeap& heap_;
  Address address_;
};

// A size from here on was a negative number before it was a size.
constexpr std::uint64_t kNegativeBytes =
    std::uint64_t{1024} * 1024 * 1024 * 1024 * 1024 * 1024;

std::string Named(const FaultObject& object) {
  return object.name.empty() ? "the object"
                             : absl::StrCat("`", object.name, "`");
}

std::string BoundsFix(const FaultObject& object, const MemoryFault& fault) {
  if (fault.size_bytes >= kNegativeBytes) {
    return "give a number of bytes that is not negative";
  }
  std::string fix =
      object.kind == FaultObject::Kind::kNone
          ? "let the pointer point into an object"
          : absl::StrCat("stay within the ", Bytes(object.size_bytes), " of ",
                         object.kind == FaultObject::Kind::kBlock
                             ? "the block"
                             : Named(object),
                         ", or make it larger");
  if (object.may_be_argument && fault.access == Access::kLoad) {
    fix += "; or pass each argument that the called function reads";
  }
  return fix;
}

std::string DoubleFreeFix(const MemoryFault& fault, const FaultObject& object) {
  if (object.is_moved) {
    return absl::StrCat("use the pointer that realloc returned at ",
                        object.freed);
  }
  return fault.access == Access::kResize
             ? "resize the block before it is freed, or take a new one"
             : "free the block once; set the pointer to NULL when it is freed";
}

std::string TargetFix(TargetKind target) {
  switch (target) {
    case TargetKind::kPointer:
      return "call a function through a pointer of its own type";
    case TargetKind::kJump:
      return "jump only to where setjmp was called and still runs";
    case TargetKind::kHandler:
      return "give signal a function with one parameter of type int";
  }
  return "";
}

// Where a stack overflow is one frame's doing, not a recursion's.
constexpr std::uint64_t kLargeFrameBytes = 65536;
// Where it is an array whose number of elements was negative: 32 bits wrapped.
constexpr std::uint64_t kNegativeCountBytes =
    std::uint64_t{2} * 1024 * 1024 * 1024;

}  // namespace

FaultObject ObjectOf(Machine& machine, const MemoryFault& fault) {
  if (fault.code == FaultCode::kIntegerTrap ||
      fault.code == FaultCode::kStackOverflow) {
    return {};
  }
  return ObjectFinder(machine, fault.address).Find();
}

std::string FixFor(const MemoryFault& fault, const FaultObject& object,
                   const FaultPlace& place) {
  const bool is_variable = object.kind == FaultObject::Kind::kVariable;
  switch (fault.code) {
    case FaultCode::kNullDereference:
      return fault.access == Access::kCall
                 ? "set the function pointer before calling through it"
                 : "make the pointer point to something, or test it for NULL";
    case FaultCode::kOutOfBounds:
      return BoundsFix(object, fault);
    case FaultCode::kStackOverflow:
      if (fault.size_bytes >= kNegativeCountBytes && place.site.has_value() &&
          place.site->kind == SiteKind::kAlloca) {
        return "test the number of elements: a negative one becomes enormous";
      }
      return fault.size_bytes < kLargeFrameBytes
                 ? "recurse less deep, or take a larger stack (--max-stack)"
                 : "give the object on the stack a size that fits there, keep "
                   "it in malloc's memory, or take a larger stack "
                   "(--max-stack)";
    case FaultCode::kUseAfterFree:
      if (object.is_moved) {
        return absl::StrCat("use the pointer that realloc returned at ",
                            object.freed);
      }
      return object.freed.empty()
                 ? "use the block before it is freed, or free it later"
                 : absl::StrCat("use the block before it is freed at ",
                                object.freed, ", or free it later");
    case FaultCode::kDoubleFree:
      return DoubleFreeFix(fault, object);
    case FaultCode::kInvalidFree:
      return fault.access == Access::kResize
                 ? "resize only what malloc returned, from its first byte"
                 : "free only what malloc returned, from its first byte";
    case FaultCode::kHeapCorruption:
      return "find the store that ran over a block's end; checked mode names "
             "it";
    case FaultCode::kUninitialisedRead:
      return object.kind == FaultObject::Kind::kBlock
                 ? "write to the block before reading it, or use calloc"
                 : absl::StrCat(
                       "give ",
                       object.name.empty() ? "the variable" : Named(object),
                       " a value before reading it");
    case FaultCode::kOverlappingCopy:
      return "use memmove where the ranges may overlap";
    case FaultCode::kMisaligned:
      return "align the address to the size of the access";
    case FaultCode::kReadOnlyWrite:
      return "copy the constant to memory of its own before changing it";
    case FaultCode::kBadCallTarget:
      return TargetFix(place.target);
    case FaultCode::kIntegerTrap:
      return place.site.has_value() &&
                     place.site->kind == SiteKind::kUnreachable
                 ? "keep the program from coming here, where it traps or where "
                   "it was said never to come"
                 : "test the divisor for zero, and the quotient for overflow";
    case FaultCode::kStackUseAfterReturn: {
      const std::string name = is_variable ? Named(object) : "the object";
      return object.scope_has_ended
                 ? absl::StrCat("declare ", name,
                                " in a scope that lasts as long as its use")
                 : absl::StrCat("return the value, or keep ", name,
                                " where it outlives the call");
    }
  }
  return "";
}

}  // namespace kheap
