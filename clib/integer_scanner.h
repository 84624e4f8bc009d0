// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_INTEGER_SCANNER_H_
#define KHEAP_CLIB_INTEGER_SCANNER_H_

// Reads the text of an integer, for every function that takes one.

#include <cstdint>

#include "clib/byte_reader.h"

namespace kheap::clib {

struct ScannedInteger {
  std::uint64_t magnitude = 0;  // 2^64 - 1 where it overflows
  bool negative = false;
  bool overflows = false;
  // The characters read up to the last digit, 0 if there is no number.
  std::uint64_t size_bytes = 0;
};

// The base is 0 or 2 … 36. `index` says where in the text to begin.
ScannedInteger ScanInteger(const ByteReader& text, std::uint64_t index,
                           int base);

// The index of the first character that is not white space.
std::uint64_t SkipSpace(const ByteReader& text, std::uint64_t index);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_INTEGER_SCANNER_H_
