// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_PAGE_LAYER_H_
#define KHEAP_KMALLOC_PAGE_LAYER_H_

// Pages of equal slots for the size classes, in front of the chunks. A page is
// one chunk of whole units whose payload begins at a unit boundary:
//
//   unit boundary                                      unit boundary
//   | slot 0 | slot 1 | … | slot n-1 | up to a slot unused | next tag (8) |
//
// Slots carry no header, and nothing about them lies in the guest's reach: a
// slot is free exactly if its start bit is clear, and its page's record says
// how many slots are out (live or cached).
//
// Invariants, which CheckInvariants of KMalloc verifies:
//   aligned   in a page, start bits are set at slot boundaries only
//   out       slots_out == start bits set + the page's slots in the cache
//   ring      a page is in its class's ring exactly if slots_out is below the
//             number of its slots

#include <array>
#include <cstdint>
#include <span>

#include "heap/global_heap.h"
#include "kmalloc/chunk_layer.h"
#include "kmalloc/directory.h"
#include "kmalloc/size_class.h"

namespace kheap {

// How large the pages of a class are.
struct PageShape {
  std::uint16_t units;
  std::uint16_t slots;

  constexpr std::uint64_t size_bytes() const { return units * kUnitBytes; }
};

namespace internal {

constexpr std::uint64_t SlotsIn(std::uint64_t units, int size_class) {
  return (units * kUnitBytes - kTagBytes) / ClassBytes(size_class);
}

// The share of a page that its slots leave, in thousandths.
constexpr std::uint64_t WasteOf(std::uint64_t units, int size_class) {
  const std::uint64_t page_bytes = units * kUnitBytes;
  return (page_bytes - SlotsIn(units, size_class) * ClassBytes(size_class)) *
         1000 / page_bytes;
}

// From 8 KiB or 4 slots up to twice that, or to the most that an offset in
// units can tell: the page that wastes least, a percent being worth a larger
// one.
constexpr PageShape ShapeOf(int size_class) {
  constexpr std::uint64_t kUnitsMin = 8;
  constexpr std::uint64_t kUnitsMax = 255;
  constexpr std::uint64_t kSlotsMin = 4;
  std::uint64_t least = kUnitsMin;
  while (least < kUnitsMax / 2 && SlotsIn(least, size_class) < kSlotsMin) {
    ++least;
  }
  std::uint64_t units = least;
  for (std::uint64_t more = least; more <= 2 * least; ++more) {
    if (WasteOf(more, size_class) + 10 < WasteOf(units, size_class)) {
      units = more;
    }
  }
  return {static_cast<std::uint16_t>(units),
          static_cast<std::uint16_t>(SlotsIn(units, size_class))};
}

inline constexpr auto kPageShapes = [] {
  std::array<PageShape, kClassCount> shapes{};
  for (int c = 1; c < kClassCount; ++c) shapes[c] = ShapeOf(c);
  return shapes;
}();

}  // namespace internal

// The shape of the pages of a class other than kNoClass.
constexpr const PageShape& PageShapeOf(int size_class) {
  return internal::kPageShapes[size_class];
}
static_assert(PageShapeOf(1).units == 8 && PageShapeOf(1).slots == 511);
static_assert(PageShapeOf(kClassCount - 1).units <= 255);
static_assert(PageShapeOf(kClassCount - 1).slots >= 2);

class PageLayer {
 public:
  PageLayer(const Directory& directory, const ChunkLayer& chunks)
      : directory_(directory), chunks_(chunks) {}

  // Fills the empty cache of a class with free slots, lowest address on top:
  // half its capacity, or fewer where the listed pages have no more. Takes a
  // new page where there is none; false, with nothing changed, if there is no
  // memory for that. Returns how many slots it moved through `moved`.
  [[nodiscard]] bool Refill(int size_class, std::uint32_t& moved);

  // Returns the oldest half of a class's cache (all of it, if `all`) to their
  // pages; at most one page becomes empty unless `all`. Returns how many.
  std::uint32_t Flush(int size_class, bool all);

  // Gives one empty page of the class back to the chunks, if there is one and
  // it is not the class's only page with free slots.
  void ReleaseEmptyPage(int size_class);
  // Raises the fault that ReleaseEmptyPage would.
  void RequireReleasable(int size_class) const;
  // Gives every empty page of the class back.
  void ReleaseEmptyPages(int size_class);

  // The page that a slot lies in.
  std::uint32_t PageOf(Granule slot) const {
    const std::uint32_t unit = slot / kGranulesPerUnit;
    return unit - directory_.unit(unit).page_offset;
  }

 private:
  // Writes free slots of a page to `found`, in address order, until it is full
  // or the page is exhausted; returns how many. The caches hold none of them.
  std::uint32_t TakeSlots(int size_class, std::uint32_t page,
                          std::span<Granule> found);
  std::uint32_t TakeSmall(Granule begin, Granule end, std::uint32_t stride,
                          std::span<Granule> found, bool& exhausted) const;
  std::uint32_t TakeLarge(Granule begin, Granule end, std::uint32_t stride,
                          std::span<Granule> found, bool& exhausted) const;
  // A new page with every slot free, or 0.
  std::uint32_t NewPage(int size_class);
  void ReleasePage(int size_class, std::uint32_t page);
  // The page that ReleaseEmptyPage gives back, or 0.
  std::uint32_t SpareEmptyPage(int size_class) const;
  void List(int size_class, std::uint32_t page, bool as_last);
  void Unlist(int size_class, std::uint32_t page);
  // Puts a page with free slots into its place in the ring: last if it is
  // empty, else first.
  void Relist(int size_class, std::uint32_t page);

  Directory directory_;
  ChunkLayer chunks_;
};

}  // namespace kheap

#endif  // KHEAP_KMALLOC_PAGE_LAYER_H_
