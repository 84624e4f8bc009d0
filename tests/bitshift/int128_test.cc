// SPDX-License-Identifier: Apache-2.0
#include "bitshift/int128.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace kheap {
namespace {

constexpr UInt128 kUMax = kMax128<UInt128>;
constexpr Int128 kMax = kMax128<Int128>;
constexpr Int128 kMin = kMin128<Int128>;

// Numbers at and beside each power of two, and some of no pattern.
std::vector<UInt128> Samples() {
  std::vector<UInt128> samples = {0};
  for (int bit = 0; bit < 128; ++bit) {
    const UInt128 power = UInt128{1} << bit;
    samples.insert(samples.end(), {power - 1, power, power + 1, 0 - power});
  }
  UInt128 state = 1;
  for (int i = 0; i < 50; ++i) {
    state = state * 6364136223846793005u + (state >> 97) + 1442695040888963407u;
    samples.push_back(state);
  }
  return samples;
}

template <typename T>
std::string Printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

// ---- arithmetic -------------------------------------------------------------

TEST(Int128Test, SmallNumbersAreThoseOf64Bits) {
  for (std::int64_t a = -130; a <= 130; ++a) {
    for (std::int64_t b = -130; b <= 130; ++b) {
      ASSERT_TRUE(Add128<Int128>(a, b) == a + b);
      ASSERT_TRUE(Subtract128<Int128>(a, b) == a - b);
      ASSERT_TRUE(Multiply128<Int128>(a, b) == a * b);
      if (b == 0) continue;
      ASSERT_TRUE(Divide128<Int128>(a, b) == a / b);
      ASSERT_TRUE(Remainder128<Int128>(a, b) == a % b);
    }
  }
}

TEST(Int128Test, DivisionGivesTheDividendBack) {
  for (const UInt128 a : Samples()) {
    for (const UInt128 b : Samples()) {
      if (b == 0) continue;
      const UInt128 quotient = Divide128(a, b);
      const UInt128 remainder = Remainder128(a, b);
      ASSERT_TRUE(quotient * b + remainder == a);
      ASSERT_TRUE(remainder < b);
      const auto c = static_cast<Int128>(a);
      const auto d = static_cast<Int128>(b);
      const Int128 signed_remainder = Remainder128(c, d);
      ASSERT_TRUE(Add128(Multiply128(Divide128(c, d), d), signed_remainder) ==
                  c);
      ASSERT_TRUE(signed_remainder == 0 || (signed_remainder < 0) == (c < 0));
    }
  }
}

TEST(Int128Test, ArithmeticWrapsAtBothEnds) {
  EXPECT_TRUE(Add128<Int128>(kMax, 1) == kMin);
  EXPECT_TRUE(Subtract128<Int128>(kMin, 1) == kMax);
  EXPECT_TRUE(Multiply128<Int128>(kMin, -1) == kMin);
  EXPECT_TRUE(Multiply128<Int128>(kMax, 2) == -2);
  EXPECT_TRUE(Negate128(kMin) == kMin);
  EXPECT_TRUE(Add128<UInt128>(kUMax, 1) == 0);
  EXPECT_TRUE(Subtract128<UInt128>(0, 1) == kUMax);
}

TEST(Int128Test, TheOneQuotientOutOfRangeWraps) {
  EXPECT_TRUE(Divide128<Int128>(kMin, -1) == kMin);
  EXPECT_TRUE(Remainder128<Int128>(kMin, -1) == 0);
  EXPECT_TRUE(Divide128<Int128>(kMax, -1) == -kMax);
}

// ---- shifts -----------------------------------------------------------------

bool Bit(UInt128 value, int index) { return (value >> index) % 2 != 0; }

// Bit by bit; `enters` says what comes in on a right shift.
UInt128 Shifted(UInt128 value, int left, bool enters) {
  UInt128 shifted = 0;
  for (int i = 0; i < 128; ++i) {
    const int from = i - left;
    const bool bit = from < 0      ? false
                     : from >= 128 ? left < 0 && enters
                                   : Bit(value, from);
    if (bit) shifted += UInt128{1} << i;
  }
  return shifted;
}

TEST(Int128Test, EveryShiftCountOfBothTypes) {
  for (const UInt128 value : Samples()) {
    const auto negative = Bit(value, 127);
    for (int count = -130; count <= 130; ++count) {
      ASSERT_TRUE(ShiftLeft128(value, count) == Shifted(value, count, false));
      ASSERT_TRUE(ShiftRight128(value, count) == Shifted(value, -count, false));
      const auto number = static_cast<Int128>(value);
      ASSERT_TRUE(static_cast<UInt128>(ShiftLeft128(number, count)) ==
                  Shifted(value, count, negative));
      ASSERT_TRUE(static_cast<UInt128>(ShiftRight128(number, count)) ==
                  Shifted(value, -count, negative));
    }
  }
}

TEST(Int128Test, ShiftCountsOfEveryTypeAreClamped) {
  EXPECT_EQ(ClampShiftCount(5), 5);
  EXPECT_EQ(ClampShiftCount(-5), -5);
  EXPECT_EQ(ClampShiftCount(std::numeric_limits<int>::max()), 128);
  EXPECT_EQ(ClampShiftCount(std::numeric_limits<int>::min()), -128);
  EXPECT_EQ(ClampShiftCount(std::numeric_limits<std::uint64_t>::max()), 128);
  EXPECT_EQ(ClampShiftCount(std::int8_t{-128}), -128);
  EXPECT_EQ(ClampShiftCount(std::uint8_t{255}), 128);
  EXPECT_EQ(ClampShiftCount(kUMax), 128);
  EXPECT_EQ(ClampShiftCount(kMin), -128);
  EXPECT_EQ(ClampShiftCount(UInt128{127}), 127);
}

// ---- text -------------------------------------------------------------------

TEST(Int128Test, DecimalTextIsThatOfAbseil) {
  for (const UInt128 value : Samples()) {
    EXPECT_EQ(ToDecimal(value), Printed(absl::uint128(value)));
    const auto number = static_cast<Int128>(value);
    EXPECT_EQ(ToDecimal(number), Printed(absl::int128(number)));
  }
  EXPECT_EQ(ToDecimal(kMin), "-170141183460469231731687303715884105728");
}

TEST(Int128Test, HexTextIsThatOfAbseil) {
  for (const UInt128 value : Samples()) {
    std::ostringstream out;
    out << std::hex << std::showbase << absl::uint128(value);
    EXPECT_EQ(ToHex(value), value == 0 ? "0x0" : out.str());
  }
}

TEST(Int128Test, EveryTextIsReadBack) {
  for (const UInt128 value : Samples()) {
    const auto number = static_cast<Int128>(value);
    EXPECT_TRUE(*ParseDecimal<UInt128>(ToDecimal(value)) == value);
    EXPECT_TRUE(*ParseDecimal<Int128>(ToDecimal(number)) == number);
    EXPECT_TRUE(*ParseHex(ToHex(value)) == value);
    EXPECT_TRUE(*ParseHex(ToHex(value).substr(2)) == value);
  }
}

TEST(Int128Test, TextsWithSignsZerosAndCapitals) {
  EXPECT_TRUE(*ParseDecimal<Int128>("+0012") == 12);
  EXPECT_TRUE(*ParseDecimal<Int128>("-0") == 0);
  EXPECT_TRUE(*ParseDecimal<UInt128>("+7") == 7);
  EXPECT_TRUE(*ParseHex("0XaBcDeF") == 0xABCDEF);
  EXPECT_TRUE(*ParseHex("0x" + std::string(60, '0') + "ff") == 255);
}

TEST(Int128Test, TextsThatAreNoNumberAreInvalid) {
  for (const std::string text : {"", "+", "-", "--1", "+-1", " 1", "1 ", "1a",
                                 "0x1", "1.0", "1e3", "\xD9\xA1"}) {
    EXPECT_EQ(ParseDecimal<Int128>(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
    EXPECT_EQ(ParseDecimal<UInt128>(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
  for (const std::string text :
       {"", "0x", "x1", "0x0x1", "g", "-1", "+1", "0x-1", " 1", "1 "}) {
    EXPECT_EQ(ParseHex(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
  EXPECT_EQ(ParseDecimal<UInt128>("-1").status().message(),
            "\"-1\" is not an unsigned decimal number");
  // Not a number at all comes before too large a number.
  EXPECT_EQ(ParseDecimal<UInt128>(std::string(99, '9') + "x").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(Int128Test, NumbersBeyondTheTypeAreOutOfRange) {
  EXPECT_TRUE(*ParseDecimal<UInt128>(
                  "340282366920938463463374607431768211455") == kUMax);
  EXPECT_TRUE(
      *ParseDecimal<Int128>("170141183460469231731687303715884105727") == kMax);
  EXPECT_TRUE(*ParseDecimal<Int128>(
                  "-170141183460469231731687303715884105728") == kMin);
  for (const std::string text :
       {"340282366920938463463374607431768211456",
        "340282366920938463463374607431768211460",
        "1000000000000000000000000000000000000000",
        "9999999999999999999999999999999999999999999999999999999"}) {
    EXPECT_EQ(ParseDecimal<UInt128>(text).status().code(),
              absl::StatusCode::kOutOfRange)
        << text;
  }
  for (const std::string text : {"170141183460469231731687303715884105728",
                                 "-170141183460469231731687303715884105729"}) {
    EXPECT_EQ(ParseDecimal<Int128>(text).status().code(),
              absl::StatusCode::kOutOfRange)
        << text;
  }
  EXPECT_TRUE(*ParseHex(std::string(32, 'f')) == kUMax);
  EXPECT_EQ(ParseHex("1" + std::string(32, '0')).status().code(),
            absl::StatusCode::kOutOfRange);
}

// ---- conversions ------------------------------------------------------------

TEST(Int128Test, DoublesAreTruncatedAndLimited) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double two127 = std::ldexp(1.0, 127);
  const double two128 = std::ldexp(1.0, 128);
  EXPECT_TRUE(FromDouble128<Int128>(-2.9) == -2);
  EXPECT_TRUE(FromDouble128<Int128>(std::ldexp(3.0, 100)) == Int128{3} << 100);
  EXPECT_TRUE(FromDouble128<Int128>(two127) == kMax);
  EXPECT_TRUE(FromDouble128<Int128>(std::nextafter(two127, 0.0)) < kMax);
  EXPECT_TRUE(FromDouble128<Int128>(-two127) == kMin);
  EXPECT_TRUE(FromDouble128<Int128>(-kInfinity) == kMin);
  EXPECT_TRUE(FromDouble128<Int128>(kInfinity) == kMax);
  EXPECT_TRUE(FromDouble128<UInt128>(two127) == UInt128{1} << 127);
  EXPECT_TRUE(FromDouble128<UInt128>(two128) == kUMax);
  EXPECT_TRUE(FromDouble128<UInt128>(-0.9) == 0);
  EXPECT_TRUE(FromDouble128<UInt128>(-5.0) == 0);
  EXPECT_TRUE(FromDouble128<UInt128>(std::nan("")) == 0);
  EXPECT_TRUE(FromDouble128<Int128>(std::nan("")) == 0);
}

}  // namespace
}  // namespace kheap
