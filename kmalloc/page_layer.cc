// SPDX-License-Identifier: Apache-2.0
#include "kmalloc/page_layer.h"

#include <algorithm>
#include <array>

#include "bitshift/bits.h"
#include "kmalloc/class_cache.h"
#include "machine/check.h"

namespace kheap {

namespace {

constexpr std::uint32_t kNoPage = 0;

// Every multiple of `stride` below 64, as bits.
constexpr std::uint64_t Multiples(std::uint32_t stride) {
  std::uint64_t pattern = 0;
  for (std::uint32_t i = 0; i < 64; i += stride) {
    pattern = bits::SetBit(pattern, static_cast<int>(i));
  }
  return pattern;
}

constexpr auto kMultiples = [] {
  std::array<std::uint64_t, kSmallClassCount + 1> table{};
  for (std::uint32_t i = 1; i < table.size(); ++i) table[i] = Multiples(i);
  return table;
}();

}  // namespace

std::uint32_t PageLayer::TakeSlots(int size_class, std::uint32_t page,
                                   std::span<Granule> found) {
  const Granule begin = page * kGranulesPerUnit;
  const auto stride =
      static_cast<std::uint32_t>(ClassBytes(size_class) / kGranuleBytes);
  const Granule end = begin + PageShapeOf(size_class).slots * stride;
  bool exhausted = false;
  const std::uint32_t count =
      stride <= 64 ? TakeSmall(begin, end, stride, found, exhausted)
                   : TakeLarge(begin, end, stride, found, exhausted);
  directory_.page(page).slots_out += static_cast<std::uint16_t>(count);
  if (exhausted) Unlist(size_class, page);
  return count;
}

// A word of start bits at a time.
std::uint32_t PageLayer::TakeSmall(Granule begin, Granule end,
                                   std::uint32_t stride,
                                   std::span<Granule> found,
                                   bool& exhausted) const {
  std::uint32_t count = 0;
  // The first slot at or after a word's begin is `phase` granules into it.
  std::uint32_t phase = 0;
  const std::uint32_t phase_step = (stride - 64 % stride) % stride;
  for (Granule base = begin; base < end; base += 64) {
    std::uint64_t free = bits::Without(
        bits::ShiftLeft(kMultiples[stride], static_cast<int>(phase)),
        directory_.StartWord(base / 64));
    if (end - base < 64) {
      free = bits::Field(free, 0, static_cast<int>(end - base));
    }
    for (; free != 0; free = bits::ClearLowestSetBit(free)) {
      if (count == found.size()) return count;
      found[count++] = base + bits::TrailingZeros(free);
    }
    phase += phase_step;
    if (phase >= stride) phase -= stride;
  }
  exhausted = true;
  return count;
}

// A slot at a time, where a word holds one at most.
std::uint32_t PageLayer::TakeLarge(Granule begin, Granule end,
                                   std::uint32_t stride,
                                   std::span<Granule> found,
                                   bool& exhausted) const {
  std::uint32_t count = 0;
  for (Granule slot = begin; slot < end; slot += stride) {
    if (directory_.IsStart(slot)) continue;
    if (count == found.size()) return count;
    found[count++] = slot;
  }
  exhausted = true;
  return count;
}

bool PageLayer::Refill(int size_class, std::uint32_t& moved) {
  ClassState& state = directory_.size_class(size_class);
  ClassCache cache(directory_, size_class);
  std::array<Granule, kCacheSlotsPerClass> found;
  const std::span<Granule> wanted(found.data(), (cache.capacity() + 1) / 2);
  std::uint32_t count = 0;
  while (count < wanted.size()) {
    if (state.partial_head == kNoPage) {
      if (count != 0) break;
      const std::uint32_t page = NewPage(size_class);
      if (page == kNoPage) return false;
    }
    count += TakeSlots(size_class, state.partial_head, wanted.subspan(count));
  }
  cache.Fill(wanted.first(count));
  moved = count;
  return true;
}

std::uint32_t PageLayer::Flush(int size_class, bool all) {
  ClassCache cache(directory_, size_class);
  std::array<Granule, kCacheSlotsPerClass> taken;
  const std::uint32_t count =
      all ? cache.count()
          : std::min<std::uint32_t>((cache.count() + 1) / 2,
                                    PageShapeOf(size_class).slots);
  if (count == 0) return 0;
  cache.TakeOldest({taken.data(), count});
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t page = PageOf(taken[i]);
    PageRecord& record = directory_.page(page);
    const std::uint32_t slots_out = record.slots_out - 1u;
    record.slots_out = static_cast<std::uint16_t>(slots_out);
    if (slots_out == 0 || record.listed == 0) [[unlikely]] {
      Relist(size_class, page);
    }
  }
  return count;
}

void PageLayer::Relist(int size_class, std::uint32_t page) {
  const PageRecord& record = directory_.page(page);
  if (record.listed != 0) Unlist(size_class, page);
  List(size_class, page, /*as_last=*/record.slots_out == 0);
}

// ---- pages -----------------------------------------------------------------

std::uint32_t PageLayer::NewPage(int size_class) {
  const PageShape& shape = PageShapeOf(size_class);
  const Chunk chunk = chunks_.AllocateAligned(shape.size_bytes(), kUnitBytes);
  if (!chunk.exists()) return kNoPage;
  chunks_.MarkAsPage(chunk);
  const std::uint32_t page = GranuleOf(chunk.payload()) / kGranulesPerUnit;
  for (std::uint32_t i = 0; i < shape.units; ++i) {
    directory_.unit(page + i) = {static_cast<std::uint8_t>(size_class),
                                 static_cast<std::uint8_t>(i)};
  }
  directory_.page(page).slots_out = 0;
  List(size_class, page, /*as_last=*/false);
  return page;
}

void PageLayer::ReleasePage(int size_class, std::uint32_t page) {
  chunks_.Free(chunks_.InUse(AddressOf(page * kGranulesPerUnit)));
  Unlist(size_class, page);
  for (std::uint32_t i = 0; i < PageShapeOf(size_class).units; ++i) {
    directory_.unit(page + i) = {kNoClass, 0};
  }
}

std::uint32_t PageLayer::SpareEmptyPage(int size_class) const {
  const std::uint32_t head = directory_.size_class(size_class).partial_head;
  if (head == kNoPage) return kNoPage;
  const std::uint32_t last = directory_.page(head).previous;
  return last != head && directory_.page(last).slots_out == 0 ? last : kNoPage;
}

void PageLayer::ReleaseEmptyPage(int size_class) {
  const std::uint32_t page = SpareEmptyPage(size_class);
  if (page != kNoPage) ReleasePage(size_class, page);
}

void PageLayer::RequireReleasable(int size_class) const {
  const std::uint32_t page = SpareEmptyPage(size_class);
  if (page == kNoPage) return;
  chunks_.RequireFreeable(chunks_.InUse(AddressOf(page * kGranulesPerUnit)));
}

void PageLayer::ReleaseEmptyPages(int size_class) {
  ClassState& state = directory_.size_class(size_class);
  while (state.partial_head != kNoPage) {
    const std::uint32_t last = directory_.page(state.partial_head).previous;
    if (directory_.page(last).slots_out != 0) return;
    ReleasePage(size_class, last);
  }
}

void PageLayer::List(int size_class, std::uint32_t page, bool as_last) {
  ClassState& state = directory_.size_class(size_class);
  PageRecord& record = directory_.page(page);
  const std::uint32_t head = state.partial_head;
  if (head == kNoPage) {
    record.next = page;
    record.previous = page;
  } else {
    const std::uint32_t last = directory_.page(head).previous;
    record.next = head;
    record.previous = last;
    directory_.page(last).next = page;
    directory_.page(head).previous = page;
  }
  if (head == kNoPage || !as_last) state.partial_head = page;
  record.listed = 1;
}

void PageLayer::Unlist(int size_class, std::uint32_t page) {
  ClassState& state = directory_.size_class(size_class);
  PageRecord& record = directory_.page(page);
  const std::uint32_t next = record.next;
  if (next == page) {
    state.partial_head = kNoPage;
  } else {
    directory_.page(record.previous).next = next;
    directory_.page(next).previous = record.previous;
    if (state.partial_head == page) state.partial_head = next;
  }
  record.listed = 0;
}

}  // namespace kheap
