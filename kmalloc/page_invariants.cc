// SPDX-License-Identifier: Apache-2.0
// Caches and pages.
#include "kmalloc/invariants.h"

namespace kheap {

// ---- caches ----------------------------------------------------------------

bool KMalloc::Audit::CheckCaches() {
  for (int c = 1; c < kClassCount; ++c) {
    const ClassState& state = directory_.size_class(c);
    const std::uint32_t begin = c * kCacheSlotsPerClass;
    if (!Require(state.begin == begin && state.cursor >= begin &&
                     state.cursor <= state.end &&
                     state.end < begin + kCacheSlotsPerClass,
                 "a class's cache lies within its slots", kNullAddress)) {
      return false;
    }
    const ClassCache cache(directory_, c);
    for (std::uint32_t i = 0; i < cache.count(); ++i) {
      if (!CheckCached(c, cache.At(i))) return false;
    }
  }
  return true;
}

bool KMalloc::Audit::CheckCached(int size_class, Granule slot) {
  const Address address = AddressOf(slot);
  if (!Require(slot < malloc_.granule_count_ &&
                   directory_.ClassOf(slot) == size_class,
               "a cached block is a slot of its class", address)) {
    return false;
  }
  const std::uint32_t page = malloc_.pages_.PageOf(slot);
  const std::uint64_t offset = address - Address(page * kUnitBytes);
  cached_by_page_[page] += 1;
  held_bytes_ += ClassBytes(size_class);
  held_blocks_ += 1;
  return Require(offset % ClassBytes(size_class) == 0 &&
                     offset / ClassBytes(size_class) <
                         PageShapeOf(size_class).slots,
                 "a cached block begins at a slot", address) &&
         Require(!directory_.IsStart(slot), "a cached block is not live",
                 address) &&
         Require(cached_.insert(slot).second, "a block is cached once",
                 address);
}

// ---- pages -----------------------------------------------------------------

bool KMalloc::Audit::CheckPage(const Chunk& chunk) {
  const Address payload = chunk.payload();
  const auto page = static_cast<std::uint32_t>(payload.offset() / kUnitBytes);
  const int size_class = directory_.ClassOf(GranuleOf(payload));
  if (!Require(bits::IsAligned(payload.offset(), kUnitBytes) &&
                   size_class != kNoClass &&
                   PageShapeOf(size_class).size_bytes() <= chunk.size_bytes(),
               "a page has a class and its chunk holds it", payload)) {
    return false;
  }
  const PageShape& shape = PageShapeOf(size_class);
  for (std::uint32_t i = 0; i < shape.units; ++i) {
    const UnitRecord unit = directory_.unit(page + i);
    if (!Require(unit.size_class == size_class && unit.page_offset == i,
                 "every unit of a page leads to the page", payload)) {
      return false;
    }
  }
  std::uint32_t live_slots = 0;
  for (std::uint32_t i = 0; i < shape.slots; ++i) {
    const Granule slot = GranuleOf(payload + i * ClassBytes(size_class));
    if (!directory_.IsStart(slot)) continue;
    live_slots += 1;
    ExpectStart(slot);
  }
  held_bytes_ += live_slots * ClassBytes(size_class);
  held_blocks_ += live_slots;
  page_units_ += shape.units;
  const PageRecord& record = directory_.page(page);
  pages_[page] = {size_class, false};
  const auto cached = cached_by_page_.extract(page);
  const std::uint32_t out = live_slots + (cached.empty() ? 0 : cached.mapped());
  return Require(record.slots_out == out,
                 "a page counts its live and cached slots", payload) &&
         Require(record.listed != 0 || out == shape.slots,
                 "a page with free slots is in the ring of its class", payload);
}

bool KMalloc::Audit::CheckPagesAreWhole() {
  std::uint64_t page_units = 0;
  const std::uint64_t units = heap_.break_address().offset() / kUnitBytes;
  for (std::uint32_t unit = 0; unit < units; ++unit) {
    if (directory_.unit(unit).size_class != kNoClass) page_units += 1;
  }
  return Require(cached_by_page_.empty() && page_units == page_units_,
                 "slots lie in pages", kNullAddress);
}

bool KMalloc::Audit::CheckRings() {
  for (int c = 1; c < kClassCount; ++c) {
    if (!CheckRing(c)) return false;
  }
  for (const auto& [page, tally] : pages_) {
    const bool listed = directory_.page(page).listed != 0;
    if (!Require(listed == tally.ringed, "a listed page is in a ring",
                 Address(page * kUnitBytes))) {
      return false;
    }
  }
  return true;
}

bool KMalloc::Audit::CheckRing(int size_class) {
  const std::uint32_t head = directory_.size_class(size_class).partial_head;
  if (head == 0) return true;
  std::uint32_t page = head;
  do {
    const auto found = pages_.find(page);
    if (!Require(found != pages_.end() &&
                     found->second.size_class == size_class &&
                     !found->second.ringed,
                 "a ring goes once through pages of its class",
                 Address(page * kUnitBytes))) {
      return false;
    }
    found->second.ringed = true;
    const std::uint32_t next = directory_.page(page).next;
    if (!Require(directory_.page(next).previous == page,
                 "neighbours in a ring point at each other",
                 Address(page * kUnitBytes))) {
      return false;
    }
    page = next;
  } while (page != head);
  return true;
}

}  // namespace kheap
