// SPDX-License-Identifier: Apache-2.0
#include "clib/random.h"

#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "tests/clib/guest_memory.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

std::vector<std::int32_t> Numbers(GlobalHeap& heap, int count) {
  std::vector<std::int32_t> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(clib::Rand(heap));
  return numbers;
}

// Written down once: these are the numbers on every host.
TEST(RandomTest, TheFirstNumbersAreThese) {
  const auto heap = MakeFastHeap();
  EXPECT_EQ(
      Numbers(*heap, 4),
      (std::vector<std::int32_t>{167951807, 218396424, 1299921937, 861605236}));
  clib::Srand(*heap, 42);
  EXPECT_EQ(Numbers(*heap, 4),
            (std::vector<std::int32_t>{479382368, 1756114945, 794144279,
                                       1393181869}));
}

TEST(RandomTest, AProgramStartsAsAfterSrandOfOne) {
  const auto fresh = MakeFastHeap();
  const auto seeded = MakeCheckedHeap();
  Numbers(*seeded, 5);
  clib::Srand(*seeded, 1);
  EXPECT_EQ(Numbers(*fresh, 100), Numbers(*seeded, 100));
}

TEST(RandomTest, EachSeedHasItsOwnNumbersAgainAndAgain) {
  const auto heap = MakeFastHeap();
  std::set<std::vector<std::int32_t>> sequences;
  for (const std::uint32_t seed : {0u, 1u, 2u, 3u, 1000u, 4294967295u}) {
    clib::Srand(*heap, seed);
    const auto numbers = Numbers(*heap, 10);
    sequences.insert(numbers);
    clib::Srand(*heap, seed);
    EXPECT_EQ(Numbers(*heap, 10), numbers);
  }
  EXPECT_EQ(sequences.size(), 6u);
}

TEST(RandomTest, TheStateIsInTheArena) {
  const auto a = MakeFastHeap();
  const auto b = MakeFastHeap();
  clib::Rand(*a);
  EXPECT_FALSE(*a == *b);
  clib::Rand(*b);
  EXPECT_TRUE(*a == *b);
}

// Sixteen bins of numbers that are spread evenly differ little.
void ExpectEvenlySpread(const std::vector<std::int32_t>& numbers) {
  std::vector<int> high_bins(16);
  std::vector<int> low_bins(16);
  for (const std::int32_t number : numbers) {
    ASSERT_GE(number, 0);
    ++high_bins[number >> 27];
    ++low_bins[number & 15];
  }
  const int expected = static_cast<int>(numbers.size()) / 16;
  for (int i = 0; i < 16; ++i) {
    EXPECT_NEAR(high_bins[i], expected, expected / 10) << i;
    EXPECT_NEAR(low_bins[i], expected, expected / 10) << i;
  }
}

TEST(RandomTest, NumbersAreSpreadEvenlyInHighAndLowBits) {
  GuestMemory m(/*checked=*/false);
  ExpectEvenlySpread(Numbers(m.heap(), 100000));
  std::vector<std::int32_t> numbers;
  m.heap().sw(m.At(40), 5);
  for (int i = 0; i < 100000; ++i) {
    numbers.push_back(clib::RandR(m.heap(), m.At(40)));
  }
  ExpectEvenlySpread(numbers);
}

TEST(RandRTest, TheNumberDependsOnTheStateOnly) {
  GuestMemory m(/*checked=*/true);
  m.heap().sw(m.At(40), 7);
  m.heap().sw(m.At(44), 7);
  clib::Srand(m.heap(), 99);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(clib::RandR(m.heap(), m.At(40)), clib::RandR(m.heap(), m.At(44)));
  }
  EXPECT_EQ(m.heap().lw(m.At(40)), m.heap().lw(m.At(44)));
}

TEST(RandRTest, AStateThatMayNotBeStoredIsNotChanged) {
  GuestMemory m(/*checked=*/false);
  const Address state = m.heap().layout().begin(Region::kReadOnly);
  EXPECT_EQ(FaultOf([&] { clib::RandR(m.heap(), state); }),
            (MemoryFault{FaultCode::kReadOnlyWrite, Access::kStore, state, 4}));
}

}  // namespace
}  // namespace kheap
