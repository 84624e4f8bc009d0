// SPDX-License-Identifier: Apache-2.0
// The end of memory, and what comes back from it.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/arena.h"

namespace kheap {
namespace {

class ExhaustionTest : public InEverySetting {
 protected:
  // The largest block that an empty heap holds.
  std::uint64_t LargestBlock() const {
    const std::uint64_t guard_bytes =
        GetParam().checked ? Guard::ExtraBytes(16) : 0;
    // The unused word, the chunk's tag and the top's.
    return arena_.heap_bytes() - 3 * kTagBytes - guard_bytes;
  }
};

INSTANTIATE_TEST_SUITE_P(All, ExhaustionTest, testing::ValuesIn(kEverySetting),
                         NameOfParam);

TEST_P(ExhaustionTest, AnEmptyHeapHoldsOneBlockOfItsWholeSize) {
  const std::uint64_t size = LargestBlock();
  EXPECT_EQ(malloc().Malloc(size + 1), kNullAddress);
  const Address block = malloc().Malloc(size);
  ASSERT_FALSE(block.is_null());
  ExpectSound();
  EXPECT_EQ(malloc().Malloc(1), kNullAddress);
  malloc().Free(block);
  EXPECT_FALSE(malloc().Malloc(size).is_null());
}

TEST_P(ExhaustionTest, AfterEverythingIsFreedTheWholeHeapIsOneBlockAgain) {
  arena_.Heat(100);
  arena_.Heat(1000);
  for (const int order : {0, 1, 2}) {
    std::vector<Address> blocks = arena_.Exhaust();
    ASSERT_GT(blocks.size(), 4u);
    ExpectSound();
    if (order == 1) std::reverse(blocks.begin(), blocks.end());
    if (order == 2) {
      std::stable_partition(blocks.begin(), blocks.end(), [](Address block) {
        return block.offset() / 16 % 2 == 0;
      });
    }
    for (const Address block : blocks) malloc().Free(block);
    ExpectSound();
    const Address whole = malloc().Malloc(LargestBlock());
    EXPECT_FALSE(whole.is_null()) << order;
    ExpectSound();
    malloc().Free(whole);
  }
}

TEST_P(ExhaustionTest, CachedBlocksAndPagesGiveWay) {
  for (const std::uint64_t size : {16, 48, 512, 1024}) {
    std::vector<Address> blocks;
    for (int i = 0; i < 2 * kEnoughToBeHot && size * i < 200000; ++i) {
      blocks.push_back(malloc().Malloc(size));
    }
    for (const Address block : blocks) malloc().Free(block);
  }
  EXPECT_FALSE(malloc().Malloc(LargestBlock()).is_null());
  ExpectSound();
}

// Every size in turn is the one that does not fit.
TEST_P(ExhaustionTest, FailureAtEveryAllocationInTurnIsClean) {
  std::vector<Address> blocks;
  std::uint64_t size = 1;
  for (;;) {
    const auto before = arena_.BytesButErrno();
    const Address block = malloc().Malloc(size);
    if (block.is_null()) {
      EXPECT_TRUE(arena_.BytesButErrno() == before);
      if (size == 1) break;
      size = 1;
      continue;
    }
    blocks.push_back(block);
    size = size * 3 / 2 + 1;
  }
  ExpectSound();
  for (const Address block : blocks) malloc().Free(block);
  EXPECT_FALSE(malloc().Malloc(LargestBlock()).is_null());
}

TEST_P(ExhaustionTest, AnAlignedBlockFindsTheOneChunkThatHoldsIt) {
  const Address block = malloc().AlignedAlloc(4096, 4000);
  malloc().Malloc(1);
  arena_.Exhaust();
  malloc().Free(block);
  EXPECT_FALSE(malloc().AlignedAlloc(4096, 4000).is_null());
  ExpectSound();
}

TEST_P(ExhaustionTest, TrimGivesFreedMemoryBackToTheHost) {
  const Address low = malloc().Malloc(100);
  const Address high = malloc().Malloc(500000);
  const Address grown = heap().break_address();
  malloc().Free(high);
  EXPECT_TRUE(malloc().MallocTrim(100000));
  const Address kept = heap().break_address();
  EXPECT_LT(kept, grown);
  EXPECT_GE(kept - low, 100000u);
  EXPECT_LE(kept - low, 100000u + 2 * 4096u);
  EXPECT_FALSE(malloc().MallocTrim(100000));
  EXPECT_TRUE(malloc().MallocTrim(0));
  EXPECT_FALSE(malloc().MallocTrim(~std::uint64_t{0}));
  EXPECT_LE(heap().break_address() - low, 2 * 4096u);
  ExpectSound();
  const Address again = malloc().Calloc(500000, 1);
  const auto bytes = heap().Span(again, 500000);
  EXPECT_TRUE(std::all_of(bytes.begin(), bytes.end(),
                          [](std::byte byte) { return byte == std::byte{0}; }));
  EXPECT_EQ(malloc().Stats().live_blocks, 2u);
}

}  // namespace
}  // namespace kheap
