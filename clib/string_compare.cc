// SPDX-License-Identifier: Apache-2.0
#include "clib/string_compare.h"

#include "clib/byte_reader.h"
#include "clib/ctype.h"
#include "clib/scan.h"

namespace kheap::clib {

namespace {

int Sign(int value) { return (value > 0) - (value < 0); }

int CharacterAt(const GlobalHeap& heap, Address address) {
  return std::to_integer<int>(*HostBytes(heap, address));
}

bool IsZeroDigit(int c) { return c == '0'; }
bool IsNonZeroDigit(int c) { return c >= '1' && c <= '9'; }

// The sign of the comparison by the number of digits that follow in each
// string, 0 if there are as many.
int CompareDigitCounts(const ByteReader& a, const ByteReader& b) {
  for (std::uint64_t i = 0;; ++i) {
    const int more_a = Isdigit(a[i]);
    const int more_b = Isdigit(b[i]);
    if (more_a != more_b) return more_a - more_b;
    if (!more_a) return 0;
  }
}

}  // namespace

// With i the first difference, the digits before it, if any, belong to numbers
// that begin alike:
//
//   "v1.0" "v1.10"      "v1.002" "v1.01"       "v1.2" "v1.x"
//        i                   i                     i
//   no leading zero:    only zeros before i:   else by the bytes
//   the longer number   a fraction; a digit
//   is larger           is less than none
//
// Source: the description in the GNU C library's manual, "String/Array
// Comparison".
int Strverscmp(const GlobalHeap& heap, Address a, Address b) {
  const std::uint64_t i = ScanBothByByte(
      heap, a, b, kNoLimit, machine::HostStringMem::FindDifferenceOrEnd);
  const int at_a = CharacterAt(heap, a + i);
  const int at_b = CharacterAt(heap, b + i);
  std::uint64_t digits = i;
  bool only_zeros = true;
  while (digits > 0 && Isdigit(CharacterAt(heap, a + (digits - 1)))) {
    --digits;
    only_zeros = only_zeros && IsZeroDigit(CharacterAt(heap, a + digits));
  }
  if (IsNonZeroDigit(CharacterAt(heap, a + digits)) &&
      IsNonZeroDigit(CharacterAt(heap, b + digits))) {
    const int longer =
        CompareDigitCounts(ByteReader(heap, a + i), ByteReader(heap, b + i));
    if (longer != 0) return longer;
  } else if (digits < i && only_zeros && Isdigit(at_a) != Isdigit(at_b)) {
    return Isdigit(at_a) ? -1 : 1;
  }
  return Sign(at_a - at_b);
}

}  // namespace kheap::clib
