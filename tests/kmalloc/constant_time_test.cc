// SPDX-License-Identifier: Apache-2.0
// No operation walks a list: with a thousand free chunks in one bin, all are
// overwritten but the few that an operation may look at. Whoever looked at
// another one would raise a fault.
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/arena.h"

namespace kheap {
namespace {

class ConstantTimeTest : public testing::TestWithParam<std::uint64_t> {
 protected:
  static constexpr int kChunks = 1000;

  ConstantTimeTest() : arena_(kTagsFast, 64 * 1024 * 1024) {
    std::vector<Address> walls;
    for (int i = 0; i < kChunks; ++i) {
      chunks_.push_back(malloc().Malloc(GetParam()));
      walls.push_back(malloc().Malloc(16));
    }
    neighbour_ = walls[kChunks - 1];
    for (const Address chunk : chunks_) malloc().Free(chunk);
    // The newest is first in the bin, and the one after points back at it. The
    // oldest is last.
    for (int i = 0; i + 2 < kChunks; ++i) {
      arena_.heap().Fill(chunks_[i] - kTagBytes, std::byte{0xEE}, 16);
    }
  }

  KMalloc& malloc() { return arena_.malloc(); }
  Address newest() const { return chunks_.back(); }

  MallocArena arena_;
  std::vector<Address> chunks_;
  Address neighbour_;  // a block behind the newest
};

INSTANTIATE_TEST_SUITE_P(Sizes, ConstantTimeTest,
                         testing::Values(100, 1000, 1500, 20000));

TEST_P(ConstantTimeTest, MallocAndFreeLookAtTheFirstChunkOfABinOnly) {
  EXPECT_EQ(malloc().Malloc(GetParam()), newest());
  malloc().Free(newest());
  EXPECT_EQ(malloc().Malloc(GetParam()), newest());
}

TEST_P(ConstantTimeTest, FreeLooksAtItsNeighboursOnly) {
  malloc().Free(neighbour_);
  EXPECT_FALSE(malloc().Malloc(GetParam() + 24).is_null());
}

TEST_P(ConstantTimeTest, LargerRequestsPassTheBinBy) {
  const Address large = malloc().Malloc(2 * GetParam() + 4096);
  EXPECT_FALSE(large.is_null());
  malloc().Free(large);
  const Address aligned = malloc().AlignedAlloc(4096, 2 * GetParam());
  EXPECT_FALSE(aligned.is_null());
  malloc().Free(aligned);
}

TEST_P(ConstantTimeTest, ReallocLooksAtItsNeighboursOnly) {
  const Address block = malloc().Malloc(GetParam());
  EXPECT_EQ(malloc().Realloc(block, 40), block);
  EXPECT_EQ(malloc().Realloc(block, GetParam()), block);
}

}  // namespace
}  // namespace kheap
