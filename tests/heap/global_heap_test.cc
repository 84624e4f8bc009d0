// SPDX-License-Identifier: Apache-2.0
#include "heap/global_heap.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kGiB = 1024 * kMiB;

// ---- making -----------------------------------------------------------------

TEST(GlobalHeapTest, TheDefaultCapacityIs64MiB) {
  const auto heap = GlobalHeap::Create().value();
  EXPECT_EQ(heap->layout().capacity_bytes(), 64 * kMiB);
  EXPECT_FALSE(heap->checked());
  EXPECT_EQ(heap->shadow(), nullptr);
}

TEST(GlobalHeapTest, ANewArenaIsZeroButForTheControlPage) {
  for (const bool checked : {false, true}) {
    const auto heap = MakeHeap(SmallHeapOptions(checked));
    const std::vector<std::byte> bytes = BytesOf(*heap);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (i / 4096 == 1) continue;
      ASSERT_EQ(bytes[i], std::byte{0}) << i;
    }
  }
}

TEST(GlobalHeapTest, TheControlPageDescribesTheArena) {
  const auto heap = MakeFastHeap();
  const MemoryLayout& layout = heap->layout();
  const ControlPage& page = heap->control();
  EXPECT_EQ(page.magic, kControlMagic);
  EXPECT_EQ(page.version, kControlVersion);
  EXPECT_EQ(page.capacity_bytes, layout.capacity_bytes());
  for (int i = 0; i < kRegionCount; ++i) {
    EXPECT_EQ(page.regions[i].begin,
              layout.begin(static_cast<Region>(i)).offset());
  }
  EXPECT_EQ(page.stack_pointer, layout.end(Region::kStack).offset());
  EXPECT_EQ(reinterpret_cast<const std::byte*>(&page),
            heap->base() + kControlBase.offset());
}

TEST(GlobalHeapTest, ImpossibleOptionsAreRefused) {
  EXPECT_EQ(GlobalHeap::Create({.layout = {.capacity_bytes = 0}}).status(),
            MemoryLayout::Create({.capacity_bytes = 0}).status());
}

TEST(GlobalHeapTest, AnArenaTheHostCannotHoldIsRefused) {
  std::vector<std::unique_ptr<GlobalHeap>> heaps;
  absl::Status status;
  // 47 bits of address space hold fewer than 128 arenas of 1 TiB; some hosts
  // have 56 bits, and then 2^16 of them, so this asks for a bounded number.
  for (int i = 0; i < 200 && status.ok(); ++i) {
    auto heap = GlobalHeap::Create({.layout = {.capacity_bytes = 1024 * kGiB}});
    status = heap.status();
    if (heap.ok()) heaps.push_back(*std::move(heap));
  }
  if (heaps.size() < 200) {
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  }
}

TEST(GlobalHeapTest, SixtyFourGiBAreUsableFromEndToEnd) {
  const auto heap =
      MakeHeap({.layout = {.capacity_bytes = 64 * kGiB}, .checked = false});
  ASSERT_TRUE(heap->SetBreak(Address(64 * kGiB)));
  const Address last(64 * kGiB - 8);
  heap->sd(last, 81985529216486895);
  heap->sd(heap->layout().begin(Region::kStack), 7);
  EXPECT_EQ(heap->ld(last), 81985529216486895);
  EXPECT_EQ(
      FaultOf([&] { heap->sd(last + 1, 0); }),
      (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, last + 1, 8}));
}

TEST(GlobalHeapTest, SixtyFourGiBCanBeChecked) {
  const auto heap =
      MakeHeap({.layout = {.capacity_bytes = 64 * kGiB}, .checked = true});
  const Address begin = heap->layout().begin(Region::kHeap);
  ASSERT_TRUE(heap->SetBreak(begin + kMiB));
  EXPECT_FALSE(heap->TryLoad<char>(begin).has_value());
}

// ---- the break --------------------------------------------------------------

TEST(GlobalHeapTest, TheBreakBeginsAtTheHeap) {
  const auto heap = MakeFastHeap();
  EXPECT_EQ(heap->break_address(), heap->layout().begin(Region::kHeap));
}

TEST(GlobalHeapTest, MovingTheBreakUpYieldsZeroBytes) {
  const auto heap = MakeFastHeap();
  const Address begin = heap->break_address();
  ASSERT_TRUE(heap->SetBreak(begin + 3 * kMiB + 5));
  EXPECT_EQ(heap->break_address(), begin + 3 * kMiB + 5);
  for (const std::byte byte : heap->Span(begin, 3 * kMiB + 5)) {
    ASSERT_EQ(byte, std::byte{0});
  }
}

TEST(GlobalHeapTest, BytesThatComeBackAreZeroAgain) {
  const auto heap = MakeFastHeap();
  const Address begin = heap->break_address();
  // On both sides of the size from which pages go back to the host.
  constexpr std::uint64_t kSize = 6 * kMiB;
  for (const std::uint64_t kept :
       {std::uint64_t{0}, std::uint64_t{100}, 2 * kMiB - 1, 2 * kMiB,
        2 * kMiB + 1, kSize - 1}) {
    ASSERT_TRUE(heap->SetBreak(begin + kSize));
    heap->Fill(begin, std::byte{255}, kSize);
    ASSERT_TRUE(heap->SetBreak(begin + kept));
    ASSERT_TRUE(heap->SetBreak(begin + kSize));
    for (std::uint64_t i = 0; i < kSize; ++i) {
      ASSERT_EQ(heap->lbu(begin + i), i < kept ? 255 : 0) << kept << " " << i;
    }
  }
}

TEST(GlobalHeapTest, AccessIsCheckedAgainstABreakThatMovedDown) {
  const auto heap = MakeFastHeap();
  const Address begin = heap->break_address();
  ASSERT_TRUE(heap->SetBreak(begin + 4096));
  heap->sd(begin + 2048, 1);
  ASSERT_TRUE(heap->SetBreak(begin + 2048));
  EXPECT_EQ(
      FaultOf([&] { heap->ld(begin + 2048); }),
      (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, begin + 2048, 8}));
  EXPECT_FALSE(heap->TrySpan(begin, 2049, Access::kStore).has_value());
}

TEST(GlobalHeapTest, AByteBehindTheBreakIsZeroForTheHost) {
  const auto heap = MakeHeap(SmallHeapOptions(false));
  const Address end = heap->layout().end(Region::kHeap);
  for (Address to = heap->break_address(); to <= end; to += 4096) {
    ASSERT_TRUE(heap->SetBreak(to));
    EXPECT_EQ(heap->base()[to.offset()], std::byte{0});
  }
}

TEST(GlobalHeapTest, ABreakOutsideTheHeapIsRefused) {
  for (const bool checked : {false, true}) {
    const auto heap = MakeHeap(SmallHeapOptions(checked));
    const Address begin = heap->layout().begin(Region::kHeap);
    const Address end = heap->layout().end(Region::kHeap);
    ASSERT_TRUE(heap->SetBreak(begin + 17));
    const std::vector<std::byte> before = BytesOf(*heap);
    EXPECT_FALSE(heap->SetBreak(begin - 1));
    EXPECT_FALSE(heap->SetBreak(end + 1));
    EXPECT_FALSE(heap->SetBreak(Address(UINT64_MAX)));
    EXPECT_FALSE(heap->SetBreak(kNullAddress));
    EXPECT_EQ(BytesOf(*heap), before);
    EXPECT_TRUE(heap->SetBreak(end));
    EXPECT_TRUE(heap->SetBreak(begin));
  }
}

// ---- runtime access ---------------------------------------------------------

TEST(GlobalHeapTest, RuntimeAccessReachesFromTheSymbolsToTheBreak) {
  const auto heap = MakeHeap(SmallHeapOptions(true));
  const Address begin = heap->layout().begin(Region::kSymbols);
  const Address end = heap->break_address();
  EXPECT_EQ(heap->RuntimeSpan(begin, end - begin).data(),
            heap->base() + begin.offset());
  EXPECT_EQ(heap->RuntimeSpan(end, 0).size(), 0u);
  heap->RuntimeObject<LittleEndian<std::uint32_t>>(begin) = 67305985;
  EXPECT_EQ(heap->base()[begin.offset() + 2], std::byte{3});
}

TEST(GlobalHeapTest, RuntimeAccessElsewhereIsHeapCorruption) {
  const auto heap = MakeHeap(SmallHeapOptions(false));
  const Address symbols = heap->layout().begin(Region::kSymbols);
  const Address end = heap->break_address();
  struct Range {
    Address begin;
    std::uint64_t size_bytes;
  };
  for (const Range& range : std::vector<Range>{
           {kNullAddress, 1},
           {kControlBase, 8},
           {symbols - 1, 1},
           {symbols, end - symbols + 1},
           {end - 1, 2},
           {end, 1},
           {end + 1, 0},
           {Address(UINT64_MAX), 1},
           {Address(UINT64_MAX), 2},
           {symbols, UINT64_MAX},
       }) {
    EXPECT_EQ(
        FaultOf([&] { heap->RuntimeSpan(range.begin, range.size_bytes); }),
        (MemoryFault{FaultCode::kHeapCorruption, Access::kLoad, range.begin,
                     range.size_bytes}));
  }
}

TEST(GlobalHeapTest, GuestErrnoLivesInTheArena) {
  const auto heap = MakeFastHeap();
  const Digest before = heap->ComputeDigest();
  EXPECT_EQ(heap->guest_errno(), 0);
  heap->set_guest_errno(-12);
  EXPECT_EQ(heap->guest_errno(), -12);
  EXPECT_NE(heap->ComputeDigest(), before);
}

TEST(GlobalHeapDeathTest, AUsedEndOutsideItsRegionIsOurOwnMistake) {
  const auto heap = MakeFastHeap();
  const Address symbols = heap->layout().begin(Region::kSymbols);
  EXPECT_DEATH(heap->SetUsedEnd(Region::kSymbols, symbols - 1),
               "lie within it");
  EXPECT_DEATH(heap->SetUsedEnd(Region::kSymbols,
                                heap->layout().end(Region::kSymbols) + 1),
               "lie within it");
  EXPECT_DEATH(heap->SetUsedEnd(Region::kHeap, heap->break_address()),
               "SetBreak alone");
}

}  // namespace
}  // namespace kheap
