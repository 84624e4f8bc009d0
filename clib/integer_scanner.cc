// SPDX-License-Identifier: Apache-2.0
#include "clib/integer_scanner.h"

#include <limits>

#include "clib/ctype.h"

namespace kheap::clib {

namespace {

constexpr int kNoDigit = 99;

int DigitValue(char character) {
  const int c = Tolower(character);
  if (Isdigit(c)) return c - '0';
  return Islower(c) ? c - 'a' + 10 : kNoDigit;
}

// Whether "0x" and a hexadecimal digit follow. A character is read only if
// those before it fit.
bool HasHexPrefix(const ByteReader& text, std::uint64_t index) {
  return text[index] == '0' && Tolower(text[index + 1]) == 'x' &&
         DigitValue(text[index + 2]) < 16;
}

void AppendDigit(ScannedInteger& number, int base, int digit) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t wide_base = static_cast<std::uint64_t>(base);
  const std::uint64_t addend = static_cast<std::uint64_t>(digit);
  if (number.magnitude > (kMax - addend) / wide_base) {
    number.overflows = true;
    number.magnitude = kMax;
  } else {
    number.magnitude = number.magnitude * wide_base + addend;
  }
}

}  // namespace

std::uint64_t SkipSpace(const ByteReader& text, std::uint64_t index) {
  while (Isspace(text[index])) ++index;
  return index;
}

ScannedInteger ScanInteger(const ByteReader& text, std::uint64_t index,
                           int base) {
  ScannedInteger result;
  std::uint64_t i = SkipSpace(text, index);
  if (text[i] == '-' || text[i] == '+') result.negative = text[i++] == '-';
  if ((base == 0 || base == 16) && HasHexPrefix(text, i)) {
    base = 16;
    i += 2;
  } else if (base == 0) {
    base = text[i] == '0' ? 8 : 10;
  }
  const std::uint64_t digits = i;
  for (int digit; (digit = DigitValue(text[i])) < base; ++i) {
    AppendDigit(result, base, digit);
  }
  if (i > digits) result.size_bytes = i - index;
  return result;
}

}  // namespace kheap::clib
