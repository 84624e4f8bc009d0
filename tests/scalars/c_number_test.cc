// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_number.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "gtest/gtest.h"

namespace kheap {
namespace {

template <typename... Ts>
struct TypeList {};
using AllNumbers = TypeList<std::int8_t, std::uint8_t, std::int16_t,
                            std::uint16_t, std::int32_t, std::uint32_t,
                            std::int64_t, std::uint64_t, float, double, bool>;

// On a host whose int has 32 bits, its compiler applies C's own rules to
// numbers of fixed width.
template <typename A, typename... Bs>
constexpr bool CommonIsTheCompilers(TypeList<Bs...>) {
  return (std::is_same_v<c::Common<A, Bs>, decltype(A{} + Bs{})> && ...) &&
         std::is_same_v<c::Promoted<A>, decltype(+A{})>;
}
template <typename... As>
constexpr bool AllCommonAreTheCompilers(TypeList<As...> all) {
  return (CommonIsTheCompilers<As>(all) && ...);
}
static_assert(sizeof(int) != 4 || AllCommonAreTheCompilers(AllNumbers{}));

static_assert(std::is_same_v<c::Guest<char>, std::int8_t>);
static_assert(std::is_same_v<c::Guest<long long>, std::int64_t>);
static_assert(std::is_same_v<c::Guest<unsigned long long>, std::uint64_t>);
static_assert(std::is_same_v<c::Guest<char16_t>, std::uint16_t>);
static_assert(std::is_same_v<c::Guest<bool>, bool>);
static_assert(!HostNumber<long double>);
static_assert(!HostNumber<int*>);

template <typename To>
void ExpectTruncatesOrSaturates() {
  using Limits = std::numeric_limits<To>;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double beyond = std::ldexp(1.0, Limits::digits);
  const double least = static_cast<double>(Limits::min());
  EXPECT_EQ(c::Convert<To>(beyond), Limits::max());
  EXPECT_EQ(c::Convert<To>(beyond * 2), Limits::max());
  EXPECT_EQ(c::Convert<To>(kInfinity), Limits::max());
  const double below_beyond = std::nextafter(beyond, 0.0);
  EXPECT_EQ(c::Convert<To>(below_beyond), static_cast<To>(below_beyond));
  EXPECT_EQ(c::Convert<To>(least), Limits::min());
  EXPECT_EQ(c::Convert<To>(std::nextafter(least, -kInfinity)), Limits::min());
  EXPECT_EQ(c::Convert<To>(least - 1), Limits::min());
  EXPECT_EQ(c::Convert<To>(least * 2 - 1), Limits::min());
  EXPECT_EQ(c::Convert<To>(-kInfinity), Limits::min());
  EXPECT_EQ(c::Convert<To>(std::numeric_limits<double>::quiet_NaN()), 0);
  EXPECT_EQ(c::Convert<To>(-0.999), 0);
  EXPECT_EQ(c::Convert<To>(1.999), 1);
  EXPECT_EQ(c::Convert<To>(std::numeric_limits<float>::max()), Limits::max());
  EXPECT_EQ(c::Convert<To>(std::numeric_limits<float>::quiet_NaN()), 0);
}

TEST(CNumberTest, FloatToIntegerRoundsToZeroAndSaturates) {
  ExpectTruncatesOrSaturates<std::int8_t>();
  ExpectTruncatesOrSaturates<std::uint8_t>();
  ExpectTruncatesOrSaturates<std::int16_t>();
  ExpectTruncatesOrSaturates<std::uint16_t>();
  ExpectTruncatesOrSaturates<std::int32_t>();
  ExpectTruncatesOrSaturates<std::uint32_t>();
  ExpectTruncatesOrSaturates<std::int64_t>();
  ExpectTruncatesOrSaturates<std::uint64_t>();
}

// Every float whose exponent reaches around the ends of the range.
TEST(CNumberTest, EveryKindOfFloatConvertsToIntAsTheHostDoesInRange) {
  for (std::uint32_t bits = 0; bits < (std::uint64_t{1} << 32) - 9973;
       bits += 9973) {
    const float value = std::bit_cast<float>(bits);
    const auto converted = c::Convert<std::int32_t>(value);
    if (value >= -2147483648.0f && value < 2147483648.0f) {
      ASSERT_EQ(converted, static_cast<std::int32_t>(value)) << value;
    } else if (value != value) {
      ASSERT_EQ(converted, 0);
    } else {
      ASSERT_EQ(converted, value > 0
                               ? std::numeric_limits<std::int32_t>::max()
                               : std::numeric_limits<std::int32_t>::min());
    }
  }
}

TEST(CNumberTest, BoolIsWhetherANumberIsNotZero) {
  EXPECT_TRUE(c::Convert<bool>(256));
  EXPECT_TRUE(c::Convert<bool>(0.25));
  EXPECT_TRUE(c::Convert<bool>(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(c::Convert<bool>(-0.0));
  EXPECT_FALSE(c::Convert<bool>(std::int8_t{0}));
}

TEST(CNumberTest, NanBecomesTheCanonicalOneWhenConvertedAndOnlyThen) {
  const double payload = std::bit_cast<double>(0xFFF4'0000'0000'1234);
  EXPECT_EQ(std::bit_cast<std::uint32_t>(c::Convert<float>(payload)),
            0x7FC0'0000u);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(
                c::Convert<double>(std::bit_cast<float>(0xFFC0'1234))),
            0x7FF8'0000'0000'0000u);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(c::Convert<double>(payload)),
            0xFFF4'0000'0000'1234u);
}

TEST(CNumberTest, NarrowingKeepsTheLowBits) {
  EXPECT_EQ(c::Convert<std::int8_t>(std::int32_t{0x1FF}), -1);
  EXPECT_EQ(c::Convert<std::uint8_t>(std::int64_t{-2}), 254);
  EXPECT_EQ(c::Convert<std::int32_t>(std::uint64_t{0xFFFF'FFFF'8000'0000}),
            std::numeric_limits<std::int32_t>::min());
}

}  // namespace
}  // namespace kheap
