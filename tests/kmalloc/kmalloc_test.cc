// SPDX-License-Identifier: Apache-2.0
#include "kmalloc/kmalloc.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kmalloc/arena.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
constexpr std::int32_t kUntouched = 99;

class KMallocTest : public InEverySetting {
 protected:
  // Sizes that no block can have.
  std::vector<std::uint64_t> ImpossibleSizes() const {
    const std::uint64_t capacity = arena_.heap_bytes();
    return {capacity - 8,
            capacity,
            capacity + 1,
            kAllocatorCapacityMax - 1,
            kAllocatorCapacityMax,
            kAllocatorCapacityMax + 1,
            std::uint64_t{1} << 47,
            std::uint64_t{1} << 63,
            (std::uint64_t{1} << 63) + 16,
            kMax - 64,
            kMax - 15,
            kMax - 7,
            kMax};
  }

  // `request` returns null, sets errno to ENOMEM and changes nothing else.
  template <typename Request>
  void ExpectNoMemory(Request request) {
    heap().set_guest_errno(kUntouched);
    const auto before = arena_.BytesButErrno();
    EXPECT_EQ(request(), kNullAddress);
    EXPECT_EQ(heap().guest_errno(), kErrnoNoMemory);
    EXPECT_TRUE(arena_.BytesButErrno() == before);
  }
};

INSTANTIATE_TEST_SUITE_P(All, KMallocTest, testing::ValuesIn(kEverySetting),
                         NameOfParam);

TEST_P(KMallocTest, EveryBlockIsAlignedAndLargeEnough) {
  MallocArena arena(GetParam(), 4 * 1024 * 1024);
  KMalloc& malloc = arena.malloc();
  for (std::uint64_t size = 0; size <= 2100; ++size) {
    const Address block = malloc.Malloc(size);
    ASSERT_FALSE(block.is_null());
    EXPECT_EQ(block.offset() % 16, 0u) << size;
    EXPECT_GE(malloc.MallocUsableSize(block), size);
    if (size % 3 == 0) malloc.Free(block);
    if (size % 64 != 0) continue;
    EXPECT_EQ(malloc.CheckInvariants(), absl::OkStatus());
  }
}

TEST_P(KMallocTest, EveryByteOfABlockCanBeStoredTo) {
  for (const std::uint64_t size : {1, 16, 17, 1024, 5000, 65536, 100000}) {
    const Address block = malloc().Malloc(size);
    const std::uint64_t usable = malloc().MallocUsableSize(block);
    heap().Fill(block, std::byte{0xA5}, usable);
    ExpectSound();
    malloc().Free(block);
  }
}

TEST_P(KMallocTest, ABlockOfNoBytesIsABlockOfItsOwn) {
  std::set<Address> blocks;
  for (int i = 0; i < 3 * kEnoughToBeHot; ++i) {
    const Address block = malloc().Malloc(0);
    ASSERT_FALSE(block.is_null());
    EXPECT_EQ(block.offset() % 16, 0u);
    ASSERT_TRUE(blocks.insert(block).second) << "handed out twice";
  }
  ExpectSound();
  for (const Address block : blocks) malloc().Free(block);
  ExpectSound();
  EXPECT_EQ(malloc().Stats().live_blocks, 0u);
}

// Requests of 0 and of 1 byte share a class, and so its cache.
TEST_P(KMallocTest, BlocksOfNoBytesLeaveCachedBlocksAlone) {
  arena_.Heat(1);
  std::set<Address> blocks;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(blocks.insert(malloc().Malloc(i % 2)).second);
    ASSERT_EQ(malloc().CheckInvariants(), absl::OkStatus()) << i;
  }
}

TEST_P(KMallocTest, SuccessLeavesErrnoAlone) {
  heap().set_guest_errno(kUntouched);
  Address block = malloc().Malloc(10);
  block = malloc().Realloc(block, 100000);
  block = malloc().ReallocArray(block, 3, 5);
  malloc().Free(block);
  malloc().Free(malloc().Calloc(3, 4));
  malloc().Free(malloc().AlignedAlloc(64, 3));
  malloc().Free(kNullAddress);
  malloc().MallocTrim(0);
  EXPECT_EQ(heap().guest_errno(), kUntouched);
}

TEST_P(KMallocTest, ImpossibleSizesAreRefusedAndChangeNothing) {
  const Address block = malloc().Malloc(100);
  for (const std::uint64_t size : ImpossibleSizes()) {
    SCOPED_TRACE(size);
    ExpectNoMemory([&] { return malloc().Malloc(size); });
    ExpectNoMemory([&] { return malloc().Calloc(1, size); });
    ExpectNoMemory([&] { return malloc().Calloc(size, 1); });
    ExpectNoMemory([&] { return malloc().Realloc(block, size); });
    ExpectNoMemory([&] { return malloc().Realloc(kNullAddress, size); });
    ExpectNoMemory([&] { return malloc().ReallocArray(block, 1, size); });
    ExpectNoMemory([&] { return malloc().AlignedAlloc(8, size); });
    ExpectNoMemory([&] { return malloc().AlignedAlloc(4096, size); });
    ExpectNoMemory(
        [&] { return malloc().AlignedAlloc(std::uint64_t{1} << 63, size); });
  }
  EXPECT_GE(malloc().MallocUsableSize(block), 100u);
  ExpectSound();
}

TEST_P(KMallocTest, ProductsThatOverflowAreRefusedAndChangeNothing) {
  const Address block = malloc().Malloc(100);
  const std::uint64_t half = std::uint64_t{1} << 32;
  const std::uint64_t pairs[][2] = {
      {half, half},      {half + 1, half},   {kMax, 2},
      {2, kMax},         {kMax, kMax},       {(std::uint64_t{1} << 63) + 8, 2},
      {kMax / 3 + 1, 3}, {kMax / 16 + 2, 16}};
  for (const auto& [count, size] : pairs) {
    SCOPED_TRACE(count);
    ExpectNoMemory([&, c = count, s = size] { return malloc().Calloc(c, s); });
    ExpectNoMemory([&, c = count, s = size] {
      return malloc().ReallocArray(block, c, s);
    });
    ExpectNoMemory([&, c = count, s = size] {
      return malloc().ReallocArray(kNullAddress, c, s);
    });
  }
}

// Also for sizes that have a class, whose requests are counted when served.
TEST_P(KMallocTest, AFullHeapRefusesEverySizeAndChangesNothing) {
  arena_.Heat(48);
  const std::vector<Address> blocks = arena_.Exhaust();
  ASSERT_FALSE(blocks.empty());
  ExpectSound();
  for (const std::uint64_t size : {0, 1, 16, 48, 1024, 1025, 65536, 65553}) {
    SCOPED_TRACE(size);
    ExpectNoMemory([&] { return malloc().Malloc(size); });
    ExpectNoMemory([&] { return malloc().Calloc(1, size); });
    ExpectNoMemory([&] { return malloc().AlignedAlloc(64, size); });
    ExpectNoMemory(
        [&] { return malloc().Realloc(blocks.back(), 100000 + size); });
  }
}

TEST_P(KMallocTest, CallocZeroesBytesThatWereInUse) {
  for (const std::uint64_t size : {1, 16, 100, 1024, 5000, 70000}) {
    for (int i = 0; i < kEnoughToBeHot; ++i) {
      const Address dirty = malloc().Malloc(size);
      heap().Fill(dirty, std::byte{0xFF}, size);
      malloc().Free(dirty);
      const Address block = malloc().Calloc(1, size);
      const auto bytes = heap().Span(block, size);
      ASSERT_TRUE(std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) {
        return byte == std::byte{0};
      })) << size;
      heap().Fill(block, std::byte{0xFF}, size);
      malloc().Free(block);
    }
  }
}

TEST_P(KMallocTest, CallocOfNothingIsABlock) {
  for (const auto& [count, size] :
       {std::pair{0u, 0u}, std::pair{0u, 8u}, std::pair{8u, 0u}}) {
    const Address block = malloc().Calloc(count, size);
    EXPECT_FALSE(block.is_null());
    malloc().Free(block);
  }
}

TEST_P(KMallocTest, NullIsFreedAndMeasuredWithoutEffect) {
  malloc().Malloc(10);
  const Digest before = heap().ComputeDigest();
  malloc().Free(kNullAddress);
  malloc().FreeSized(kNullAddress, 10);
  malloc().FreeAlignedSized(kNullAddress, 3, 10);
  EXPECT_EQ(malloc().MallocUsableSize(kNullAddress), 0u);
  EXPECT_EQ(heap().ComputeDigest(), before);
}

TEST_P(KMallocTest, FreeSizedTakesTheRequestedSizeAndNoLarger) {
  for (const std::uint64_t size : {1, 16, 100, 1024, 5000}) {
    const Address block = malloc().Malloc(size);
    const std::uint64_t usable = malloc().MallocUsableSize(block);
    const Digest before = heap().ComputeDigest();
    EXPECT_EQ(FaultOf([&] { malloc().FreeSized(block, usable + 1); }),
              (MemoryFault{FaultCode::kInvalidFree, Access::kFree, block,
                           usable + 1}));
    EXPECT_EQ(heap().ComputeDigest(), before);
    malloc().FreeSized(block, size);
  }
  const Address aligned = malloc().AlignedAlloc(256, 40);
  for (const std::uint64_t alignment : {0, 3, 1 << 20}) {
    EXPECT_EQ(
        FaultOf([&] { malloc().FreeAlignedSized(aligned, alignment, 40); }),
        (MemoryFault{FaultCode::kInvalidFree, Access::kFree, aligned, 40}));
  }
  malloc().FreeAlignedSized(aligned, 256, 40);
  EXPECT_EQ(malloc().Stats().live_blocks, 0u);
}

TEST_P(KMallocTest, AViewOfAHeapSeesItsBlocks) {
  const Address block = malloc().Malloc(100);
  KMalloc view(heap());
  EXPECT_EQ(view.policy(), GetParam().policy);
  EXPECT_EQ(view.MallocUsableSize(block), malloc().MallocUsableSize(block));
  view.Free(block);
  EXPECT_EQ(FaultOf([&] { malloc().Free(block); }),
            (MemoryFault{FaultCode::kDoubleFree, Access::kFree, block, 0}));
}

TEST_P(KMallocTest, CreateOnAUsedHeapLaysOutAnEmptyOne) {
  const Digest empty = heap().ComputeDigest();
  arena_.Heat(64);
  heap().Fill(malloc().Malloc(200000), std::byte{0xFF}, 200000);
  KMalloc again = KMalloc::Create(heap(), GetParam().policy).value();
  EXPECT_EQ(heap().ComputeDigest(), empty);
  EXPECT_EQ(again.CheckInvariants(), absl::OkStatus());
  const Address block = again.Calloc(1, 200000);
  const auto bytes = heap().Span(block, 200000);
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(),
                          [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST(KMallocAttachTest, FindsTheAllocatorOrRefusesTheArena) {
  const auto heap = MakeFastHeap();
  EXPECT_EQ(KMalloc::Attach(*heap).status().code(),
            absl::StatusCode::kFailedPrecondition);
  KMalloc malloc = KMalloc::Create(*heap, MallocPolicy::kTags).value();
  const Address block = malloc.Malloc(100);
  KMalloc attached = KMalloc::Attach(*heap).value();
  EXPECT_EQ(attached.policy(), MallocPolicy::kTags);
  EXPECT_EQ(attached.MallocUsableSize(block), malloc.MallocUsableSize(block));
}

TEST_P(KMallocTest, IndentMovesBlocksUp) {
  constexpr std::uint64_t kIndentBytes = 20016;
  MallocArena plain(GetParam());
  MallocArena moved(GetParam());
  ASSERT_TRUE(moved.malloc().Indent(kIndentBytes));
  EXPECT_EQ(moved.malloc().CheckInvariants(), absl::OkStatus());
  for (const std::uint64_t size : {1u, 100u, 70000u}) {
    const Address block = moved.malloc().Malloc(size);
    EXPECT_EQ(block, plain.malloc().Malloc(size) + kIndentBytes);
  }
  KMalloc attached = KMalloc::Attach(moved.heap()).value();
  EXPECT_EQ(attached.CheckInvariants(), absl::OkStatus());
  EXPECT_EQ(attached.Stats().live_blocks, 3u);
}

TEST_P(KMallocTest, IndentNeedsRoom) {
  const auto before = arena_.BytesButErrno();
  EXPECT_FALSE(arena_.malloc().Indent(arena_.heap_bytes()));
  EXPECT_TRUE(arena_.BytesButErrno() == before);
  EXPECT_TRUE(arena_.malloc().Indent(arena_.heap_bytes() - 16));
  EXPECT_EQ(arena_.malloc().Malloc(1), kNullAddress);
}

TEST(KMallocCreateTest, RefusesArenasAbove64GiB) {
  const auto heap =
      MakeHeap({.layout = {.capacity_bytes = kAllocatorCapacityMax + 4096},
                .checked = false});
  EXPECT_EQ(KMalloc::Create(*heap).status().code(),
            absl::StatusCode::kInvalidArgument);
}

// Costs address space, not memory: only what describes the heap up to the break
// is touched.
TEST(KMallocCreateTest, TheLargestArenaServesAndRefusesTheLargestRequests) {
  const auto heap = MakeHeap(
      {.layout = {.capacity_bytes = kAllocatorCapacityMax}, .checked = false});
  KMalloc malloc = KMalloc::Create(*heap).value();
  const std::uint64_t half = kAllocatorCapacityMax / 2;
  EXPECT_EQ(malloc.AlignedAlloc(half, half + 1), kNullAddress);
  EXPECT_EQ(malloc.AlignedAlloc(half, half + half / 2), kNullAddress);
  EXPECT_EQ(malloc.Malloc(kAllocatorCapacityMax), kNullAddress);
  const Address small = malloc.Malloc(100);
  malloc.Free(small);
  EXPECT_EQ(malloc.CheckInvariants(), absl::OkStatus());
}

}  // namespace
}  // namespace kheap
