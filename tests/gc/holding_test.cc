// SPDX-License-Identifier: Apache-2.0
// The collector's row in the ledger: before, while and after there is one.
#include "gc/holding.h"

#include <cstdint>
#include <memory>

#include "allocators/memory_stats.h"
#include "allocators/registry.h"
#include "gc/collector.h"
#include "gtest/gtest.h"
#include "tests/gc/world.h"
#include "tests/support/heaps.h"

namespace kheap::gc {
namespace {

// With the granule that aligns it.
constexpr std::uint64_t kSpaceBytes = std::uint64_t{1024} * 1024 + 16;

class HoldingTest : public testing::TestWithParam<bool> {
 protected:
  HoldingTest()
      : heap_(MakeHeap(
            {.layout = {.capacity_bytes = 8 * 1024 * 1024, .allocators = true},
             .checked = GetParam()})),
        malloc_(KMalloc::Create(*heap_).value()) {}

  static GcType Register(Collector& collector) {
    return collector.RegisterType({.size_bytes = 24}).value();
  }

  std::unique_ptr<GlobalHeap> heap_;
  KMalloc malloc_;
};

TEST_P(HoldingTest, MemoryStatsHaveTheCollector) {
  const Registry registry = Registry::Create(malloc_).value();
  const auto tally = [&](Holder holder) {
    return MemoryStatsOf(registry).Of(holder);
  };
  EXPECT_EQ(tally(Holder::kCollector), Tally{});
  EXPECT_EQ(tally(Holder::kTotal), Tally{});

  const auto collector = Collector::Create(*heap_, kSmallOptions).value();
  Tally held = {.live_count = 1,
                .live_bytes = kSpaceBytes + kSmallTableBytes,
                .peak_bytes = kSpaceBytes + kSmallTableBytes,
                .total_count = 1,
                .total_bytes = kSpaceBytes + kSmallTableBytes};
  EXPECT_EQ(tally(Holder::kCollector), held);
  EXPECT_EQ(tally(Holder::kTotal), held);
  EXPECT_EQ(collector->Stats().table_bytes, kSmallTableBytes);
  EXPECT_EQ(collector->CheckInvariants(), absl::OkStatus());

  collector->Destroy();
  held.live_count = 0;
  held.live_bytes = 0;
  EXPECT_EQ(tally(Holder::kCollector), held);
  EXPECT_EQ(tally(Holder::kTotal), held);
}

TEST_P(HoldingTest, ListsAreHeldAsTheyGrow) {
  const Registry registry = Registry::Create(malloc_).value();
  const Ledger& ledger = registry.ledger();
  const auto collector = Collector::Create(*heap_, kSmallOptions).value();
  Tally held = ledger.Of(Holder::kCollector);
  const auto expect_growth = [&](std::uint64_t from, std::uint64_t to) {
    held.live_bytes += to - from;
    held.peak_bytes = held.live_bytes;
    held.total_bytes += to;
    EXPECT_EQ(ledger.Of(Holder::kCollector), held);
    EXPECT_EQ(ledger.Of(Holder::kTotal), held);
    EXPECT_EQ(collector->Stats().table_bytes, held.live_bytes - kSpaceBytes);
    EXPECT_EQ(collector->CheckInvariants(), absl::OkStatus());
  };
  // A type has 4 words, and one without references no more.
  const Frame<1> frame(collector->mutator());
  frame[0] = collector->mutator().New(Register(*collector));
  expect_growth(0, kListBytes);
  for (int i = 0; i < 3; ++i) Register(*collector);
  expect_growth(0, 0);
  Register(*collector);
  expect_growth(kListBytes, 2 * kListBytes);
  ASSERT_TRUE(collector->Pin(frame[0].get()));
  expect_growth(0, kListBytes);
  ASSERT_TRUE(collector->NewWeak(frame[0].get()).has_value());
  expect_growth(0, kListBytes);
  // One list of finalizers, and one of those that are ready.
  ASSERT_TRUE(collector->AddFinalizer(frame[0].get(), 1));
  expect_growth(0, 2 * kListBytes);
  ASSERT_EQ(collector->AddRoot(heap_->break_address() - 8), absl::OkStatus());
  expect_growth(0, kListBytes);

  collector->Destroy();
  held.live_count = 0;
  held.live_bytes = 0;
  EXPECT_EQ(ledger.Of(Holder::kCollector), held);
  EXPECT_EQ(ledger.Of(Holder::kTotal), held);
}

TEST_P(HoldingTest, ASecondCollectorAddsToWhatWasEver) {
  const Registry registry = Registry::Create(malloc_).value();
  constexpr std::uint64_t kBytes = kSpaceBytes + kSmallTableBytes;
  for (const std::uint64_t count : {1, 2}) {
    const auto collector = Collector::Create(*heap_, kSmallOptions).value();
    EXPECT_EQ(registry.ledger().Of(Holder::kCollector),
              (Tally{.live_count = 1,
                     .live_bytes = kBytes,
                     .peak_bytes = kBytes,
                     .total_count = count,
                     .total_bytes = count * kBytes}));
    collector->Destroy();
  }
}

TEST_P(HoldingTest, ACollectorThatCannotBeHoldsNothing) {
  CollectorOptions options = kSmallOptions;
  options.limit_bytes = std::uint64_t{128} * 1024 * 1024;
  EXPECT_EQ(Collector::Create(*heap_, options).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Ledger(*heap_).Of(Holder::kCollector), Tally{});
}

// Whoever makes the registry later finds what was held before.
TEST_P(HoldingTest, ALedgerNeedsNoRegistry) {
  const auto collector = Collector::Create(*heap_, kSmallOptions).value();
  // The digest covers it.
  const Digest before = heap_->ComputeDigest();
  Ledger(*heap_).Hold(Holder::kCollector, 1);
  EXPECT_NE(heap_->ComputeDigest(), before);
  Ledger(*heap_).Release(Holder::kCollector, 1);
  const Registry registry = Registry::Create(malloc_).value();
  EXPECT_EQ(MemoryStatsOf(registry).Of(Holder::kCollector).live_bytes,
            kSpaceBytes + kSmallTableBytes);
}

INSTANTIATE_TEST_SUITE_P(, HoldingTest, testing::Bool());

}  // namespace
}  // namespace kheap::gc
