// SPDX-License-Identifier: Apache-2.0
#include "heap/memory_layout.h"

#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "heap/code_pages.h"
#include "rapidcheck/gtest.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1024} * 1024 * 1024;

LayoutOptions SmallOptions() { return SmallHeapOptions(false).layout; }

// ASSERT-like: the layout has every property that the header states.
void ExpectWellFormed(const MemoryLayout& layout) {
  EXPECT_EQ(layout.begin(Region::kNullGuard), kNullAddress);
  EXPECT_EQ(layout.begin(Region::kControl), kControlBase);
  for (int i = 0; i < kRegionCount; ++i) {
    const auto region = static_cast<Region>(i);
    EXPECT_LE(layout.begin(region), layout.end(region));
    EXPECT_EQ(layout.begin(region).offset() % kRegionAlignment, 0u);
    EXPECT_EQ(layout.size_bytes(region),
              layout.end(region).offset() - layout.begin(region).offset());
    if (i > 0) {
      EXPECT_EQ(layout.begin(region), layout.end(static_cast<Region>(i - 1)));
    }
  }
  EXPECT_EQ(layout.size_bytes(Region::kStackGuard), kStackGuardBytes);
  EXPECT_EQ(layout.begin(Region::kHeap).offset() % 65536, 0u);
  EXPECT_GE(layout.size_bytes(Region::kHeap), kHeapBytesMin);
  EXPECT_EQ(layout.end(Region::kHeap).offset(), layout.capacity_bytes());
}

TEST(MemoryLayoutTest, TheDefaultIs64MiB) {
  const auto layout = MemoryLayout::Create({});
  ASSERT_TRUE(layout.ok());
  ExpectWellFormed(*layout);
  EXPECT_EQ(layout->capacity_bytes(), 64u * 1024 * 1024);
  EXPECT_EQ(layout->size_bytes(Region::kStack), 1024u * 1024);
}

TEST(MemoryLayoutTest, RegionsOfSizeZeroAreEmpty) {
  LayoutOptions options = SmallOptions();
  options.stack_bytes = 0;
  options.read_only_bytes = 0;
  const auto layout = MemoryLayout::Create(options);
  ASSERT_TRUE(layout.ok());
  ExpectWellFormed(*layout);
  EXPECT_EQ(layout->size_bytes(Region::kStack), 0u);
  EXPECT_EQ(layout->RegionOf(layout->begin(Region::kStack)), Region::kData);
}

TEST(MemoryLayoutTest, TheCapacityIsRoundedDownToAPage) {
  LayoutOptions options = SmallOptions();
  options.capacity_bytes += 4095;
  const auto layout = MemoryLayout::Create(options);
  ASSERT_TRUE(layout.ok());
  EXPECT_EQ(layout->capacity_bytes(), SmallOptions().capacity_bytes);
}

TEST(MemoryLayoutTest, TheSmallestCapacityLeavesTheSmallestHeap) {
  LayoutOptions options = SmallOptions();
  const auto layout = MemoryLayout::Create(options);
  ASSERT_TRUE(layout.ok());
  EXPECT_EQ(layout->size_bytes(Region::kHeap), kHeapBytesMin);
  options.capacity_bytes -= 1;
  EXPECT_EQ(MemoryLayout::Create(options).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(MemoryLayoutTest, TheLargestCapacityIsOneTiB) {
  EXPECT_TRUE(MemoryLayout::Create({.capacity_bytes = 1024 * kGiB}).ok());
  const absl::Status status =
      MemoryLayout::Create({.capacity_bytes = 1024 * kGiB + 4096}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "a capacity of 1099511631872 bytes is above the limit of "
            "1099511627776");
}

TEST(MemoryLayoutTest, ARefusalSaysHowMuchWouldBeNeeded) {
  const absl::Status status =
      MemoryLayout::Create({.capacity_bytes = 1024 * 1024}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "a capacity of 1048576 bytes leaves no heap: the regions below it "
            "take 2686976 bytes and the heap needs 65536");
}

TEST(MemoryLayoutTest, SizesThatOverflowAreRefused) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  for (const auto member :
       {&LayoutOptions::capacity_bytes, &LayoutOptions::stack_bytes,
        &LayoutOptions::data_bytes, &LayoutOptions::read_only_bytes,
        &LayoutOptions::symbol_bytes, &LayoutOptions::kernel_bytes,
        &LayoutOptions::code_bytes}) {
    for (const std::uint64_t size :
         {kMax, kMax - 4094, kMax - 4095, kMax / 2 + 1}) {
      LayoutOptions options;
      options.*member = size;
      EXPECT_EQ(MemoryLayout::Create(options).status().code(),
                absl::StatusCode::kInvalidArgument)
          << size;
    }
  }
}

TEST(MemoryLayoutTest, EveryRegionHasItsOwnName) {
  std::set<std::string> names;
  for (int i = 0; i < kRegionCount; ++i) {
    names.emplace(ToString(static_cast<Region>(i)));
  }
  EXPECT_EQ(names.size(), std::size_t{kRegionCount});
  EXPECT_EQ(ToString(Region::kStackGuard), "stack guard");
}

RC_GTEST_PROP(MemoryLayoutTest, EveryLayoutIsWellFormed, ()) {
  const auto size = [](std::uint64_t max) {
    return *rc::gen::inRange<std::uint64_t>(0, max);
  };
  const auto layout =
      MemoryLayout::Create({.capacity_bytes = size(64 * kGiB),
                            .stack_bytes = size(16 * 1024 * 1024),
                            .data_bytes = size(16 * 1024 * 1024),
                            .read_only_bytes = size(1024 * 1024),
                            .symbol_bytes = size(1024 * 1024),
                            .kernel_bytes = size(16 * 1024 * 1024),
                            .allocators = *rc::gen::arbitrary<bool>(),
                            .code_bytes = size(1024 * 1024)});
  RC_PRE(layout.ok());
  ExpectWellFormed(*layout);
  const Address address(size(layout->capacity_bytes()));
  const Region region = layout->RegionOf(address);
  RC_ASSERT(layout->begin(region) <= address);
  RC_ASSERT(address < layout->end(region));
}

TEST(MemoryLayoutTest, OnlyAnArenaThatAsksForAllocatorsHasRoomForThem) {
  EXPECT_EQ(MemoryLayout::Create({}).value().size_bytes(Region::kAllocators),
            0u);
  // A bit for each 8 bytes and two bytes for each 4096 of 64 MiB.
  EXPECT_EQ(MemoryLayout::Create({.allocators = true})
                .value()
                .size_bytes(Region::kAllocators),
            (1024 + 32 + 64) * 1024u);
}

TEST(MemoryLayoutTest, PagesOfCodeBeginAtTheSameAddressInEveryArena) {
  EXPECT_EQ(MemoryLayout::Create({}).value().size_bytes(Region::kCode), 0u);
  for (const std::uint64_t bytes : {1u, 65535u, 65536u, 65537u, 200000u}) {
    const MemoryLayout layout =
        MemoryLayout::Create({.code_bytes = bytes}).value();
    EXPECT_EQ(layout.end(Region::kCode) - kCodePagesBegin,
              (bytes + 65535) / 65536 * 65536);
  }
  constexpr std::uint64_t kLimit = kCodePageCountMax * kCodePageBytes;
  EXPECT_TRUE(MemoryLayout::Create({.code_bytes = kLimit}).ok());
  EXPECT_EQ(MemoryLayout::Create({.code_bytes = kLimit + 1}).status().message(),
            "16777217 bytes of code are above the limit of 16777216");
}

TEST(MemoryLayoutTest, EveryRegionBeginsAndEndsWhereRegionOfSays) {
  const MemoryLayout layout = MemoryLayout::Create({}).value();
  for (int i = 0; i < kRegionCount; ++i) {
    const auto region = static_cast<Region>(i);
    if (layout.size_bytes(region) == 0) continue;
    EXPECT_EQ(layout.RegionOf(layout.begin(region)), region);
    EXPECT_EQ(layout.RegionOf(layout.end(region) - 1), region);
  }
}

}  // namespace
}  // namespace kheap
