// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_FLOAT_CONVERSION_H_
#define KHEAP_CLIB_FLOAT_CONVERSION_H_

// The value of a floating-point number's text, correctly rounded on every host.

#include <string_view>

namespace kheap::clib {

enum class FloatBase { kDecimal, kHexadecimal };

// The parts of a number without sign and prefix: "12.5" and "e-3". The exponent
// may be empty.
struct FloatText {
  FloatBase base;
  std::string_view mantissa;
  std::string_view exponent;
};

template <typename Float>
struct FloatValue {
  Float value;
  // The exact value is too large, or too small to be represented exactly.
  bool out_of_range;
};

// Float is float or double. `text.exponent` follows `text.mantissa` in memory.
template <typename Float>
FloatValue<Float> ConvertFloat(const FloatText& text);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_FLOAT_CONVERSION_H_
