// SPDX-License-Identifier: Apache-2.0
#include "clib/arithmetic.h"

#include <strings.h>

#include <cinttypes>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr auto kIntMin = std::numeric_limits<std::int32_t>::min();
constexpr auto kLongMin = std::numeric_limits<std::int64_t>::min();

RC_GTEST_PROP(ArithmeticProperty, ResultsAreTheHosts,
              (std::int32_t i, std::int32_t j, std::int64_t k,
               std::int64_t l)) {
  if (i != kIntMin) RC_ASSERT(clib::Abs(i) == std::abs(i));
  if (k != kLongMin) {
    RC_ASSERT(clib::Labs(k) == std::labs(k));
    RC_ASSERT(clib::Llabs(k) == std::llabs(k));
    RC_ASSERT(clib::Imaxabs(k) == imaxabs(k));
  }
  RC_ASSERT(clib::Ffs(i) == ffs(i));
  RC_ASSERT(clib::Ffsl(k) == ffsl(k));
  RC_ASSERT(clib::Ffsll(k) == ffsll(k));
  if (j != 0 && !(i == kIntMin && j == -1)) {
    const div_t host = std::div(i, j);
    RC_ASSERT(clib::Div(i, j).quot == host.quot);
    RC_ASSERT(clib::Div(i, j).rem == host.rem);
  }
  if (l != 0 && !(k == kLongMin && l == -1)) {
    const clib::DivisionResult<std::int64_t> expected = {k / l, k % l};
    RC_ASSERT(clib::Ldiv(k, l) == expected);
    RC_ASSERT(clib::Lldiv(k, l) == expected);
    RC_ASSERT(clib::Imaxdiv(k, l) == expected);
  }
}

TEST(ArithmeticTest, QuotientsAreTruncatedTowardsZero) {
  EXPECT_EQ(clib::Div(7, -2), (clib::DivisionResult<std::int32_t>{-3, 1}));
  EXPECT_EQ(clib::Div(-7, 2), (clib::DivisionResult<std::int32_t>{-3, -1}));
  EXPECT_EQ(clib::Div(kIntMin, 1),
            (clib::DivisionResult<std::int32_t>{kIntMin, 0}));
  EXPECT_EQ(clib::Ldiv(kLongMin + 1, -1),
            (clib::DivisionResult<std::int64_t>{-(kLongMin + 1), 0}));
}

TEST(ArithmeticTest, TheLeastNumberIsItsOwnAbsoluteValue) {
  EXPECT_EQ(clib::Abs(kIntMin), kIntMin);
  EXPECT_EQ(clib::Labs(kLongMin), kLongMin);
  EXPECT_EQ(clib::Abs(kIntMin + 1), -(kIntMin + 1));
}

TEST(ArithmeticTest, DivisionsWithoutAResultTrap) {
  const auto trap = [](auto&& division) {
    const auto fault = FaultOf(division);
    return fault.has_value() && fault->code == FaultCode::kIntegerTrap;
  };
  EXPECT_TRUE(trap([] { clib::Div(1, 0); }));
  EXPECT_TRUE(trap([] { clib::Div(kIntMin, -1); }));
  EXPECT_TRUE(trap([] { clib::Ldiv(0, 0); }));
  EXPECT_TRUE(trap([] { clib::Lldiv(kLongMin, -1); }));
  EXPECT_TRUE(trap([] { clib::Imaxdiv(1, 0); }));
}

TEST(ArithmeticTest, EverySingleBitIsFound) {
  EXPECT_EQ(clib::Ffs(0), 0);
  EXPECT_EQ(clib::Ffsl(0), 0);
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(clib::Ffs(static_cast<std::int32_t>(1u << i)), i + 1);
  }
  for (int i = 0; i < 64; ++i) {
    EXPECT_EQ(clib::Ffsll(static_cast<std::int64_t>(1ull << i)), i + 1);
  }
}

}  // namespace
}  // namespace kheap
