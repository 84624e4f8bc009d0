// SPDX-License-Identifier: Apache-2.0
// The state as a whole: digest, equality, reset, and arenas side by side.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "rapidcheck/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

// A program that writes, grows and shrinks: its every step follows from `seed`.
void RunProgram(GlobalHeap& heap, std::uint32_t seed, int step_count) {
  std::mt19937 random(seed);
  const Address begin = heap.layout().begin(Region::kStack);
  for (int i = 0; i < step_count; ++i) {
    const Address heap_begin = heap.layout().begin(Region::kHeap);
    if (random() % 16 == 0) {
      ASSERT_TRUE(heap.SetBreak(heap_begin + random() % 65536));
    }
    const std::uint64_t bytes = heap.break_address() - begin;
    // One random number a statement: arguments have no order of evaluation.
    const Address word = begin + random() % (bytes - 8);
    heap.sd(word, random());
    const Address range = begin + random() % (bytes - 64);
    const std::uint64_t size_bytes = random() % 64;
    heap.Fill(range, static_cast<std::byte>(i % 256), size_bytes);
    heap.set_guest_errno(static_cast<std::int32_t>(random() % 100));
  }
}

// ---- digest -----------------------------------------------------------------

TEST(GlobalHeapStateTest, TheDigestPrintsAs32HexadecimalDigits) {
  EXPECT_EQ(ToString(Digest{.high = 1, .low = 0xABCDEF}),
            "00000000000000010000000000abcdef");
}

// The same on every host and compiler. A change of the control page or of the
// memory map changes both constants, and nothing else may.
TEST(GlobalHeapStateTest, TheDigestIsTheSameOnEveryHost) {
  const auto heap = MakeFastHeap();
  EXPECT_EQ(ToString(heap->ComputeDigest()),
            "18040e2c43a3494b603b2991cf36b745");
  RunProgram(*heap, 1, 1000);
  EXPECT_EQ(ToString(heap->ComputeDigest()),
            "08666e1bb859318fda5962b995971ebc");
}

TEST(GlobalHeapStateTest, EveryByteOfTheStateChangesTheDigest) {
  const auto heap = MakeHeap(SmallHeapOptions(false));
  ASSERT_TRUE(heap->SetBreak(heap->break_address() + 333));
  const Address symbols = heap->layout().begin(Region::kSymbols);
  heap->SetUsedEnd(Region::kSymbols, symbols + 100);
  const Digest before = heap->ComputeDigest();
  const auto changes_digest = [&](std::uint64_t offset) {
    std::byte& byte = heap->base()[offset];
    byte ^= std::byte{1};
    const bool changed = heap->ComputeDigest() != before;
    byte ^= std::byte{1};
    return changed;
  };
  for (const Region region :
       {Region::kLibrary, Region::kStack, Region::kData}) {
    for (Address a = heap->layout().begin(region);
         a < heap->layout().end(region); a += 7) {
      ASSERT_TRUE(changes_digest(a.offset())) << a;
    }
  }
  for (std::uint64_t i = 0; i < 333; ++i) {
    ASSERT_TRUE(
        changes_digest(heap->layout().begin(Region::kHeap).offset() + i));
  }
  for (std::uint64_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(changes_digest(symbols.offset() + i));
  }
  // The control page but for its region table, which steers the digest itself.
  constexpr std::uint64_t kTable = offsetof(ControlPage, regions);
  for (std::uint64_t i = 0; i < 4096; ++i) {
    if (i - kTable < sizeof(ControlPage::regions)) continue;
    ASSERT_TRUE(changes_digest(kControlBase.offset() + i)) << i;
  }
  EXPECT_EQ(heap->ComputeDigest(), before);
}

TEST(GlobalHeapStateTest, TheBreakIsPartOfTheState) {
  const auto a = MakeFastHeap();
  const auto b = MakeFastHeap();
  ASSERT_TRUE(a->SetBreak(a->break_address() + 1));
  EXPECT_NE(a->ComputeDigest(), b->ComputeDigest());
  EXPECT_FALSE(*a == *b);
}

TEST(GlobalHeapStateTest, CheckedModeDoesNotChangeTheDigest) {
  const auto fast = MakeHeap(SmallHeapOptions(false));
  const auto checked = MakeHeap(SmallHeapOptions(true));
  EXPECT_EQ(fast->ComputeDigest(), checked->ComputeDigest());
  EXPECT_TRUE(*fast == *checked);
}

TEST(GlobalHeapStateTest, ADifferentLayoutIsADifferentState) {
  HeapOptions options = SmallHeapOptions(false);
  const auto a = MakeHeap(options);
  options.layout.capacity_bytes += 4096;
  const auto b = MakeHeap(options);
  EXPECT_FALSE(*a == *b);
  EXPECT_NE(a->ComputeDigest(), b->ComputeDigest());
}

RC_GTEST_PROP(GlobalHeapStateTest, TheSameProgramYieldsTheSameState,
              (std::uint32_t seed)) {
  const auto a = MakeHeap(SmallHeapOptions(false));
  const auto b = MakeHeap(SmallHeapOptions(false));
  RunProgram(*a, seed, 100);
  RunProgram(*b, seed, 100);
  RC_ASSERT(*a == *b);
  RC_ASSERT(a->ComputeDigest() == b->ComputeDigest());
  const std::uint64_t bytes =
      b->break_address() - b->layout().begin(Region::kStack);
  const Address address = b->layout().begin(Region::kStack) +
                          *rc::gen::inRange<std::uint64_t>(0, bytes);
  b->sb(address, static_cast<std::uint8_t>(b->lbu(address) + 1));
  RC_ASSERT(!(*a == *b));
  RC_ASSERT(a->ComputeDigest() != b->ComputeDigest());
}

// ---- reset ------------------------------------------------------------------

TEST(GlobalHeapStateTest, ResetGoesBackToTheStateAfterCreate) {
  for (const bool checked : {false, true}) {
    const auto fresh = MakeHeap(SmallHeapOptions(checked));
    const auto heap = MakeHeap(SmallHeapOptions(checked));
    const Address heap_begin = heap->layout().begin(Region::kHeap);
    ASSERT_TRUE(heap->SetBreak(heap->layout().end(Region::kHeap)));
    const Address symbols = heap->layout().begin(Region::kSymbols);
    heap->RuntimeSpan(symbols, 8)[3] = std::byte{1};
    heap->SetUsedEnd(Region::kSymbols, symbols + 8);
    const auto everything =
        heap->RuntimeSpan(symbols, heap->break_address() - symbols);
    std::fill(everything.begin(), everything.end(), std::byte{77});
    heap->set_guest_errno(5);
    if (checked) {
      heap->shadow()->Set(kNullAddress, heap->break_address().offset(),
                          ShadowByte::kFreed);
    }
    heap->Reset();
    EXPECT_TRUE(*heap == *fresh);
    EXPECT_EQ(BytesOf(*heap), BytesOf(*fresh));
    if (checked) {
      for (Address a; a < heap_begin; a += 1) {
        ASSERT_EQ(heap->shadow()->At(a), fresh->shadow()->At(a)) << a;
      }
    }
    ASSERT_TRUE(heap->SetBreak(heap->layout().end(Region::kHeap)));
    for (const std::byte byte : heap->RuntimeSpan(heap_begin, kHeapBytesMin)) {
      ASSERT_EQ(byte, std::byte{0});
    }
  }
}

TEST(GlobalHeapStateTest, AccessIsCheckedAgainstTheNewBreakAfterReset) {
  const auto heap = MakeFastHeap();
  const Address begin = heap->break_address();
  ASSERT_TRUE(heap->SetBreak(begin + 4096));
  heap->sd(begin, 1);
  heap->Reset();
  EXPECT_EQ(FaultOf([&] { heap->sd(begin, 1); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, begin, 8}));
}

// ---- many arenas ------------------------------------------------------------

TEST(GlobalHeapStateTest, ArenasSideBySideShareNothing) {
  std::vector<std::unique_ptr<GlobalHeap>> heaps;
  for (int i = 0; i < 100; ++i) {
    heaps.push_back(MakeFastHeap());
    heaps.back()->sw(heaps.back()->layout().begin(Region::kData),
                     static_cast<std::uint32_t>(i));
  }
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(heaps[i]->lw(heaps[i]->layout().begin(Region::kData)), i);
  }
}

TEST(GlobalHeapStateTest, ArenasOnTwoThreadsDoWhatTheyDoAlone) {
  const auto digest_of = [](std::uint32_t seed) {
    const auto heap = MakeHeap(SmallHeapOptions(false));
    RunProgram(*heap, seed, 2000);
    return heap->ComputeDigest();
  };
  const Digest alone[2] = {digest_of(1), digest_of(2)};
  Digest together[2];
  std::thread first([&] { together[0] = digest_of(1); });
  std::thread second([&] { together[1] = digest_of(2); });
  first.join();
  second.join();
  EXPECT_EQ(together[0], alone[0]);
  EXPECT_EQ(together[1], alone[1]);
  EXPECT_NE(alone[0], alone[1]);
}

}  // namespace
}  // namespace kheap
