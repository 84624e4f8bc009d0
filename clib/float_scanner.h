// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_FLOAT_SCANNER_H_
#define KHEAP_CLIB_FLOAT_SCANNER_H_

// Finds the text of a floating-point number without converting it:
//
//   "  -0x1.8p3 …"       "-12.5e+2 …"        "nan(12) …"     "Infinity …"
//        |    |  |         |    |  |                  |               |
//        |    |  end       |    |  end                end             end
//        |    exponent     |    exponent
//        mantissa          mantissa
//
// Source: C23 7.24.1.5, the subject sequence of strtod in the locale "C".

#include <cstdint>

#include "clib/byte_reader.h"

namespace kheap::clib {

struct ScannedFloat {
  enum class Kind : std::uint8_t {
    kNone,
    kInfinity,
    kNan,
    kDecimal,
    kHexadecimal,
  };

  Kind kind = Kind::kNone;
  bool negative = false;
  // Indices into the text. The exponent begins with its letter; it is empty
  // where it equals `end`. A text without a number ends at 0.
  std::uint64_t mantissa = 0;
  std::uint64_t exponent = 0;
  std::uint64_t end = 0;
  // The number between the brackets behind "nan", 0 if it is none.
  std::uint64_t payload = 0;
};

ScannedFloat ScanFloat(const ByteReader& text);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_FLOAT_SCANNER_H_
