// SPDX-License-Identifier: Apache-2.0
// What checked mode finds around, in and after a block.
#include "kmalloc/guard.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/arena.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

class GuardTest : public testing::TestWithParam<Setting> {
 protected:
  GuardTest() : arena_(GetParam()) {}

  GlobalHeap& heap() { return arena_.heap(); }
  KMalloc& malloc() { return arena_.malloc(); }

  void ExpectFault(FaultCode code, Access access, Address address) {
    EXPECT_EQ(FaultOf([&] {
                access == Access::kLoad ? static_cast<void>(heap().lbu(address))
                                        : heap().sb(address, 1);
              }),
              (MemoryFault{code, access, address, 1}));
  }
  void ExpectNoAccess(FaultCode code, Address address) {
    ExpectFault(code, Access::kLoad, address);
    ExpectFault(code, Access::kStore, address);
  }
  std::uint64_t QuarantineLimit() {
    return heap().layout().capacity_bytes() / 16;
  }

  MallocArena arena_;
};

INSTANTIATE_TEST_SUITE_P(Checked, GuardTest,
                         testing::Values(kPagesChecked, kTagsChecked),
                         NameOfParam);

TEST_P(GuardTest, EveryByteOfABlockAndNoOtherIsAccessible) {
  for (std::uint64_t size = 0; size <= 64; ++size) {
    const Address block = malloc().Malloc(size);
    for (std::uint64_t i = 0; i < size; ++i) heap().sb(block + i, 1);
    for (std::uint64_t i = 0; i < 16; ++i) {
      ExpectNoAccess(FaultCode::kOutOfBounds, block + size + i);
      ExpectNoAccess(FaultCode::kOutOfBounds, block - 1 - i);
    }
    EXPECT_EQ(malloc().MallocUsableSize(block), size);
  }
}

TEST_P(GuardTest, AWideAccessOverEitherEdgeIsOutOfBounds) {
  const Address block = malloc().Calloc(1, 20);
  for (std::uint64_t i = 1; i < 8; ++i) {
    for (const Address address : {block - i, block + 20 - 8 + i}) {
      EXPECT_EQ(
          FaultOf([&] { heap().ld(address); }),
          (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, address, 8}));
      EXPECT_EQ(
          FaultOf([&] { heap().sd(address, 1); }),
          (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, address, 8}));
    }
  }
}

TEST_P(GuardTest, AlignedBlocksLieBetweenRedZonesToo) {
  for (std::uint64_t alignment = 16; alignment <= 4096; alignment *= 2) {
    const Address block = malloc().AlignedAlloc(alignment, 24);
    EXPECT_EQ(block.offset() % alignment, 0u);
    ExpectNoAccess(FaultCode::kOutOfBounds, block - 1);
    ExpectNoAccess(FaultCode::kOutOfBounds, block + 24);
    heap().Fill(block, std::byte{1}, 24);
  }
}

TEST_P(GuardTest, AccessAfterFreeIsFault113) {
  for (const std::uint64_t size : {1, 8, 64, 1000, 20000}) {
    const Address block = malloc().Calloc(1, size);
    malloc().Free(block);
    for (std::uint64_t i = 0; i < size; i += 1 + size / 50) {
      ExpectNoAccess(FaultCode::kUseAfterFree, block + i);
    }
    // Before it, a stray access more likely means the freed block.
    ExpectNoAccess(FaultCode::kUseAfterFree, block - 1);
  }
}

TEST_P(GuardTest, ANewBlockIsUninitialisedUntilStoredTo) {
  const Address block = malloc().Malloc(16);
  ExpectFault(FaultCode::kUninitialisedRead, Access::kLoad, block);
  heap().sw(block, 7);
  EXPECT_EQ(heap().lw(block), 7);
  EXPECT_EQ(
      FaultOf([&] { heap().ld(block); }),
      (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad, block, 8}));
}

TEST_P(GuardTest, CallocsBlockIsInitialised) {
  const Address block = malloc().Calloc(5, 20);
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(heap().lbu(block + i), 0);
  ExpectNoAccess(FaultCode::kOutOfBounds, block + 100);
}

TEST_P(GuardTest, ReusedMemoryIsUninitialisedAgain) {
  const Address block = malloc().Calloc(1, 1000);
  malloc().Free(block);
  malloc().MallocTrim(0);
  const Address again = malloc().Malloc(1000);
  EXPECT_EQ(again, block);
  ExpectFault(FaultCode::kUninitialisedRead, Access::kLoad, again + 500);
}

TEST_P(GuardTest, ReallocKeepsWhatIsInitialised) {
  for (const std::uint64_t size : {8, 24, 300, 30000}) {
    Address block = malloc().Malloc(16);
    heap().sw(block + 4, 7);
    block = malloc().Realloc(block, size);
    ExpectFault(FaultCode::kUninitialisedRead, Access::kLoad, block);
    EXPECT_EQ(heap().lw(block + 4), 7);
    if (size > 16) {
      ExpectFault(FaultCode::kUninitialisedRead, Access::kLoad,
                  block + size - 1);
    }
    ExpectNoAccess(FaultCode::kOutOfBounds, block + size);
  }
}

TEST_P(GuardTest, AShrunkBlocksTailIsOutOfBounds) {
  const Address block = malloc().Calloc(1, 100);
  for (std::uint64_t size = 99; size > 7; size -= 7) {
    ASSERT_EQ(malloc().Realloc(block, size), block);
    ExpectNoAccess(FaultCode::kOutOfBounds, block + size);
    EXPECT_EQ(heap().lbu(block + size - 1), 0);
    EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
  }
}

TEST_P(GuardTest, AMovedBlocksOldPlaceIsFault113) {
  const Address block = malloc().Calloc(1, 16);
  const Address moved = malloc().Realloc(block, 32);
  EXPECT_NE(moved, block);
  ExpectNoAccess(FaultCode::kUseAfterFree, block);
}

TEST_P(GuardTest, FreeSizedWantsTheVerySize) {
  const Address block = malloc().Malloc(20);
  for (const std::uint64_t size : {0, 16, 19, 21, 32}) {
    EXPECT_EQ(
        FaultOf([&] { malloc().FreeSized(block, size); }),
        (MemoryFault{FaultCode::kInvalidFree, Access::kFree, block, size}));
  }
  malloc().FreeSized(block, 20);
}

TEST_P(GuardTest, AllocationsAreCountedFromOne) {
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const Address block = malloc().Malloc(i);
    EXPECT_EQ(malloc().Find(block)->sequence, i);
    if (i % 2 == 0) malloc().Free(block);
    EXPECT_EQ(malloc().Find(block)->sequence, i);
  }
}

TEST_P(GuardTest, AFreedBlockIsNotReusedAtOnce) {
  const Address block = malloc().Malloc(100);
  malloc().Free(block);
  for (int i = 0; i < 50; ++i) EXPECT_NE(malloc().Malloc(100), block);
  EXPECT_EQ(malloc().Find(block)->kind, BlockKind::kQuarantined);
}

TEST_P(GuardTest, TheQuarantineGivesTheOldestBackFirstAndStaysBelowItsLimit) {
  std::vector<Address> freed;
  const auto is_kept = [&](Address block) {
    const auto info = malloc().Find(block);
    return info.has_value() && info->kind == BlockKind::kQuarantined &&
           info->begin == block;
  };
  std::size_t oldest = 0;
  bool evicted = false;
  for (int i = 0; i < 200; ++i) {
    const Address block = malloc().Malloc(1000);
    if (block.is_null()) break;
    const Address wall = malloc().Malloc(1);
    malloc().Free(block);
    freed.push_back(block);
    while (!is_kept(freed[oldest])) {
      evicted = true;
      ++oldest;
    }
    for (std::size_t k = oldest; k < freed.size(); ++k) {
      ASSERT_TRUE(is_kept(freed[k])) << "a newer one went before an older one";
    }
    EXPECT_LE(malloc().Stats().quarantined_bytes, QuarantineLimit());
    if (evicted) break;
    EXPECT_FALSE(wall.is_null());
  }
  EXPECT_TRUE(evicted);
  EXPECT_GE(freed.size() * 1100, QuarantineLimit());
  EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
}

TEST_P(GuardTest, ABlockAboveTheLimitIsQuarantinedAlone) {
  const Address small = malloc().Malloc(100);
  const Address large = malloc().Malloc(QuarantineLimit() + 1);
  const Address last = malloc().Malloc(100);
  malloc().Free(small);
  malloc().Free(large);
  EXPECT_EQ(malloc().Stats().quarantined_bytes, QuarantineLimit() + 1);
  ExpectNoAccess(FaultCode::kUseAfterFree, large + 5000);
  malloc().Free(last);
  EXPECT_EQ(malloc().Stats().quarantined_bytes, 100u);
}

TEST_P(GuardTest, TheCountOfBytesHeldNeverPassesTheLimit) {
  const Directory directory(heap());
  std::vector<Address> blocks;
  for (std::uint64_t i = 0; i < 400; ++i) {
    blocks.push_back(malloc().Malloc(i * 7 % 500));
  }
  for (const Address block : blocks) {
    malloc().Free(block);
    EXPECT_LE(directory.header().quarantine_bytes, QuarantineLimit());
  }
}

TEST_P(GuardTest, MemoryAboveTheBlocksIsOutOfBounds) {
  malloc().Malloc(100);
  const Address last = heap().break_address() - 1;
  ExpectNoAccess(FaultCode::kOutOfBounds, last);
  ExpectNoAccess(FaultCode::kOutOfBounds, last + 1);
}

// Nothing that the allocator keeps between blocks can be damaged by a guest.
TEST_P(GuardTest, AGuestReachesLiveBytesOnly) {
  std::vector<Address> blocks;
  for (std::uint64_t size = 0; size < 40; ++size) {
    blocks.push_back(malloc().Malloc(size));
  }
  for (std::size_t i = 0; i < blocks.size(); i += 3) malloc().Free(blocks[i]);
  std::vector<bool> live(heap().break_address().offset());
  malloc().Walk([&](const BlockInfo& info) {
    if (info.kind != BlockKind::kLive) return;
    for (std::uint64_t i = 0; i < info.size_bytes; ++i) {
      live[info.begin.offset() + i] = true;
    }
  });
  for (Address at = arena_.heap_begin(); at < heap().break_address(); at += 1) {
    ASSERT_EQ(heap().TryStore<std::uint8_t>(at, 0xEE), live[at.offset()]) << at;
  }
  EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
}

}  // namespace
}  // namespace kheap
