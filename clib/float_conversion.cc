// SPDX-License-Identifier: Apache-2.0
#include "clib/float_conversion.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>

#include "absl/strings/charconv.h"
#include "absl/strings/str_cat.h"

namespace kheap::clib {

namespace {

// No double, and no point halfway between two of them, has more than 767
// significant digits; what follows matters only by not being zero.
constexpr std::size_t kSignificantDigitsMax = 800;

// Text up to this size goes to the converter as it is.
constexpr std::size_t kPlainTextBytes = 1024;

// Exponents of the text beyond this are as good as infinite; the sum with any
// number of digits does not overflow.
constexpr std::int64_t kExponentMax =
    std::int64_t{1000} * 1000 * 1000 * 1000 * 1000 * 1000;

// The number 0.DIGITS × base^exponent, with neither leading nor trailing zeros
// among the digits; none for 0.
struct CanonicalNumber {
  std::string digits;
  std::int64_t exponent;  // of the base for decimals, of 2 for hexadecimals
};

std::int64_t ExponentValue(std::string_view exponent) {
  if (exponent.empty()) return 0;
  std::string_view digits = exponent.substr(1);
  const bool negative = digits.front() == '-';
  if (negative || digits.front() == '+') digits.remove_prefix(1);
  std::int64_t value = 0;
  for (const char c : digits) {
    value = std::min(value * 10 + (c - '0'), kExponentMax);
  }
  return negative ? -value : value;
}

CanonicalNumber Canonical(const FloatText& text) {
  const std::int64_t bits_per_digit =
      text.base == FloatBase::kHexadecimal ? 4 : 1;
  CanonicalNumber number = {{}, ExponentValue(text.exponent)};
  bool behind_point = false;
  bool lost_digits = false;
  for (const char c : text.mantissa) {
    if (c == '.') {
      behind_point = true;
      continue;
    }
    const bool is_leading_zero = number.digits.empty() && c == '0';
    if (number.digits.size() < kSignificantDigitsMax) {
      if (!is_leading_zero) number.digits.push_back(c);
    } else {
      lost_digits = lost_digits || c != '0';
    }
    if (behind_point && is_leading_zero) number.exponent -= bits_per_digit;
    if (!behind_point && !is_leading_zero) number.exponent += bits_per_digit;
  }
  if (lost_digits) number.digits.push_back('1');
  number.digits.erase(number.digits.find_last_not_of('0') + 1);
  return number;
}

template <typename Float>
FloatValue<Float> Parse(std::string_view text, FloatBase base) {
  Float value = 0;
  const absl::from_chars_result result = absl::from_chars(
      text.data(), text.data() + text.size(), value,
      base == FloatBase::kHexadecimal ? absl::chars_format::hex
                                      : absl::chars_format::general);
  if (result.ec != std::errc::result_out_of_range) return {value, false};
  const bool is_large = value > 1;
  return {is_large ? std::numeric_limits<Float>::infinity() : Float{0}, true};
}

// Whether a decimal number is exactly `value`, which it rounds to.
bool IsExactDecimal(const CanonicalNumber& number, double value) {
  std::array<char, kSignificantDigitsMax + 32> text;
  const auto result =
      std::to_chars(text.data(), text.data() + text.size(), value,
                    std::chars_format::scientific, kSignificantDigitsMax - 1);
  const std::string_view shown(text.data(), result.ptr - text.data());
  const FloatText exact = {
      FloatBase::kDecimal, shown.substr(0, shown.find('e')), {}};
  return Canonical(exact).digits == number.digits;
}

// The same for a hexadecimal number.
bool IsExactHexadecimal(const CanonicalNumber& number, double value) {
  constexpr std::size_t kDigitsMax = 14;  // 53 bits, at any offset
  if (number.digits.size() > kDigitsMax) return false;
  std::uint64_t significand = 0;
  std::from_chars(number.digits.data(),
                  number.digits.data() + number.digits.size(), significand, 16);
  const std::int64_t digit_bits =
      4 * static_cast<std::int64_t>(number.digits.size());
  const double scaled =
      std::ldexp(value, static_cast<int>(digit_bits - number.exponent));
  return scaled == std::floor(scaled) &&
         static_cast<std::uint64_t>(scaled) == significand;
}

bool IsExact(const FloatText& text, double value) {
  const CanonicalNumber number = Canonical(text);
  return text.base == FloatBase::kHexadecimal
             ? IsExactHexadecimal(number, value)
             : IsExactDecimal(number, value);
}

}  // namespace

template <typename Float>
FloatValue<Float> ConvertFloat(const FloatText& text) {
  FloatValue<Float> result;
  if (text.mantissa.size() + text.exponent.size() <= kPlainTextBytes) {
    result = Parse<Float>(
        std::string_view(text.mantissa.data(),
                         text.mantissa.size() + text.exponent.size()),
        text.base);
  } else {
    const CanonicalNumber number = Canonical(text);
    const char letter = text.base == FloatBase::kHexadecimal ? 'p' : 'e';
    result = Parse<Float>(absl::StrCat("0.", number.digits, "0",
                                       std::string(1, letter), number.exponent),
                          text.base);
  }
  if (result.value > 0 && result.value < std::numeric_limits<Float>::min()) {
    result.out_of_range = !IsExact(text, static_cast<double>(result.value));
  }
  return result;
}

template FloatValue<float> ConvertFloat<float>(const FloatText& text);
template FloatValue<double> ConvertFloat<double>(const FloatText& text);

}  // namespace kheap::clib
