// SPDX-License-Identifier: Apache-2.0
#include "globaldata/global_data.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"
#include "machine/byte_order.h"

namespace kheap {

namespace {

Region RegionOf(Section section) {
  return section == Section::kReadOnly ? Region::kReadOnly : Region::kData;
}

absl::Status Broken(std::string_view rule, const Symbol& symbol) {
  return absl::InternalError(absl::StrCat(std::string(rule), ": ", symbol.name,
                                          " at ", ToString(symbol.address)));
}

}  // namespace

absl::StatusOr<GlobalData> GlobalData::Create(GlobalHeap& heap) {
  if (!SymbolTable::Fits(heap.layout())) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a symbol region of ", heap.layout().size_bytes(Region::kSymbols),
        " bytes holds no symbol table"));
  }
  SymbolTable table(heap);
  if (table.IsFormatted()) {
    return absl::FailedPreconditionError("the arena has a symbol table");
  }
  table.Format();
  return GlobalData(heap);
}

absl::StatusOr<GlobalData> GlobalData::Attach(GlobalHeap& heap) {
  if (!SymbolTable(heap).IsFormatted()) {
    return absl::FailedPreconditionError("the arena has no symbol table");
  }
  return GlobalData(heap);
}

// ---- defining ---------------------------------------------------------------

absl::StatusOr<Address> GlobalData::DefineBss(std::string_view name,
                                              std::uint64_t size_bytes,
                                              std::uint64_t alignment) {
  return Define(
      {std::string(name), Section::kBss, kNullAddress, size_bytes, alignment},
      {});
}

absl::StatusOr<Address> GlobalData::DefineData(std::string_view name,
                                               std::span<const std::byte> bytes,
                                               std::uint64_t alignment) {
  return Define({std::string(name), Section::kData, kNullAddress, bytes.size(),
                 alignment},
                bytes);
}

absl::StatusOr<Address> GlobalData::DefineReadOnly(
    std::string_view name, std::span<const std::byte> bytes,
    std::uint64_t alignment) {
  return Define({std::string(name), Section::kReadOnly, kNullAddress,
                 bytes.size(), alignment},
                bytes);
}

template <typename T>
absl::StatusOr<Address> GlobalData::DefineNumber(std::string_view name,
                                                 T value) {
  std::array<std::byte, sizeof(T)> bytes;
  machine::StoreLittleEndian(bytes.data(), value);
  return DefineData(name, bytes, sizeof(T));
}

absl::StatusOr<Address> GlobalData::DefineI32(std::string_view name,
                                              std::int32_t value) {
  return DefineNumber(name, value);
}
absl::StatusOr<Address> GlobalData::DefineI64(std::string_view name,
                                              std::int64_t value) {
  return DefineNumber(name, value);
}
absl::StatusOr<Address> GlobalData::DefineF64(std::string_view name,
                                              double value) {
  return DefineNumber(name, value);
}

absl::StatusOr<Address> GlobalData::Define(Symbol symbol,
                                           std::span<const std::byte> bytes) {
  if (absl::Status status = CheckRequest(symbol); !status.ok()) return status;
  const absl::StatusOr<Place> place = FindPlace(symbol);
  if (!place.ok()) return place.status();
  symbol.address = place->address;
  const auto destination =
      heap_->RuntimeSpan(symbol.address, symbol.size_bytes);
  if (symbol.section == Section::kBss) {
    std::fill(destination.begin(), destination.end(), std::byte{0});
  } else {
    std::copy(bytes.begin(), bytes.end(), destination.begin());
  }
  MarkShadow(symbol, table_.edge(symbol.section), place->edge);
  table_.Insert(symbol, place->edge);
  if (symbol.section == Section::kReadOnly) {
    heap_->SetUsedEnd(Region::kReadOnly, place->edge);
  }
  return symbol.address;
}

absl::Status GlobalData::CheckRequest(const Symbol& symbol) const {
  if (symbol.name.empty() || symbol.name.size() > kSymbolNameBytesMax ||
      symbol.name.find('\0') != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a global's name has 1 to ", kSymbolNameBytesMax,
        " bytes other than zero; this one has ", symbol.name.size()));
  }
  if (!bits::IsPowerOfTwo(symbol.alignment) ||
      symbol.alignment > kGlobalAlignmentMax) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the alignment of \"", symbol.name, "\" is a power of two up to ",
        kGlobalAlignmentMax, ", not ", symbol.alignment));
  }
  const std::uint64_t size_bytes_max =
      heap_->layout().size_bytes(RegionOf(symbol.section));
  if (symbol.size_bytes == 0 || symbol.size_bytes > size_bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("the size of \"", symbol.name, "\" is 1 to ",
                     size_bytes_max, " bytes, not ", symbol.size_bytes));
  }
  if (Find(symbol.name).has_value()) {
    return absl::AlreadyExistsError(
        absl::StrCat("a global \"", symbol.name, "\" is defined already"));
  }
  return absl::OkStatus();
}

absl::StatusOr<GlobalData::Place> GlobalData::FindPlace(
    const Symbol& symbol) const {
  if (!table_.HasRoomFor(symbol.name)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the symbol table of ", heap_->layout().size_bytes(Region::kSymbols),
        " bytes has no room for \"", symbol.name, "\""));
  }
  const std::optional<Place> place = symbol.section == Section::kBss
                                         ? FindPlaceDownwards(symbol)
                                         : FindPlaceUpwards(symbol);
  if (!place.has_value()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the ", std::string(ToString(RegionOf(symbol.section))),
                     " region has no room for the ", symbol.size_bytes,
                     " bytes of \"", symbol.name, "\""));
  }
  return *place;
}

// Neither sum nor difference below wraps: an address is below 2^40, a size is
// at most its region's, and the stack guard alone is larger than the largest
// alignment and a red zone.

std::optional<GlobalData::Place> GlobalData::FindPlaceUpwards(
    const Symbol& symbol) const {
  const Address limit = symbol.section == Section::kData
                            ? table_.edge(Section::kBss)
                            : heap_->layout().end(Region::kReadOnly);
  const Address free = table_.edge(symbol.section) + red_zone_bytes();
  const Address address(bits::AlignUp(free.offset(), symbol.alignment));
  const Address edge = address + symbol.size_bytes + red_zone_bytes();
  if (edge > limit) return std::nullopt;
  return Place{address, edge};
}

std::optional<GlobalData::Place> GlobalData::FindPlaceDownwards(
    const Symbol& symbol) const {
  const Address free = table_.edge(Section::kBss) - red_zone_bytes();
  const Address address(
      bits::AlignDown((free - symbol.size_bytes).offset(), symbol.alignment));
  const Address edge = address - red_zone_bytes();
  if (edge < table_.edge(Section::kData)) return std::nullopt;
  return Place{address, edge};
}

void GlobalData::MarkShadow(const Symbol& symbol, Address old_edge,
                            Address new_edge) {
  Shadow* const shadow = heap_->shadow();
  if (shadow == nullptr) return;
  const auto [low, high] = std::minmax(old_edge, new_edge);
  shadow->Set(low, high - low, ShadowByte::kGlobalRedZone);
  shadow->Set(symbol.address, symbol.size_bytes, ShadowByte::kInitialised);
}

// ---- looking up -------------------------------------------------------------

std::optional<Symbol> GlobalData::FindAt(Address address) const {
  const SymbolTable::Handle nearest = FindNearestHandle(address);
  if (nearest.is_null() || table_.DistanceFrom(nearest, address) != 0) {
    return std::nullopt;
  }
  return table_.ReadSymbol(nearest);
}

std::optional<Symbol> GlobalData::FindNearest(Address address) const {
  const SymbolTable::Handle nearest = FindNearestHandle(address);
  if (nearest.is_null()) return std::nullopt;
  return table_.ReadSymbol(nearest);
}

SymbolTable::Handle GlobalData::FindNearestHandle(Address address) const {
  const MemoryLayout& layout = heap_->layout();
  SymbolTable::Handle nearest;
  std::uint64_t nearest_distance = 0;
  for (const Section section :
       {Section::kReadOnly, Section::kData, Section::kBss}) {
    const Region region = RegionOf(section);
    if (address < layout.begin(region) || address >= layout.end(region)) {
      continue;
    }
    const auto [below, above] = table_.FindAround(section, address);
    for (const SymbolTable::Handle found : {below, above}) {
      if (found.is_null()) continue;
      const std::uint64_t distance = table_.DistanceFrom(found, address);
      if (nearest.is_null() || distance < nearest_distance) {
        nearest = found;
        nearest_distance = distance;
      }
    }
  }
  return nearest;
}

void GlobalData::ForEach(absl::FunctionRef<void(const Symbol&)> visit) const {
  for (const Section section : {Section::kReadOnly, Section::kData}) {
    std::vector<Symbol> newest_first;
    table_.ForEach(
        section, [&](const Symbol& symbol) { newest_first.push_back(symbol); });
    std::for_each(newest_first.rbegin(), newest_first.rend(), visit);
  }
  table_.ForEach(Section::kBss, visit);
}

Address GlobalData::begin(Section section) const {
  return section == Section::kBss ? table_.edge(section)
                                  : heap_->layout().begin(RegionOf(section));
}

Address GlobalData::end(Section section) const {
  return section == Section::kBss ? heap_->layout().end(Region::kData)
                                  : table_.edge(section);
}

// ---- invariants -------------------------------------------------------------

absl::Status GlobalData::CheckInvariants() const {
  if (absl::Status status = table_.CheckInvariants(); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckExtents(); !status.ok()) return status;
  absl::Status status;
  Address lower_end;
  ForEach([&](const Symbol& symbol) {
    if (status.ok()) status = CheckSymbol(symbol, lower_end);
    lower_end = symbol.end();
  });
  return status;
}

absl::Status GlobalData::CheckExtents() const {
  const MemoryLayout& layout = heap_->layout();
  if (end(Section::kReadOnly) < layout.begin(Region::kReadOnly) ||
      end(Section::kReadOnly) > layout.end(Region::kReadOnly)) {
    return absl::InternalError("globals.extent: constants leave their region");
  }
  if (end(Section::kData) < layout.begin(Region::kData) ||
      end(Section::kData) > begin(Section::kBss) ||
      begin(Section::kBss) > layout.end(Region::kData)) {
    return absl::InternalError("globals.extent: DATA and BSS overlap");
  }
  return absl::OkStatus();
}

absl::Status GlobalData::CheckSymbol(const Symbol& symbol,
                                     Address lower_end) const {
  if (symbol.size_bytes == 0 || symbol.address < begin(symbol.section) ||
      symbol.address > end(symbol.section) ||
      symbol.size_bytes > end(symbol.section) - symbol.address) {
    return Broken("globals.section: outside its section", symbol);
  }
  if (!bits::IsAligned(symbol.address.offset(), symbol.alignment)) {
    return Broken("globals.alignment: not aligned", symbol);
  }
  if (symbol.address < lower_end + red_zone_bytes()) {
    return Broken("globals.overlap: too near to the one below", symbol);
  }
  return CheckShadow(symbol);
}

absl::Status GlobalData::CheckShadow(const Symbol& symbol) const {
  const Shadow* const shadow = heap_->shadow();
  if (shadow == nullptr) return absl::OkStatus();
  if (shadow->FindUnaddressable(symbol.address, symbol.size_bytes)) {
    return Broken("globals.shadow: unaddressable", symbol);
  }
  for (std::uint64_t i = 0; i < kGlobalRedZoneBytes; ++i) {
    if (shadow->At(symbol.address - i - 1) != ShadowByte::kGlobalRedZone ||
        shadow->At(symbol.end() + i) != ShadowByte::kGlobalRedZone) {
      return Broken("globals.shadow: no red zone", symbol);
    }
  }
  return absl::OkStatus();
}

}  // namespace kheap
