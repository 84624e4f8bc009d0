// SPDX-License-Identifier: Apache-2.0
// Checked mode: what the shadow adds to the range check.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "rapidcheck/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

struct StateAndCode {
  ShadowByte state;
  std::optional<FaultCode> load;
  std::optional<FaultCode> store;
};

// Each state, and what a load and a store of such a byte are.
std::vector<StateAndCode> EveryState() {
  const auto both = [](ShadowByte state, FaultCode code) {
    return StateAndCode{state, code, code};
  };
  return {
      {ShadowByte::kInitialised, std::nullopt, std::nullopt},
      {ShadowByte::kUninitialised, FaultCode::kUninitialisedRead, std::nullopt},
      both(ShadowByte::kNeverAllocated, FaultCode::kOutOfBounds),
      both(ShadowByte::kHeapRedZone, FaultCode::kOutOfBounds),
      both(ShadowByte::kFreed, FaultCode::kUseAfterFree),
      both(ShadowByte::kUnusedStack, FaultCode::kOutOfBounds),
      both(ShadowByte::kPoppedFrame, FaultCode::kStackUseAfterReturn),
      both(ShadowByte::kStackRedZone, FaultCode::kOutOfBounds),
      both(ShadowByte::kUndefinedData, FaultCode::kOutOfBounds),
      both(ShadowByte::kGlobalRedZone, FaultCode::kOutOfBounds),
      both(ShadowByte::kStackGuard, FaultCode::kStackOverflow),
  };
}

class CheckedHeapTest : public testing::Test {
 protected:
  CheckedHeapTest() {
    heap_->shadow()->Set(data_, 4096, ShadowByte::kInitialised);
  }

  ShadowByte At(Address address) const { return heap_->shadow()->At(address); }
  std::optional<MemoryFault> Fault(std::optional<FaultCode> code, Access access,
                                   Address address,
                                   std::uint64_t size_bytes) const {
    if (!code.has_value()) return std::nullopt;
    return MemoryFault{*code, access, address, size_bytes};
  }

  const std::unique_ptr<GlobalHeap> heap_ = MakeHeap(SmallHeapOptions(true));
  const Address data_ = heap_->layout().begin(Region::kData);
};

TEST_F(CheckedHeapTest, EachStateDecidesLoadsStoresAndUpdates) {
  for (const StateAndCode& row : EveryState()) {
    for (std::uint64_t bad = 0; bad < 8; ++bad) {
      heap_->shadow()->Set(data_, 8, ShadowByte::kInitialised);
      heap_->shadow()->Set(data_ + bad, 1, row.state);
      const std::vector<std::byte> before = BytesOf(*heap_);
      EXPECT_EQ(FaultOf([&] { heap_->ld(data_); }),
                Fault(row.load, Access::kLoad, data_, 8));
      EXPECT_EQ(heap_->FindFault(data_, 8, Access::kUpdate),
                Fault(row.load, Access::kUpdate, data_, 8));
      EXPECT_EQ(FaultOf([&] { heap_->sd(data_, 0); }),
                Fault(row.store, Access::kStore, data_, 8));
      EXPECT_EQ(BytesOf(*heap_), before);
    }
  }
}

TEST_F(CheckedHeapTest, TheFirstBadByteNamesTheFault) {
  heap_->shadow()->Set(data_ + 2, 1, ShadowByte::kFreed);
  heap_->shadow()->Set(data_ + 3, 1, ShadowByte::kHeapRedZone);
  EXPECT_EQ(FaultOf([&] { heap_->ld(data_); }),
            (MemoryFault{FaultCode::kUseAfterFree, Access::kLoad, data_, 8}));
  EXPECT_EQ(FaultOf([&] { heap_->sd(data_, 1); }),
            (MemoryFault{FaultCode::kUseAfterFree, Access::kStore, data_, 8}));
}

TEST_F(CheckedHeapTest, AnAccessBeyondItsObjectIsSoWhateverItsBytesHold) {
  heap_->shadow()->Set(data_ + 2, 1, ShadowByte::kUninitialised);
  heap_->shadow()->Set(data_ + 3, 1, ShadowByte::kFreed);
  EXPECT_EQ(FaultOf([&] { heap_->ld(data_); }),
            (MemoryFault{FaultCode::kUseAfterFree, Access::kLoad, data_, 8}));
}

TEST_F(CheckedHeapTest, AStoreInitialisesExactlyItsBytes) {
  heap_->shadow()->Set(data_, 64, ShadowByte::kUninitialised);
  heap_->sw(data_ + 5, 1);
  for (std::uint64_t i = 0; i < 64; ++i) {
    EXPECT_EQ(At(data_ + i), i >= 5 && i < 9 ? ShadowByte::kInitialised
                                             : ShadowByte::kUninitialised);
  }
}

TEST_F(CheckedHeapTest, SpansForStoringAndFillsInitialise) {
  heap_->shadow()->Set(data_, 64, ShadowByte::kUninitialised);
  EXPECT_FALSE(heap_->TrySpan(data_, 4, Access::kUpdate).has_value());
  EXPECT_EQ(At(data_), ShadowByte::kUninitialised);
  static_cast<void>(heap_->Span(data_, 4, Access::kStore));
  EXPECT_TRUE(heap_->TrySpan(data_, 4, Access::kUpdate).has_value());
  heap_->Fill(data_ + 8, std::byte{1}, 3);
  EXPECT_EQ(At(data_ + 10), ShadowByte::kInitialised);
  EXPECT_EQ(At(data_ + 11), ShadowByte::kUninitialised);
}

TEST_F(CheckedHeapTest, AFaultingStoreInitialisesNothing) {
  heap_->shadow()->Set(data_, 4, ShadowByte::kUninitialised);
  heap_->shadow()->Set(data_ + 4, 4, ShadowByte::kHeapRedZone);
  EXPECT_FALSE(heap_->TryStore<std::int64_t>(data_, 1));
  EXPECT_NE(FaultOf([&] { heap_->sd(data_, 1); }), std::nullopt);
  EXPECT_EQ(At(data_), ShadowByte::kUninitialised);
}

TEST_F(CheckedHeapTest, CopiesCopyTheStateOfUninitialisedBytes) {
  heap_->shadow()->Set(data_ + 1, 2, ShadowByte::kUninitialised);
  heap_->Copy(data_ + 100, data_, 4);
  EXPECT_EQ(At(data_ + 100), ShadowByte::kInitialised);
  EXPECT_EQ(At(data_ + 101), ShadowByte::kUninitialised);
  EXPECT_EQ(At(data_ + 102), ShadowByte::kUninitialised);
  EXPECT_EQ(At(data_ + 103), ShadowByte::kInitialised);
  heap_->Move(data_ + 2, data_, 4);
  EXPECT_EQ(At(data_ + 2), ShadowByte::kInitialised);
  EXPECT_EQ(At(data_ + 3), ShadowByte::kUninitialised);
  EXPECT_EQ(At(data_ + 4), ShadowByte::kUninitialised);
}

TEST_F(CheckedHeapTest, CopiesFaultAtUnaddressableBytesOnEitherSide) {
  for (const StateAndCode& row : EveryState()) {
    if (IsAddressable(row.state)) continue;
    heap_->shadow()->Set(data_ + 70, 1, row.state);
    EXPECT_EQ(FaultOf([&] { heap_->Copy(data_, data_ + 64, 8); }),
              Fault(row.load, Access::kLoad, data_ + 64, 8));
    EXPECT_EQ(FaultOf([&] { heap_->Move(data_ + 64, data_, 8); }),
              Fault(row.store, Access::kStore, data_ + 64, 8));
    heap_->shadow()->Set(data_ + 70, 1, ShadowByte::kInitialised);
  }
}

TEST_F(CheckedHeapTest, EachRegionStartsInItsOwnState) {
  const auto fresh = MakeHeap(SmallHeapOptions(true));
  const auto at = [&](Region region) {
    return fresh->shadow()->At(fresh->layout().begin(region));
  };
  EXPECT_EQ(at(Region::kLibrary), ShadowByte::kInitialised);
  EXPECT_EQ(at(Region::kReadOnly), ShadowByte::kUndefinedData);
  EXPECT_EQ(at(Region::kStackGuard), ShadowByte::kStackGuard);
  EXPECT_EQ(at(Region::kStack), ShadowByte::kUnusedStack);
  EXPECT_EQ(at(Region::kData), ShadowByte::kUndefinedData);
}

TEST_F(CheckedHeapTest, TheStackGuardFaultsLoadsToo) {
  const Address guard = heap_->layout().begin(Region::kStackGuard) + 100;
  EXPECT_EQ(FaultOf([&] { heap_->lb(guard); }),
            (MemoryFault{FaultCode::kStackOverflow, Access::kLoad, guard, 1}));
}

TEST_F(CheckedHeapTest, NewHeapBytesBelongToNobody) {
  const Address begin = heap_->break_address();
  ASSERT_TRUE(heap_->SetBreak(begin + 8192));
  EXPECT_EQ(At(begin), ShadowByte::kNeverAllocated);
  EXPECT_EQ(At(begin + 8191), ShadowByte::kNeverAllocated);
  heap_->shadow()->Set(begin, 8192, ShadowByte::kInitialised);
  ASSERT_TRUE(heap_->SetBreak(begin + 10));
  ASSERT_TRUE(heap_->SetBreak(begin + 20));
  EXPECT_EQ(At(begin + 9), ShadowByte::kInitialised);
  EXPECT_EQ(At(begin + 10), ShadowByte::kNeverAllocated);
}

TEST_F(CheckedHeapTest, RuntimeAccessDoesNotAskTheShadow) {
  heap_->shadow()->Set(data_, 8, ShadowByte::kFreed);
  EXPECT_EQ(heap_->RuntimeSpan(data_, 8).size(), 8u);
}

// Random loads, stores, moves and state changes against a map of states.
RC_GTEST_PROP(CheckedHeapPropertyTest, AccessesAgreeWithAModelOfStates, ()) {
  constexpr std::uint64_t kBytes = 64;
  const auto heap = MakeHeap(SmallHeapOptions(true));
  const Address data = heap->layout().begin(Region::kData);
  std::vector<ShadowByte> model(kBytes, ShadowByte::kUndefinedData);
  const int count = *rc::gen::inRange(1, 60);
  for (int i = 0; i < count; ++i) {
    const auto size = *rc::gen::inRange<std::uint64_t>(1, 20);
    const auto at = *rc::gen::inRange<std::uint64_t>(0, kBytes - size);
    const auto from = *rc::gen::inRange<std::uint64_t>(0, kBytes - size);
    const auto all = [&](std::uint64_t begin, auto&& holds) {
      return std::all_of(model.begin() + begin, model.begin() + begin + size,
                         holds);
    };
    const auto readable = [](ShadowByte s) {
      return s == ShadowByte::kInitialised;
    };
    switch (*rc::gen::inRange(0, 4)) {
      case 0: {
        const ShadowByte state =
            *rc::gen::element(ShadowByte::kUninitialised, ShadowByte::kFreed,
                              ShadowByte::kInitialised);
        heap->shadow()->Set(data + at, size, state);
        std::fill_n(model.begin() + at, size, state);
        break;
      }
      case 1:
        RC_ASSERT(heap->TrySpan(data + at, size, Access::kLoad).has_value() ==
                  all(at, readable));
        break;
      case 2: {
        const bool ok = all(at, IsAddressable);
        RC_ASSERT(heap->TrySpan(data + at, size, Access::kStore).has_value() ==
                  ok);
        if (ok) {
          std::fill_n(model.begin() + at, size, ShadowByte::kInitialised);
        }
        break;
      }
      default: {
        const bool ok = all(at, IsAddressable) && all(from, IsAddressable);
        const auto fault =
            FaultOf([&] { heap->Move(data + at, data + from, size); });
        RC_ASSERT(fault.has_value() != ok);
        if (ok) {
          const std::vector<ShadowByte> source(model.begin() + from,
                                               model.begin() + from + size);
          std::copy(source.begin(), source.end(), model.begin() + at);
        }
      }
    }
    for (std::uint64_t j = 0; j < kBytes; ++j) {
      RC_ASSERT(heap->shadow()->At(data + j) == model[j]);
    }
  }
}

}  // namespace
}  // namespace kheap
