// SPDX-License-Identifier: Apache-2.0
// Walk, Find and Stats, and the ranges of bins.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/arena.h"

namespace kheap {
namespace {

class InspectTest : public InEverySetting {
 protected:
  // Blocks of every kind, and among them every third freed.
  void Populate() {
    arena_.Heat(100);
    arena_.Heat(1024);
    std::vector<Address> blocks;
    for (std::uint64_t i = 0; i < 150; ++i) {
      blocks.push_back(malloc().Malloc(i % 5 == 0 ? 100 : i * 17));
    }
    for (std::size_t i = 0; i < blocks.size(); i += 3) malloc().Free(blocks[i]);
  }
  std::vector<BlockInfo> Everything() {
    std::vector<BlockInfo> all;
    malloc().Walk([&](const BlockInfo& info) { all.push_back(info); });
    return all;
  }
  std::uint64_t BytesOfKind(BlockKind kind) {
    std::uint64_t bytes = 0;
    for (const BlockInfo& info : Everything()) {
      if (info.kind == kind) bytes += info.size_bytes;
    }
    return bytes;
  }
};

INSTANTIATE_TEST_SUITE_P(All, InspectTest, testing::ValuesIn(kEverySetting),
                         NameOfParam);

TEST_P(InspectTest, TheWalkTilesTheHeapFromItsBeginToItsBreak) {
  Populate();
  const std::vector<BlockInfo> all = Everything();
  // Red zones and the ends of pages belong to no block.
  const std::uint64_t gap_max = GetParam().checked ? 96 : 1024 + 8;
  Address end = arena_.heap_begin() + 8;
  for (const BlockInfo& info : all) {
    ASSERT_GE(info.begin, end);
    EXPECT_LE(info.begin - end, gap_max) << info.begin;
    EXPECT_EQ(info.begin.offset() % 16, 0u);
    end = info.begin + info.size_bytes;
  }
  EXPECT_EQ(all.back().kind, BlockKind::kTop);
  EXPECT_EQ(end, heap().break_address());
}

TEST_P(InspectTest, ChunksAreApartByTheirTagsOnly) {
  if (GetParam().checked) return;
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Address block = malloc().Malloc(i * 50);
    if (i % 3 == 0) malloc().Free(block);
  }
  Address end = arena_.heap_begin() + 8;
  for (const BlockInfo& info : Everything()) {
    EXPECT_EQ(info.begin, end + kTagBytes);
    end = info.begin + info.size_bytes;
  }
}

TEST_P(InspectTest, EveryKindIsSeen) {
  Populate();
  std::vector<BlockKind> expected = {BlockKind::kLive, BlockKind::kTop};
  if (GetParam().checked) {
    expected.push_back(BlockKind::kQuarantined);
  } else {
    expected.push_back(BlockKind::kFreeChunk);
    if (GetParam().policy == MallocPolicy::kPages) {
      expected.push_back(BlockKind::kCached);
      expected.push_back(BlockKind::kFreeSlot);
    }
  }
  for (const BlockKind kind : expected) {
    EXPECT_NE(BytesOfKind(kind), 0u) << std::string(ToString(kind));
  }
}

TEST_P(InspectTest, FindAgreesWithTheWalkAtEveryAddress) {
  Populate();
  const std::vector<BlockInfo> all = Everything();
  const Address top = all.back().begin - kTagBytes;
  EXPECT_FALSE(malloc().Find(arena_.heap_begin() - 1).has_value());
  EXPECT_FALSE(malloc().Find(arena_.heap_begin()).has_value());
  EXPECT_FALSE(malloc().Find(top).has_value());
  EXPECT_FALSE(malloc().Find(Address(~std::uint64_t{0})).has_value());
  for (const BlockInfo& info : all) {
    if (info.kind == BlockKind::kTop) continue;
    for (std::uint64_t i = 0; i < info.size_bytes; i += 1 + i / 8) {
      const auto found = malloc().Find(info.begin + i);
      ASSERT_TRUE(found.has_value()) << info.begin + i;
      ASSERT_EQ(found->begin, info.begin);
      ASSERT_EQ(found->size_bytes, info.size_bytes);
      ASSERT_EQ(found->kind, info.kind);
      ASSERT_EQ(found->size_class, info.size_class);
      ASSERT_EQ(found->sequence, info.sequence);
    }
  }
}

// Byte by byte, where the heap is small.
TEST_P(InspectTest, FindNamesAChunkFromItsTagToItsEnd) {
  MallocArena arena(GetParam(), MallocArena::kSmallest);
  for (std::uint64_t i = 0; i < 40; ++i) {
    const Address block = arena.malloc().Malloc(i * 9);
    if (i % 3 == 0) arena.malloc().Free(block);
  }
  const Directory directory(arena.heap());
  const ChunkLayer chunks(arena.heap(), directory);
  Chunk chunk;
  for (Address next = chunks.first_tag(); next != chunks.top();
       next = chunk.end()) {
    chunk = chunks.At(next);
    for (Address at = chunk.begin; at < chunk.end(); at += 1) {
      const auto info = arena.malloc().Find(at);
      ASSERT_TRUE(info.has_value());
      ASSERT_GE(info->begin, chunk.payload());
      ASSERT_LE(info->begin + info->size_bytes, chunk.end());
    }
  }
}

TEST_P(InspectTest, FiguresAreTheSumsOfTheWalk) {
  Populate();
  const MallocStats stats = malloc().Stats();
  EXPECT_EQ(stats.live_bytes, BytesOfKind(BlockKind::kLive));
  EXPECT_EQ(stats.cached_bytes, BytesOfKind(BlockKind::kCached));
  EXPECT_EQ(stats.free_slot_bytes, BytesOfKind(BlockKind::kFreeSlot));
  EXPECT_EQ(stats.free_chunk_bytes, BytesOfKind(BlockKind::kFreeChunk));
  EXPECT_EQ(stats.quarantined_bytes, BytesOfKind(BlockKind::kQuarantined));
  EXPECT_EQ(stats.top_bytes, BytesOfKind(BlockKind::kTop));
  std::uint64_t binned_bytes = 0;
  std::uint64_t largest = stats.top_bytes;
  for (int bin = 0; bin < kBinCount; ++bin) {
    binned_bytes += stats.free_bytes_by_bin[bin];
    EXPECT_EQ(stats.free_bytes_by_bin[bin] == 0,
              stats.free_chunks_by_bin[bin] == 0);
  }
  for (const BlockInfo& info : Everything()) {
    if (info.kind != BlockKind::kFreeChunk) continue;
    largest = std::max(largest, info.size_bytes);
  }
  EXPECT_EQ(binned_bytes, stats.free_chunk_bytes);
  EXPECT_EQ(stats.largest_free_bytes, largest);
  EXPECT_EQ(stats.footprint_bytes - stats.directory_bytes,
            heap().break_address() - arena_.heap_begin());
}

TEST_P(InspectTest, PeaksAreOfTheMostThatWasHeld) {
  const Address block = malloc().Malloc(10000);
  const std::uint64_t usable = malloc().MallocUsableSize(block);
  EXPECT_EQ(malloc().Stats().peak_bytes, usable);
  EXPECT_EQ(malloc().Stats().peak_blocks, 1u);
  malloc().Free(block);
  EXPECT_EQ(malloc().Stats().live_bytes, 0u);
  EXPECT_EQ(malloc().Stats().peak_bytes, usable);
  malloc().Malloc(100);
  EXPECT_EQ(malloc().Stats().peak_bytes, usable);
  EXPECT_EQ(malloc().Stats().peak_blocks, 1u);
}

TEST_P(InspectTest, OnePieceIsNotFragmentedAndManyAre) {
  EXPECT_EQ(malloc().Stats().ExternalFragmentation(), 0);
  EXPECT_EQ(malloc().Stats().InternalFragmentation(), 1);
  std::vector<Address> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(malloc().Malloc(2000));
  const MallocStats full = malloc().Stats();
  EXPECT_EQ(full.ExternalFragmentation(), 0);
  EXPECT_GT(full.InternalFragmentation(), 0);
  EXPECT_LT(full.InternalFragmentation(), 0.3);
  for (std::size_t i = 0; i < blocks.size(); i += 2) malloc().Free(blocks[i]);
  if (GetParam().checked) return;
  const MallocStats half = malloc().Stats();
  EXPECT_GT(half.ExternalFragmentation(), 0.5);
  EXPECT_LE(half.ExternalFragmentation(), 1);
}

TEST(MallocStatsTest, FragmentationIsAShare) {
  MallocStats stats = {};
  EXPECT_EQ(stats.ExternalFragmentation(), 0);
  EXPECT_EQ(stats.InternalFragmentation(), 0);
  stats.footprint_bytes = 1000;
  stats.live_bytes = 300;
  stats.free_chunk_bytes = 100;
  stats.top_bytes = 300;
  stats.largest_free_bytes = 300;
  EXPECT_DOUBLE_EQ(stats.ExternalFragmentation(), 0.25);
  EXPECT_DOUBLE_EQ(stats.InternalFragmentation(), 0.5);
}

TEST(BinTest, RangesTileAllSizesUpTo64GiB) {
  for (int bin = 0; bin + 1 < kBinCount; ++bin) {
    EXPECT_LT(RangeOfBin(bin).begin_bytes, RangeOfBin(bin).end_bytes) << bin;
    EXPECT_EQ(RangeOfBin(bin).end_bytes, RangeOfBin(bin + 1).begin_bytes)
        << bin;
  }
  EXPECT_EQ(RangeOfBin(0).begin_bytes, 0u);
  EXPECT_EQ(RangeOfBin(kBinCount - 1).end_bytes, kAllocatorCapacityMax);
}

TEST(BinTest, EveryChunkIsInTheBinWhoseRangeHoldsIt) {
  for (std::uint64_t size = 32; size <= 1 << 20; size += 16) {
    const BinRange range = RangeOfBin(ChunkLayer::BinOf(size));
    ASSERT_GE(size, range.begin_bytes);
    ASSERT_LT(size, range.end_bytes);
  }
  for (int bin = 0; bin < kBinCount; ++bin) {
    EXPECT_EQ(ChunkLayer::BinOf(RangeOfBin(bin).begin_bytes), bin);
    EXPECT_EQ(ChunkLayer::BinOf(RangeOfBin(bin).end_bytes - 16), bin);
  }
}

TEST(BlockKindTest, EachHasANameOfItsOwn) {
  EXPECT_EQ(ToString(BlockKind::kLive), "live");
  EXPECT_EQ(ToString(BlockKind::kCached), "cached");
  EXPECT_EQ(ToString(BlockKind::kFreeSlot), "free slot");
  EXPECT_EQ(ToString(BlockKind::kFreeChunk), "free chunk");
  EXPECT_EQ(ToString(BlockKind::kQuarantined), "quarantined");
  EXPECT_EQ(ToString(BlockKind::kTop), "top");
}

}  // namespace
}  // namespace kheap
