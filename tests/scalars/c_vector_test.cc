// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_vector.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

using Ints = CVector<std::int32_t>;
using Floats = CVector<float>;
using Pair = CVector<std::int64_t, 2>;

class CVectorTest : public testing::TestWithParam<bool> {
 protected:
  CVectorTest()
      : heap_(MakeHeap(SmallHeapOptions(GetParam()))),
        data_(heap_->layout().begin(Region::kData)) {
    if (heap_->checked()) {
      heap_->shadow()->Set(data_, 1024, ShadowByte::kUninitialised);
    }
  }

  std::unique_ptr<GlobalHeap> heap_;
  Address data_;
};

INSTANTIATE_TEST_SUITE_P(Modes, CVectorTest, testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Checked" : "Fast";
                         });

Ints Counting() {
  Ints vector;
  for (std::size_t i = 0; i < 16; ++i) {
    vector.data()[i] = static_cast<std::int32_t>(i);
  }
  return vector;
}

TEST_P(CVectorTest, AStoreLiesInTheArenaLaneByLaneAtAnyAlignment) {
  for (std::uint64_t offset = 0; offset < 5; ++offset) {
    const Address address = data_ + 100 + offset;
    Counting().Store(*heap_, address);
    for (std::uint64_t i = 0; i < 16; ++i) {
      EXPECT_EQ(heap_->lw(address + 4 * i), static_cast<std::int32_t>(i));
    }
    EXPECT_EQ(Ints::Load(*heap_, address).lanes(), Counting().lanes());
  }
}

TEST_P(CVectorTest, OneCheckCoversAllLanes) {
  const Address last = heap_->break_address() - 60;
  EXPECT_EQ(FaultOf([&] { Ints::Load(*heap_, last); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, last, 64}));
  EXPECT_EQ(FaultOf([&] { Counting().Store(*heap_, kNullAddress); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kStore,
                         kNullAddress, 64}));
}

TEST_P(CVectorTest, AMaskedAccessTouchesItsOwnLanesOnly) {
  const Address last = heap_->layout().end(Region::kData) - 8;
  if (heap_->checked())
    heap_->shadow()->Set(last, 8, ShadowByte::kUninitialised);
  CVector<std::int32_t, 4>::Mask two(
      {1, std::numeric_limits<std::uint32_t>::max(), 0, 0});
  const CVector<std::int32_t, 4> vector({10, 11, 12, 13});
  vector.StoreMasked(*heap_, last, two);
  EXPECT_EQ(heap_->lw(last), 10);
  EXPECT_EQ(heap_->lw(last + 4), 11);
  const auto loaded = CVector<std::int32_t, 4>::LoadMasked(*heap_, last, two);
  EXPECT_EQ(loaded.lanes(), (std::array<std::int32_t, 4>{10, 11, 0, 0}));
}

TEST_P(CVectorTest, AMaskedStoreThatFaultsChangesNothing) {
  const auto all = Pair::Mask::All(1);
  const Address begin = heap_->break_address() - 8;
  if (heap_->checked())
    heap_->shadow()->Set(begin, 8, ShadowByte::kInitialised);
  heap_->sd(begin, 77);
  EXPECT_EQ(
      FaultOf([&] {
        Pair({1, 2}).StoreMasked(*heap_, begin, all);
      }),
      (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, begin + 8, 8}));
  EXPECT_EQ(heap_->ld(begin), 77);
}

TEST_P(CVectorTest, UninitialisedLanesCannotBeLoaded) {
  if (!heap_->checked()) return;
  Counting().Store(*heap_, data_);
  heap_->shadow()->Set(data_ + 20, 1, ShadowByte::kUninitialised);
  EXPECT_EQ(
      FaultOf([&] { Ints::Load(*heap_, data_); }),
      (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad, data_, 64}));
  auto mask = Ints::Mask::All(1);
  mask.data()[5] = 0;
  EXPECT_EQ(Ints::LoadMasked(*heap_, data_, mask)[6], 6);
}

TEST(CVectorValueTest, OperatorsWorkLaneByLane) {
  const Ints a = Counting();
  const Ints b = Ints::All(3);
  for (std::size_t i = 0; i < 16; ++i) {
    const auto x = static_cast<std::int32_t>(i);
    EXPECT_EQ((a + b)[i], x + 3);
    EXPECT_EQ((a - b)[i], x - 3);
    EXPECT_EQ((a * b)[i], x * 3);
    EXPECT_EQ((-a)[i], -x);
    EXPECT_EQ(And(a, b)[i], x % 4);
    EXPECT_EQ(Or(a, b)[i], x - x % 4 + 3);
    EXPECT_EQ(Xor(a, b)[i], x - x % 4 + 3 - x % 4);
    EXPECT_EQ(Min(a, b)[i], x < 3 ? x : 3);
    EXPECT_EQ(Max(a, b)[i], x < 3 ? 3 : x);
    EXPECT_EQ(Absolute(a - b)[i], x < 3 ? 3 - x : x - 3);
    EXPECT_EQ(MultiplyAdd(a, b, a)[i], x * 4);
    EXPECT_EQ(Equal(a, b)[i] != 0, x == 3);
    EXPECT_EQ(Less(a, b)[i] != 0, x < 3);
    EXPECT_EQ(LessOrEqual(a, b)[i] != 0, x <= 3);
    EXPECT_EQ(a.Where(Less(a, b), -b)[i], x < 3 ? x : -3);
    EXPECT_EQ(a.Reversed()[i], 15 - x);
  }
  EXPECT_EQ(a.Sum(), 120);
  EXPECT_EQ(a.Min(), 0);
  EXPECT_EQ(a.Max(), 15);
}

TEST(CVectorValueTest, AShuffleTakesLanesByTheirIndexAndZeroForNone) {
  CVector<std::int64_t, 4> vector({10, 11, 12, 13});
  const decltype(vector)::Mask index({3, 3, 4, 0});
  EXPECT_EQ(vector.Shuffled(index).lanes(),
            (std::array<std::int64_t, 4>{13, 13, 0, 10}));
}

TEST(CVectorValueTest, FloatingPointDividesAndTakesRoots) {
  const Floats a = Floats::All(9);
  EXPECT_EQ((a / Floats::All(2))[15], 4.5f);
  EXPECT_EQ(SquareRoot(a)[0], 3.0f);
  EXPECT_TRUE(std::isnan(SquareRoot(-a)[7]));
}

// By numbers of the heap's own access, at one place between guards.
template <typename T>
void ExpectStoredIsLoaded(bool checked, std::uint64_t seed,
                          std::uint8_t offset) {
  const auto heap = MakeHeap(SmallHeapOptions(checked));
  const Address begin = heap->layout().begin(Region::kData);
  const Address address = begin + 1 + offset;
  if (checked) heap->shadow()->Set(begin, 512, ShadowByte::kUninitialised);
  heap->Fill(begin, std::byte{90}, 512);
  CVector<T> vector;
  for (std::size_t i = 0; i < vector.lanes().size(); ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    vector.data()[i] = static_cast<T>(static_cast<std::int64_t>(seed));
  }
  vector.Store(*heap, address);
  const auto loaded = CVector<T>::Load(*heap, address);
  RC_ASSERT(loaded.lanes() == vector.lanes());
  for (std::uint64_t i = 0; i < vector.lanes().size(); ++i) {
    RC_ASSERT(heap->Load<T>(address + i * sizeof(T)) == vector[i]);
  }
  RC_ASSERT(heap->lbu(address - 1) == 90);
  RC_ASSERT(heap->lbu(address + 64) == 90);
}

RC_GTEST_PROP(CVectorProperty, WhatIsStoredIsLoaded,
              (std::uint64_t seed, std::uint8_t offset, bool checked)) {
  ExpectStoredIsLoaded<std::int8_t>(checked, seed, offset);
  ExpectStoredIsLoaded<std::uint8_t>(checked, seed, offset);
  ExpectStoredIsLoaded<std::int16_t>(checked, seed, offset);
  ExpectStoredIsLoaded<std::uint16_t>(checked, seed, offset);
  ExpectStoredIsLoaded<std::int32_t>(checked, seed, offset);
  ExpectStoredIsLoaded<std::uint32_t>(checked, seed, offset);
  ExpectStoredIsLoaded<std::int64_t>(checked, seed, offset);
  ExpectStoredIsLoaded<std::uint64_t>(checked, seed, offset);
  ExpectStoredIsLoaded<float>(checked, seed, offset);
  ExpectStoredIsLoaded<double>(checked, seed, offset);
}

}  // namespace
}  // namespace kheap
