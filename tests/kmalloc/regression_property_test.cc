// SPDX-License-Identifier: Apache-2.0
// Defects of an earlier allocator over a byte array, each as the law that it
// broke.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "rapidcheck/gtest.h"
#include "tests/kmalloc/malloc_model.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

Setting AnySetting() { return *rc::gen::elementOf(kEverySetting); }

std::vector<std::uint64_t> AnySizes() {
  return *rc::gen::container<std::vector<std::uint64_t>>(
      rc::gen::inRange<std::uint64_t>(0, 5000));
}

void AssertSound(KMalloc& malloc) {
  const absl::Status status = malloc.CheckInvariants();
  if (!status.ok()) RC_FAIL(std::string(status.message()));
}

RC_GTEST_PROP(KMallocRegression, EveryPayloadIs16Aligned, ()) {
  MallocArena arena(AnySetting());
  KMalloc& malloc = arena.malloc();
  for (const std::uint64_t size : AnySizes()) {
    for (const Address block :
         {malloc.Malloc(size), malloc.Calloc(1, size),
          malloc.AlignedAlloc(1, size),
          malloc.Realloc(malloc.Malloc(size / 2), size + 1)}) {
      RC_ASSERT(block.offset() % 16 == 0u);
    }
  }
}

// Alone in the heap, whatever its size: freed, its place is the next one's.
RC_GTEST_PROP(KMallocRegression, TheFirstBlockIsReused, ()) {
  const Setting setting = AnySetting();
  MallocArena arena(setting);
  KMalloc& malloc = arena.malloc();
  const auto size = *rc::gen::inRange<std::uint64_t>(0, 500000);
  const bool walled = *rc::gen::arbitrary<bool>();
  const Address first = malloc.Malloc(size);
  if (walled) malloc.Malloc(16);
  malloc.Free(first);
  if (setting.checked) malloc.MallocTrim(0);  // empties the quarantine
  RC_ASSERT(malloc.Malloc(size) == first);
}

RC_GTEST_PROP(KMallocRegression, HugeNegativeAndOverflowingSizesFail, ()) {
  MallocArena arena(AnySetting());
  KMalloc& malloc = arena.malloc();
  const Address block = malloc.Malloc(100);
  const auto negative = static_cast<std::uint64_t>(
      -*rc::gen::inRange<std::int64_t>(1, std::int64_t{1} << 62));
  const auto huge = *rc::gen::inRange<std::uint64_t>(
      arena.heap_bytes(), std::numeric_limits<std::int64_t>::max());
  const auto count = *rc::gen::inRange<std::uint64_t>(2, 1 << 20);
  const std::uint64_t overflowing =
      std::numeric_limits<std::uint64_t>::max() / count + 1 +
      *rc::gen::inRange<std::uint64_t>(0, 1000);
  const Digest before = arena.heap().ComputeDigest();
  for (const std::uint64_t size : {negative, huge}) {
    RC_ASSERT(malloc.Malloc(size).is_null());
    RC_ASSERT(malloc.Calloc(1, size).is_null());
    RC_ASSERT(malloc.Realloc(block, size).is_null());
    RC_ASSERT(malloc.AlignedAlloc(64, size).is_null());
  }
  RC_ASSERT(malloc.Calloc(count, overflowing).is_null());
  RC_ASSERT(malloc.ReallocArray(block, overflowing, count).is_null());
  RC_ASSERT(arena.heap().guest_errno() == kErrnoNoMemory);
  arena.heap().set_guest_errno(0);
  RC_ASSERT(arena.heap().ComputeDigest() == before);
}

RC_GTEST_PROP(KMallocRegression, ShrinkingLeavesNoTwoFreeChunksSideBySide, ()) {
  MallocArena arena(*rc::gen::element(kPagesFast, kTagsFast));
  KMalloc& malloc = arena.malloc();
  std::vector<Address> blocks;
  for (const std::uint64_t size : AnySizes()) {
    blocks.push_back(malloc.Malloc(size));
  }
  std::map<Address, bool> freed;
  for (std::size_t i = 0; i < blocks.size(); i += 2) {
    malloc.Free(blocks[i]);
    freed[blocks[i]] = true;
  }
  for (const Address block : blocks) {
    if (freed.contains(block)) continue;
    const std::uint64_t usable = malloc.MallocUsableSize(block);
    malloc.Realloc(block, *rc::gen::inRange<std::uint64_t>(1, usable + 1));
    AssertSound(malloc);
    bool previous_free = false;
    malloc.Walk([&](const BlockInfo& info) {
      const bool free =
          info.kind == BlockKind::kFreeChunk || info.kind == BlockKind::kTop;
      RC_ASSERT(!(free && previous_free));
      previous_free = free;
    });
  }
}

RC_GTEST_PROP(KMallocRegression, ADoubleFreeHandsNoBlockOutTwice, ()) {
  MallocArena arena(AnySetting());
  KMalloc& malloc = arena.malloc();
  const auto size = *rc::gen::inRange<std::uint64_t>(0, 2000);
  if (*rc::gen::arbitrary<bool>()) arena.Heat(size);
  std::vector<Address> blocks;
  for (int i = 0; i < 20; ++i) blocks.push_back(malloc.Malloc(size));
  const Address victim = *rc::gen::elementOf(blocks);
  const auto others =
      *rc::gen::container<std::vector<Address>>(rc::gen::elementOf(blocks));
  malloc.Free(victim);
  for (const Address other : others) {
    static_cast<void>(FaultOf([&] { malloc.Free(other); }));
  }
  RC_ASSERT(FaultOf([&] { malloc.Free(victim); }) ==
            (MemoryFault{FaultCode::kDoubleFree, Access::kFree, victim, 0}));
  std::vector<Address> live;
  malloc.Walk([&](const BlockInfo& info) {
    if (info.kind == BlockKind::kLive) live.push_back(info.begin);
  });
  for (int i = 0; i < 30; ++i) live.push_back(malloc.Malloc(size));
  std::sort(live.begin(), live.end());
  RC_ASSERT(std::adjacent_find(live.begin(), live.end()) == live.end());
  AssertSound(malloc);
}

RC_GTEST_PROP(KMallocRegression, AlignedBlocksCanBeFreedInAnyOrder, ()) {
  MallocArena arena(AnySetting());
  KMalloc& malloc = arena.malloc();
  std::vector<Address> blocks;
  for (const std::uint64_t size : AnySizes()) {
    const std::uint64_t alignment = std::uint64_t{1}
                                    << *rc::gen::inRange(0, 14);
    const Address block = malloc.AlignedAlloc(alignment, size);
    if (block.is_null()) break;
    RC_ASSERT(block.offset() % alignment == 0u);
    arena.heap().Fill(block, std::byte{0xFF}, size);
    blocks.push_back(block);
  }
  while (!blocks.empty()) {
    const auto index = *rc::gen::inRange<std::size_t>(0, blocks.size());
    malloc.Free(blocks[index]);
    blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(index));
    AssertSound(malloc);
  }
  RC_ASSERT(malloc.Stats().live_blocks == 0u);
  malloc.MallocTrim(0);
  RC_ASSERT(malloc.Stats().free_chunk_bytes == 0u);
}

RC_GTEST_PROP(KMallocRegression, AddressZeroIsNeverABlock, ()) {
  MallocArena arena(AnySetting());
  for (const std::uint64_t size : AnySizes()) {
    const Address block = arena.malloc().Malloc(size);
    RC_ASSERT(block.is_null() ||
              block >= arena.heap().layout().begin(Region::kHeap));
  }
}

}  // namespace
}  // namespace kheap
