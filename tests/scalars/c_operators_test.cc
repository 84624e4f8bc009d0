// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_operators.h"

#include <bit>
#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace kheap {
namespace {

template <typename T>
using Limits = std::numeric_limits<T>;

TEST(COperatorsTest, SignedOverflowWraps) {
  using I32 = std::int32_t;
  using I64 = std::int64_t;
  EXPECT_EQ(c::Add(Limits<I32>::max(), I32{1}), Limits<I32>::min());
  EXPECT_EQ(c::Sub(Limits<I32>::min(), I32{1}), Limits<I32>::max());
  EXPECT_EQ(c::Mul(Limits<I32>::min(), I32{-1}), Limits<I32>::min());
  EXPECT_EQ(c::Mul(I32{65536}, I32{65536}), 0);
  EXPECT_EQ(c::Add(Limits<I64>::max(), I64{1}), Limits<I64>::min());
  EXPECT_EQ(c::Mul(Limits<I64>::min(), I64{-1}), Limits<I64>::min());
}

TEST(COperatorsTest, NarrowOperandsArePromotedBeforeTheyMeet) {
  EXPECT_EQ(c::Mul(std::uint16_t{65535}, std::uint16_t{65535}), -131071);
  EXPECT_EQ(c::Add(std::int8_t{127}, std::int8_t{1}), 128);
  EXPECT_EQ(c::Div(std::int8_t{-128}, std::int8_t{-1}), 128);
  EXPECT_EQ(c::Add(std::int32_t{-1}, std::uint32_t{0}), 4294967295u);
  EXPECT_EQ(c::Add(std::int64_t{-1}, std::uint32_t{0}), -1);
}

// A shift of every width by every count, against a shift one bit at a time.
template <typename T>
void ExpectShiftsLikeSingleSteps() {
  using R = c::Promoted<T>;
  for (const T value : {Limits<T>::min(), Limits<T>::max(), T(-1), T(1), T(0),
                        static_cast<T>(0x5A5A5A5A5A5A5A5A)}) {
    for (int count = -70; count <= 130; ++count) {
      R left = value, right = value;
      for (int i = 0; i < (count < 0 ? 200 : count); ++i) {
        left = static_cast<R>(static_cast<c::Unsigned<R>>(left) * 2);
        // Division by two that rounds down.
        right = static_cast<R>(right / 2 - (right % 2 < 0 ? 1 : 0));
      }
      EXPECT_EQ(c::ShiftLeft(value, count), left) << +value << " " << count;
      EXPECT_EQ(c::ShiftRight(value, count), right) << +value << " " << count;
      EXPECT_EQ(c::ShiftLeft(value, std::int64_t{count}), left);
      EXPECT_EQ(c::ShiftRight(value, static_cast<std::uint64_t>(count)), right);
    }
  }
}

TEST(COperatorsTest, EveryShiftCountIsDefined) {
  ExpectShiftsLikeSingleSteps<std::int8_t>();
  ExpectShiftsLikeSingleSteps<std::uint8_t>();
  ExpectShiftsLikeSingleSteps<std::int16_t>();
  ExpectShiftsLikeSingleSteps<std::uint16_t>();
  ExpectShiftsLikeSingleSteps<std::int32_t>();
  ExpectShiftsLikeSingleSteps<std::uint32_t>();
  ExpectShiftsLikeSingleSteps<std::int64_t>();
  ExpectShiftsLikeSingleSteps<std::uint64_t>();
}

TEST(COperatorsTest, DivisionTrapsWhereThereIsNoResultAndOnlyThere) {
  EXPECT_TRUE(c::DivisionTraps(1, 0));
  EXPECT_TRUE(c::DivisionTraps(std::uint64_t{1}, std::int8_t{0}));
  EXPECT_TRUE(c::DivisionTraps(std::int32_t{1}, false));
  EXPECT_TRUE(c::DivisionTraps(Limits<std::int32_t>::min(), -1));
  EXPECT_TRUE(c::DivisionTraps(Limits<std::int64_t>::min(), std::int8_t{-1}));
  EXPECT_FALSE(c::DivisionTraps(Limits<std::int32_t>::min() + 1, -1));
  EXPECT_FALSE(c::DivisionTraps(Limits<std::int16_t>::min(), std::int8_t{-1}));
  // Computed in unsigned, and in 64 bits: -1 is no divisor that traps.
  EXPECT_FALSE(c::DivisionTraps(Limits<std::int32_t>::min(),
                                Limits<std::uint32_t>::max()));
  EXPECT_FALSE(c::DivisionTraps(Limits<std::int32_t>::min(), std::int64_t{-1}));
  EXPECT_FALSE(c::DivisionTraps(1.0, 0));
  EXPECT_FALSE(c::DivisionTraps(1, 0.0));
}

TEST(COperatorsTest, EveryNanThatIsComputedIsTheCanonicalOne) {
  const double nan = std::bit_cast<double>(0xFFF8'0000'0000'0001);
  const double infinity = Limits<double>::infinity();
  for (const double result :
       {c::Add(nan, 1.0), c::Add(1.0, nan), c::Sub(infinity, infinity),
        c::Mul(0.0, infinity), c::Div(0.0, 0.0), c::Div(nan, nan)}) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(result), 0x7FF8'0000'0000'0000u);
  }
  EXPECT_EQ(c::Div(1.0, 0), infinity);
  EXPECT_EQ(c::Div(-1.0f, 0), -Limits<float>::infinity());
}

}  // namespace
}  // namespace kheap
