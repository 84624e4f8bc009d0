// SPDX-License-Identifier: Apache-2.0
// What Free does with every address that no live block begins at.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/arena.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

class BadFreeTest : public InEverySetting {
 protected:
  // The fault that freeing `address` ends in, having changed nothing.
  std::optional<FaultCode> CodeOf(Address address) {
    const Digest before = heap().ComputeDigest();
    const auto fault = FaultOf([&] { malloc().Free(address); });
    EXPECT_EQ(heap().ComputeDigest(), before) << address;
    if (!fault.has_value()) return std::nullopt;
    EXPECT_EQ(*fault, (MemoryFault{fault->code, Access::kFree, address, 0}));
    return fault->code;
  }
  void ExpectDoubleFree(Address address) {
    EXPECT_EQ(CodeOf(address), FaultCode::kDoubleFree) << address;
  }
  void ExpectInvalidFree(Address address) {
    EXPECT_EQ(CodeOf(address), FaultCode::kInvalidFree) << address;
  }
};

INSTANTIATE_TEST_SUITE_P(All, BadFreeTest, testing::ValuesIn(kEverySetting),
                         NameOfParam);

TEST_P(BadFreeTest, InsideABlockIsInvalid) {
  for (const std::uint64_t size : {16, 100, 1024, 5000, 70000}) {
    const Address block = malloc().Malloc(size);
    for (std::uint64_t i = 1; i < std::min<std::uint64_t>(size, 300); ++i) {
      ExpectInvalidFree(block + i);
    }
  }
}

TEST_P(BadFreeTest, OutsideTheHeapIsInvalid) {
  const MemoryLayout& layout = heap().layout();
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  for (int region = 0; region < kRegionCount - 1; ++region) {
    const Address begin = layout.begin(static_cast<Region>(region));
    for (std::uint64_t i = region == 0 ? 1 : 0; i <= 64; ++i) {
      ExpectInvalidFree(begin + i);
    }
    ExpectInvalidFree(layout.end(static_cast<Region>(region)) - 16);
  }
  const Address heap_break = heap().break_address();
  const Address end = layout.end(Region::kHeap);
  for (const Address address :
       {heap_break, heap_break - 16, end, end - 16, end + 16,
        Address(std::uint64_t{1} << 36), Address(std::uint64_t{1} << 63),
        Address(kMax), Address(kMax - 15), Address(kMax - 7)}) {
    ExpectInvalidFree(address);
  }
}

TEST_P(BadFreeTest, NothingWasFreedInAnUntouchedHeap) {
  for (std::uint64_t i = 0; i < 4096; ++i) {
    ExpectInvalidFree(arena_.heap_begin() + i);
  }
}

TEST_P(BadFreeTest, TwiceInARowIsADoubleFree) {
  for (const bool hot : {false, true}) {
    for (const std::uint64_t size : {0, 1, 48, 1000, 5000, 70000}) {
      if (hot) arena_.Heat(size);
      const Address block = malloc().Malloc(size);
      malloc().Malloc(size);
      malloc().Free(block);
      ExpectDoubleFree(block);
      ExpectDoubleFree(block);
    }
  }
}

TEST_P(BadFreeTest, AfterOthersOfItsSizeCameAndWentIsADoubleFree) {
  arena_.Heat(48);
  const Address block = malloc().Malloc(48);
  const Address other = malloc().Malloc(48);
  malloc().Free(block);
  malloc().Free(other);
  ExpectDoubleFree(block);
  ExpectDoubleFree(other);
}

// The address belongs to whoever has it now.
TEST_P(BadFreeTest, AfterReuseFreesTheNewBlockOnce) {
  arena_.Heat(48);
  const Address block = malloc().Malloc(48);
  malloc().Free(block);
  // Checked mode keeps it back for long.
  Address again;
  while (again != block) {
    again = malloc().Malloc(48);
    ASSERT_FALSE(again.is_null());
  }
  malloc().Free(again);
  ExpectDoubleFree(block);
}

TEST_P(BadFreeTest, AfterCoalescingIsADoubleFree) {
  const Address first = malloc().Malloc(200);
  const Address second = malloc().Malloc(200);
  const Address third = malloc().Malloc(200);
  malloc().Malloc(200);
  malloc().Free(first);
  malloc().Free(third);
  malloc().Free(second);
  for (const Address block : {first, second, third}) ExpectDoubleFree(block);
}

TEST_P(BadFreeTest, OfABlockThatJoinedTheTopIsADoubleFree) {
  malloc().Malloc(200);
  const Address last = malloc().Malloc(200);
  malloc().Free(last);
  ExpectDoubleFree(last);
}

TEST_P(BadFreeTest, OfASlotWhosePageWasReturnedIsADoubleFree) {
  arena_.Heat(48);
  const Address slot = malloc().Malloc(48);
  const Address wall = malloc().Malloc(100000);
  malloc().Free(slot);
  malloc().MallocTrim(0);
  EXPECT_EQ(malloc().Find(slot)->kind, BlockKind::kFreeChunk);
  ExpectDoubleFree(slot);
  malloc().Free(wall);
}

TEST_P(BadFreeTest, OfEveryNeighbourOfAPageIsInvalid) {
  arena_.Heat(1000);
  const Address slot = malloc().Malloc(1000);
  for (std::uint64_t i = 1; i < 1000; ++i) ExpectInvalidFree(slot + i);
}

// Every byte of the arena and beyond is an argument. The model is a list of
// what the walker saw.
class EveryAddressTest : public testing::TestWithParam<Setting> {
 protected:
  EveryAddressTest() : arena_(GetParam(), MallocArena::kSmallest) {
    arena_.Heat(100);
    std::vector<Address> blocks;
    for (std::uint64_t i = 0; i < 60; ++i) {
      blocks.push_back(arena_.malloc().Malloc(i % 4 == 0 ? 100 : i * 13));
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      if (i % 3 == 0) arena_.malloc().Free(blocks[i]);
    }
    arena_.malloc().Walk([&](const BlockInfo& info) { Note(info); });
  }

  void Note(const BlockInfo& info) {
    switch (info.kind) {
      case BlockKind::kLive:
        live_.insert(info.begin);
        return;
      case BlockKind::kCached:
      case BlockKind::kFreeSlot:
      case BlockKind::kQuarantined:
        freed_.insert(info.begin);
        return;
      case BlockKind::kFreeChunk:
        for (std::uint64_t i = 0; i < info.size_bytes; i += 16) {
          freed_.insert(info.begin + i);
        }
        return;
      case BlockKind::kTop:
        return;
    }
  }

  MallocArena arena_;
  std::set<Address> live_;
  std::set<Address> freed_;
};

INSTANTIATE_TEST_SUITE_P(All, EveryAddressTest,
                         testing::ValuesIn(kEverySetting), NameOfParam);

TEST_P(EveryAddressTest, IsFreedOrFaultsAsTheWalkerHasIt) {
  KMalloc& malloc = arena_.malloc();
  ASSERT_GT(live_.size(), 30u);
  ASSERT_GT(freed_.size(), 15u);
  const Digest before = arena_.heap().ComputeDigest();
  const Address end(MallocArena::kSmallest + 4096);
  const Address top_begin = [&] {
    Address top;
    malloc.Walk([&](const BlockInfo& info) {
      if (info.kind == BlockKind::kTop) top = info.begin;
    });
    return top;
  }();
  for (Address address(1); address < end; address += 1) {
    if (live_.contains(address)) continue;
    const auto fault = FaultOf([&] { malloc.Free(address); });
    ASSERT_TRUE(fault.has_value()) << address;
    // Of the top it is only known how far it was ever in use.
    const bool in_top = address >= top_begin && address.offset() % 16 == 0;
    const FaultCode code = freed_.contains(address) ? FaultCode::kDoubleFree
                           : in_top                 ? fault->code
                                                    : FaultCode::kInvalidFree;
    ASSERT_EQ(*fault, (MemoryFault{code, Access::kFree, address, 0}));
    if (address.offset() % 1024 == 0) {
      ASSERT_EQ(arena_.heap().ComputeDigest(), before) << address;
    }
  }
  EXPECT_EQ(arena_.heap().ComputeDigest(), before);
  for (const Address block : live_) {
    EXPECT_EQ(FaultOf([&] { malloc.Free(block); }), std::nullopt);
  }
  EXPECT_EQ(malloc.Stats().live_blocks, 0u);
  EXPECT_EQ(malloc.CheckInvariants(), absl::OkStatus());
}

}  // namespace
}  // namespace kheap
