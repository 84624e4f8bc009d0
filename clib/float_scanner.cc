// SPDX-License-Identifier: Apache-2.0
#include "clib/float_scanner.h"

#include <string_view>

#include "clib/ctype.h"
#include "clib/integer_scanner.h"

namespace kheap::clib {

namespace {

using Kind = ScannedFloat::Kind;

// Reads no further than the first character that differs.
bool HasWord(const ByteReader& text, std::uint64_t index,
             std::string_view lower_case_word) {
  for (const char c : lower_case_word) {
    if (Tolower(text[index++]) != c) return false;
  }
  return true;
}

// The index behind digits with at most one point among them, or `index` if
// there is no digit.
std::uint64_t SkipMantissa(const ByteReader& text, std::uint64_t index,
                           int (*is_digit)(int)) {
  std::uint64_t i = index;
  std::uint64_t digit_count = 0;
  bool has_point = false;
  for (;; ++i) {
    if (is_digit(text[i])) {
      ++digit_count;
    } else if (text[i] == '.' && !has_point) {
      has_point = true;
    } else {
      return digit_count == 0 ? index : i;
    }
  }
}

// The index behind an exponent with at least one digit, or `index`.
std::uint64_t SkipExponent(const ByteReader& text, std::uint64_t index,
                           char letter) {
  std::uint64_t i = index;
  if (Tolower(text[i]) != letter) return index;
  ++i;
  if (text[i] == '+' || text[i] == '-') ++i;
  if (!Isdigit(text[i])) return index;
  while (Isdigit(text[i])) ++i;
  return i;
}

void ScanNumber(const ByteReader& text, std::uint64_t index,
                ScannedFloat& result) {
  if (text[index] == '0' && Tolower(text[index + 1]) == 'x') {
    result.mantissa = index + 2;
    result.exponent = SkipMantissa(text, result.mantissa, Isxdigit);
    if (result.exponent != result.mantissa) {
      result.kind = Kind::kHexadecimal;
      result.end = SkipExponent(text, result.exponent, 'p');
      return;
    }
  }
  result.mantissa = index;
  result.exponent = SkipMantissa(text, index, Isdigit);
  if (result.exponent == index) return;
  result.kind = Kind::kDecimal;
  result.end = SkipExponent(text, result.exponent, 'e');
}

// "nan" begins at `index`. The brackets belong to it only if nothing but
// letters, digits and underscores is between them.
void ScanNan(const ByteReader& text, std::uint64_t index,
             ScannedFloat& result) {
  result.kind = Kind::kNan;
  result.end = index + 3;
  if (text[result.end] != '(') return;
  const std::uint64_t begin = result.end + 1;
  std::uint64_t i = begin;
  while (Isalnum(text[i]) || text[i] == '_') ++i;
  if (text[i] != ')') return;
  result.end = i + 1;
  const ScannedInteger payload = ScanInteger(text, begin, /*base=*/0);
  if (payload.size_bytes == i - begin) result.payload = payload.magnitude;
}

}  // namespace

ScannedFloat ScanFloat(const ByteReader& text) {
  ScannedFloat result;
  std::uint64_t i = SkipSpace(text, 0);
  if (text[i] == '-' || text[i] == '+') result.negative = text[i++] == '-';
  if (HasWord(text, i, "inf")) {
    result.kind = Kind::kInfinity;
    result.end = i + (HasWord(text, i + 3, "inity") ? 8 : 3);
  } else if (HasWord(text, i, "nan")) {
    ScanNan(text, i, result);
  } else {
    ScanNumber(text, i, result);
  }
  return result;
}

}  // namespace kheap::clib
