// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GLOBALDATA_GLOBAL_DATA_H_
#define KHEAP_GLOBALDATA_GLOBAL_DATA_H_

// GlobalData keeps the guest's global variables: initialised ones in DATA,
// zeroed ones in BSS, constants in the read-only region.
//
//   begin(kReadOnly)  constants, upwards          a store is fault 120
//   …
//   begin(kData)      DATA, upwards
//                     unused
//   end(kData)        BSS, downwards
//
// DATA and BSS share one region from both ends, so neither needs a size of its
// own, and BSS lies above DATA as in every executable.
//
// In checked mode each global has a red zone of kGlobalRedZoneBytes on both
// sides. So its address depends on the mode; nothing else does.
//
// A GlobalData is a view of the symbol table in the arena (symbol_table.h). A
// definition that is refused changes no byte.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "globaldata/symbol_table.h"
#include "heap/address.h"
#include "heap/global_heap.h"

namespace kheap {

inline constexpr std::uint64_t kSymbolNameBytesMax = 255;
inline constexpr std::uint64_t kGlobalAlignmentMax = 4096;
inline constexpr std::uint64_t kGlobalAlignmentDefault = 16;
inline constexpr std::uint64_t kGlobalRedZoneBytes = 32;

class GlobalData {
 public:
  // Writes an empty symbol table. FailedPrecondition if the arena has one,
  // ResourceExhausted if its symbol region is empty.
  static absl::StatusOr<GlobalData> Create(GlobalHeap& heap);
  // A view of the table that Create wrote. FailedPrecondition without one.
  static absl::StatusOr<GlobalData> Attach(GlobalHeap& heap);

  GlobalHeap& heap() const { return *heap_; }

  // Each defines a global and returns its address, a multiple of `alignment`.
  //   InvalidArgument    an empty name, one above kSymbolNameBytesMax or with a
  //                      zero byte in it; an alignment that is no power of two
  //                      or above kGlobalAlignmentMax; a size of 0 or above
  //                      the whole region's
  //   AlreadyExists      the name is defined, in whichever section
  //   ResourceExhausted  the region or the symbol table is full

  // `size_bytes` zeros.
  absl::StatusOr<Address> DefineBss(
      std::string_view name, std::uint64_t size_bytes,
      std::uint64_t alignment = kGlobalAlignmentDefault);
  // A copy of `bytes`.
  absl::StatusOr<Address> DefineData(
      std::string_view name, std::span<const std::byte> bytes,
      std::uint64_t alignment = kGlobalAlignmentDefault);
  // A copy of `bytes` that the guest may load and not store to.
  absl::StatusOr<Address> DefineReadOnly(
      std::string_view name, std::span<const std::byte> bytes,
      std::uint64_t alignment = kGlobalAlignmentDefault);
  // DATA of the number's size and alignment.
  absl::StatusOr<Address> DefineI32(std::string_view name, std::int32_t value);
  absl::StatusOr<Address> DefineI64(std::string_view name, std::int64_t value);
  absl::StatusOr<Address> DefineF64(std::string_view name, double value);

  // How many globals there are.
  std::uint64_t size() const { return table_.size(); }
  // Expected time independent of size().
  std::optional<Symbol> Find(std::string_view name) const {
    return table_.Find(name);
  }
  // The global that holds the byte at `address`, in O(log size()) steps.
  std::optional<Symbol> FindAt(Address address) const;
  // The same, or the one nearest to the address in its region; of two equally
  // near ones the lower.
  std::optional<Symbol> FindNearest(Address address) const;
  // Visits all globals, lowest address first.
  void ForEach(absl::FunctionRef<void(const Symbol&)> visit) const;

  // What of the section is taken: from its first global's red zone to its last
  // one's.
  Address begin(Section section) const;
  Address end(Section section) const;

  // OK, or the first broken rule and where.
  absl::Status CheckInvariants() const;

 private:
  // Where a new global goes, and its section's edge behind it.
  struct Place {
    Address address;
    Address edge;
  };

  explicit GlobalData(GlobalHeap& heap) : heap_(&heap), table_(heap) {}

  // Defines `symbol`, whose address is still open; `bytes` are all zeros where
  // there are none.
  absl::StatusOr<Address> Define(Symbol symbol,
                                 std::span<const std::byte> bytes);
  template <typename T>
  absl::StatusOr<Address> DefineNumber(std::string_view name, T value);
  // FindNearest's record, null where there is none.
  SymbolTable::Handle FindNearestHandle(Address address) const;
  absl::Status CheckRequest(const Symbol& symbol) const;
  absl::StatusOr<Place> FindPlace(const Symbol& symbol) const;
  std::optional<Place> FindPlaceUpwards(const Symbol& symbol) const;
  std::optional<Place> FindPlaceDownwards(const Symbol& symbol) const;
  void MarkShadow(const Symbol& symbol, Address old_edge, Address new_edge);
  std::uint64_t red_zone_bytes() const {
    return heap_->checked() ? kGlobalRedZoneBytes : 0;
  }
  absl::Status CheckExtents() const;
  absl::Status CheckSymbol(const Symbol& symbol, Address lower_end) const;
  absl::Status CheckShadow(const Symbol& symbol) const;

  GlobalHeap* heap_;
  SymbolTable table_;
};

}  // namespace kheap

#endif  // KHEAP_GLOBALDATA_GLOBAL_DATA_H_
