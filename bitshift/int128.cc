// SPDX-License-Identifier: Apache-2.0
#include "bitshift/int128.h"

#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kheap {

namespace {

constexpr UInt128 kMax = kMax128<UInt128>;

absl::Status NotANumber(std::string_view text, std::string_view kind) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", std::string(text), "\" is not ", std::string(kind)));
}

absl::Status TooLarge(std::string_view text, std::string_view type) {
  return absl::OutOfRangeError(absl::StrCat(
      "\"", std::string(text), "\" does not fit into ", std::string(type)));
}

// -1 for what is no digit of the base.
int DigitOf(char c, int base) {
  int digit = -1;
  if (c >= '0' && c <= '9') digit = c - '0';
  if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
  if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
  return digit < base ? digit : -1;
}

enum class Outcome { kNumber, kNotDigits, kTooLarge };

// Reads `digits`, one or more, into `value`, which may be at most `limit`.
Outcome ReadDigits(std::string_view digits, int base, UInt128 limit,
                   UInt128& value) {
  const auto unsigned_base = static_cast<unsigned>(base);
  bool fits = true;
  value = 0;
  if (digits.empty()) return Outcome::kNotDigits;
  for (const char c : digits) {
    const int digit = DigitOf(c, base);
    if (digit < 0) return Outcome::kNotDigits;
    const auto unsigned_digit = static_cast<unsigned>(digit);
    fits = fits && value <= (limit - unsigned_digit) / unsigned_base;
    value = value * unsigned_base + unsigned_digit;
  }
  return fits ? Outcome::kNumber : Outcome::kTooLarge;
}

std::string Digits(UInt128 value, unsigned base) {
  std::string reversed;
  do {
    reversed += "0123456789abcdef"[static_cast<unsigned>(value % base)];
    value /= base;
  } while (value != 0);
  return std::string(reversed.rbegin(), reversed.rend());
}

}  // namespace

std::string ToDecimal(UInt128 value) { return Digits(value, 10); }

std::string ToDecimal(Int128 value) {
  if (value >= 0) return ToDecimal(static_cast<UInt128>(value));
  return "-" + ToDecimal(static_cast<UInt128>(Negate128(value)));
}

std::string ToHex(UInt128 value) { return "0x" + Digits(value, 16); }

template <Integer128 T>
absl::StatusOr<T> ParseDecimal(std::string_view text) {
  const bool negative = kIsSigned128<T> && text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  // The lowest number's absolute value is one more than the highest's.
  const UInt128 limit = static_cast<UInt128>(kMax128<T>) + (negative ? 1 : 0);
  UInt128 value = 0;
  switch (ReadDigits(text.substr(has_sign ? 1 : 0), 10, limit, value)) {
    case Outcome::kNotDigits:
      return NotANumber(text, kIsSigned128<T> ? "a signed decimal number"
                                              : "an unsigned decimal number");
    case Outcome::kTooLarge:
      return TooLarge(
          text, kIsSigned128<T> ? "a signed number of 128 bits" : "128 bits");
    case Outcome::kNumber:
      break;
  }
  return static_cast<T>(negative ? Negate128(value) : value);
}

template absl::StatusOr<UInt128> ParseDecimal<UInt128>(std::string_view text);
template absl::StatusOr<Int128> ParseDecimal<Int128>(std::string_view text);

absl::StatusOr<UInt128> ParseHex(std::string_view text) {
  const bool has_prefix = text.starts_with("0x") || text.starts_with("0X");
  UInt128 value = 0;
  switch (ReadDigits(text.substr(has_prefix ? 2 : 0), 16, kMax, value)) {
    case Outcome::kNotDigits:
      return NotANumber(text, "a hexadecimal number");
    case Outcome::kTooLarge:
      return TooLarge(text, "128 bits");
    case Outcome::kNumber:
      break;
  }
  return value;
}

template <Integer128 T>
T FromDouble128(double value) {
  // 2^127 or 2^128, which a double holds exactly.
  const double beyond = std::ldexp(1.0, kIsSigned128<T> ? 127 : 128);
  if (std::isnan(value)) return 0;
  if (value >= beyond) return kMax128<T>;
  if (value <= static_cast<double>(kMin128<T>)) return kMin128<T>;
  return static_cast<T>(value);
}

template UInt128 FromDouble128<UInt128>(double value);
template Int128 FromDouble128<Int128>(double value);

}  // namespace kheap
