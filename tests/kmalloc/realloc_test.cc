// SPDX-License-Identifier: Apache-2.0
// Realloc and ReallocArray: where a block stays, where it goes, and its bytes.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/arena.h"
#include "tests/support/bit_reference.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

class ReallocTest : public InEverySetting {
 protected:
  void Write(Address block, std::uint64_t size_bytes) {
    const auto pattern = PatternBytes(size_bytes);
    std::copy(pattern.begin(), pattern.end(),
              heap().Span(block, size_bytes, Access::kStore).begin());
  }
  void ExpectKept(Address block, std::uint64_t size_bytes) {
    const auto bytes = heap().Span(block, size_bytes);
    const auto pattern = PatternBytes(size_bytes);
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), pattern.begin()));
  }
};

INSTANTIATE_TEST_SUITE_P(All, ReallocTest, testing::ValuesIn(kEverySetting),
                         NameOfParam);

// Where chunks lie beside each other without red zones.
class ReallocChunkTest : public ReallocTest {
 protected:
  std::uint64_t ChunkPayload(std::uint64_t size) const {
    return ChunkLayer::ChunkBytes(size) - kTagBytes;
  }
};
INSTANTIATE_TEST_SUITE_P(Fast, ReallocChunkTest,
                         testing::Values(kPagesFast, kTagsFast), NameOfParam);

TEST_P(ReallocTest, OfNullIsMalloc) {
  const Address block = malloc().Realloc(kNullAddress, 100);
  ASSERT_FALSE(block.is_null());
  EXPECT_GE(malloc().MallocUsableSize(block), 100u);
  EXPECT_FALSE(malloc().Realloc(kNullAddress, 0).is_null());
  EXPECT_FALSE(malloc().ReallocArray(kNullAddress, 3, 7).is_null());
}

TEST_P(ReallocTest, ToNothingFrees) {
  const Address block = malloc().Malloc(100);
  EXPECT_EQ(malloc().Realloc(block, 0), kNullAddress);
  EXPECT_EQ(FaultOf([&] { malloc().Free(block); }),
            (MemoryFault{FaultCode::kDoubleFree, Access::kFree, block, 0}));
  const Address other = malloc().Malloc(100);
  EXPECT_EQ(malloc().ReallocArray(other, 0, 8), kNullAddress);
  EXPECT_EQ(malloc().Stats().live_blocks, 0u);
}

TEST_P(ReallocTest, EveryPairOfSizesKeepsTheCommonBytes) {
  const std::uint64_t sizes[] = {1,    15,   16,   17,    100,   512,
                                 1023, 1024, 1025, 16383, 16384, 40000};
  for (const bool hot : {false, true}) {
    for (const std::uint64_t from : sizes) {
      if (hot) arena_.Heat(from);
      for (const std::uint64_t to : sizes) {
        const Address block = malloc().Malloc(from);
        Write(block, from);
        const Address moved = malloc().Realloc(block, to);
        ASSERT_FALSE(moved.is_null());
        EXPECT_EQ(moved.offset() % 16, 0u);
        EXPECT_GE(malloc().MallocUsableSize(moved), to);
        ExpectKept(moved, std::min(from, to));
        ExpectSound();
        malloc().Free(moved);
      }
    }
  }
}

TEST_P(ReallocChunkTest, ShrinksInPlaceAndFreesTheTail) {
  const Address block = malloc().Malloc(4000);
  const Address wall = malloc().Malloc(100);
  Write(block, 100);
  EXPECT_EQ(malloc().Realloc(block, 100), block);
  EXPECT_EQ(malloc().MallocUsableSize(block), ChunkPayload(100));
  ExpectKept(block, 100);
  const MallocStats stats = malloc().Stats();
  EXPECT_EQ(stats.free_chunk_bytes, wall - block - 8 - ChunkPayload(100) - 8);
  ExpectSound();
}

TEST_P(ReallocChunkTest, JoinsTheTailWithTheFreeChunkBehindIt) {
  const Address block = malloc().Malloc(4000);
  const Address behind = malloc().Malloc(3000);
  malloc().Malloc(100);
  malloc().Free(behind);
  EXPECT_EQ(malloc().Realloc(block, 1000), block);
  std::uint64_t free_chunks = 0;
  for (const std::uint64_t count : malloc().Stats().free_chunks_by_bin) {
    free_chunks += count;
  }
  EXPECT_EQ(free_chunks, 1u);
  ExpectSound();
}

TEST_P(ReallocChunkTest, GivesTheTailBackToTheTop) {
  const Address block = malloc().Malloc(4000);
  EXPECT_EQ(malloc().Realloc(block, 1000), block);
  EXPECT_EQ(malloc().Stats().free_chunk_bytes, 0u);
  ExpectSound();
}

TEST_P(ReallocChunkTest, ATailTooSmallForAChunkStays) {
  const Address block = malloc().Malloc(1000);
  malloc().Malloc(100);
  const std::uint64_t usable = malloc().MallocUsableSize(block);
  EXPECT_EQ(malloc().Realloc(block, usable - 16), block);
  EXPECT_EQ(malloc().MallocUsableSize(block), usable);
  EXPECT_EQ(malloc().Realloc(block, usable - 32), block);
  EXPECT_EQ(malloc().MallocUsableSize(block), usable - 32);
  ExpectSound();
}

TEST_P(ReallocChunkTest, GrowsIntoTheFreeChunkBehindIt) {
  // What is left over: a chunk, nothing, and a piece too small to be one.
  for (const std::uint64_t left : {1600, 48, 32, 16, 0}) {
    SCOPED_TRACE(left);
    MallocArena arena(GetParam());
    KMalloc& malloc = arena.malloc();
    const Address block = malloc.Malloc(1000);
    const Address behind = malloc.Malloc(2000);
    malloc.Malloc(100);
    const std::uint64_t both =
        malloc.MallocUsableSize(block) + 8 + malloc.MallocUsableSize(behind);
    malloc.Free(behind);
    EXPECT_EQ(malloc.Realloc(block, both - left), block);
    EXPECT_EQ(malloc.MallocUsableSize(block), both - (left < 32 ? 0 : left));
    EXPECT_EQ(malloc.CheckInvariants(), absl::OkStatus());
    EXPECT_EQ(malloc.Stats().free_chunk_bytes, left < 32 ? 0 : left - 8);
  }
}

TEST_P(ReallocChunkTest, GrowsIntoTheTopUpToTheWholeHeap) {
  const Address block = malloc().Malloc(1000);
  Write(block, 1000);
  const std::uint64_t room =
      heap().layout().end(Region::kHeap) - block - kTagBytes;
  for (const std::uint64_t size : {std::uint64_t{100000}, room}) {
    EXPECT_EQ(malloc().Realloc(block, size), block);
    EXPECT_GE(malloc().MallocUsableSize(block), size);
    ExpectKept(block, 1000);
    ExpectSound();
  }
  EXPECT_EQ(malloc().Realloc(block, room + 1), kNullAddress);
  EXPECT_EQ(malloc().MallocUsableSize(block), room);
}

TEST_P(ReallocChunkTest, MovesWhereTheNeighbourIsInUse) {
  const Address block = malloc().Malloc(1000);
  malloc().Malloc(16);
  Write(block, 1000);
  const Address moved = malloc().Realloc(block, 3000);
  EXPECT_NE(moved, block);
  ExpectKept(moved, 1000);
  EXPECT_EQ(FaultOf([&] { malloc().Free(block); }),
            (MemoryFault{FaultCode::kDoubleFree, Access::kFree, block, 0}));
}

// A large block that moved finds room behind it.
TEST_P(ReallocChunkTest, GrowingStepByStepMovesALargeBlockRarely) {
  Address block = malloc().Malloc(16 * 1024);
  int moves = 0;
  for (std::uint64_t size = 16 * 1024; size <= 160 * 1024; size += 1024) {
    const Address grown = malloc().Realloc(block, size);
    if (grown != block) ++moves;
    block = grown;
    malloc().Malloc(24);
  }
  EXPECT_LE(moves, 10);
  ExpectSound();
}

TEST_P(ReallocTest, FailureKeepsTheBlock) {
  const Address block = malloc().Malloc(1000);
  Write(block, 1000);
  EXPECT_EQ(malloc().Realloc(block, arena_.heap_bytes()), kNullAddress);
  EXPECT_EQ(heap().guest_errno(), kErrnoNoMemory);
  ExpectKept(block, 1000);
  malloc().Free(block);
}

// A slot whose smaller class has no room stays where it is.
TEST_P(ReallocTest, ShrinkingSucceedsInAFullHeap) {
  arena_.Heat(512);
  arena_.Heat(16);
  const Address block = malloc().Malloc(512);
  Write(block, 512);
  arena_.Exhaust();
  heap().set_guest_errno(0);
  const Address smaller = malloc().Realloc(block, 10);
  EXPECT_FALSE(smaller.is_null());
  ExpectKept(smaller, 10);
  EXPECT_EQ(heap().guest_errno(), 0);
  ExpectSound();
}

TEST_P(ReallocTest, OfNoLiveBlockIsABadFree) {
  const Address block = malloc().Malloc(100);
  malloc().Malloc(100);
  const Address inside = block + 16;
  EXPECT_EQ(FaultOf([&] { malloc().Realloc(inside, 10); }),
            (MemoryFault{FaultCode::kInvalidFree, Access::kResize, inside, 0}));
  malloc().Free(block);
  for (const std::uint64_t size : {0, 10, 1000}) {
    EXPECT_EQ(FaultOf([&] { malloc().Realloc(block, size); }),
              (MemoryFault{FaultCode::kDoubleFree, Access::kResize, block, 0}));
  }
}

}  // namespace
}  // namespace kheap
