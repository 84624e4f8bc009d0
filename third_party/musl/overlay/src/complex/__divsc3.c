// SPDX-License-Identifier: Apache-2.0
// What compilers call to divide `float _Complex`: (a + bi)/(c + di). Infinities
// and zeros are recovered where the formula gives two NaNs.
//
// Source: C23 G.5.2, example 2.

#include <math.h>

#include "complex_parts.h"

// 1 or 0, with the sign of x, for an infinity or anything else.
static float box_infinity(float x) { return copysignf(isinf(x) ? 1 : 0, x); }

// Products of floats are exact in double, and their sums cannot overflow.
static float _Complex divide(double a, double b, double c, double d) {
  const double divisor = c * c + d * d;
  return compose_float((float)((a * c + b * d) / divisor),
                       (float)((b * c - a * d) / divisor));
}

float _Complex __divsc3(float a, float b, float c, float d) {
  const float _Complex quotient = divide(a, b, c, d);
  if (!isnan(__real__ quotient) || !isnan(__imag__ quotient)) return quotient;
  if (c == 0 && d == 0 && (!isnan(a) || !isnan(b))) {
    const float infinity = copysignf(INFINITY, c);
    return compose_float(infinity * a, infinity * b);
  }
  if ((isinf(a) || isinf(b)) && isfinite(c) && isfinite(d)) {
    a = box_infinity(a), b = box_infinity(b);
    return compose_float(INFINITY * (a * c + b * d),
                         INFINITY * (b * c - a * d));
  }
  if ((isinf(c) || isinf(d)) && isfinite(a) && isfinite(b)) {
    c = box_infinity(c), d = box_infinity(d);
    return compose_float(0 * (a * c + b * d), 0 * (b * c - a * d));
  }
  return quotient;
}
