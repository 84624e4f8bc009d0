// SPDX-License-Identifier: Apache-2.0
// What compilers call to divide `double _Complex`: (a + bi)/(c + di).
// Infinities and zeros are recovered where the formula gives two NaNs.
//
// Sources: M. Baudin and R. L. Smith, arXiv:1210.4539; C23 G.5.2, example 2.

#include <float.h>
#include <math.h>

#include "complex_parts.h"

// 1 or 0, with the sign of x, for an infinity or anything else.
static double box_infinity(double x) { return copysign(isinf(x) ? 1 : 0, x); }

// Smith's formula; the second order of its products is for a ratio too small
// to be exact.
static double _Complex divide_by_larger_real(double a, double b, double c,
                                             double d) {
  const double ratio = d / c;
  const double divisor = c + d * ratio;
  if (fabs(ratio) > DBL_MIN) {
    return compose_double((a + b * ratio) / divisor, (b - a * ratio) / divisor);
  }
  return compose_double((a + d * (b / c)) / divisor,
                        (b - d * (a / c)) / divisor);
}

// The factor for all four that keeps the products below from overflowing and
// underflowing.
static double find_scale(double a, double b, double c) {
  const double large = DBL_MAX / 2;
  const double moderate = large * DBL_EPSILON;
  const double up = 1 / DBL_EPSILON;
  a = fabs(a), b = fabs(b), c = fabs(c);
  if (c >= large) return 0.5;
  if (c < DBL_MIN) return up;
  const int underflows = (a < DBL_MIN && b < moderate && c < moderate) ||
                         (b < DBL_MIN && a < moderate && c < moderate);
  return underflows ? up : 1;
}

static double _Complex divide(double a, double b, double c, double d) {
  if (fabs(c) < fabs(d)) {
    // Both sides times -i.
    const double real = a, divisor_real = c;
    a = b, b = -real;
    c = d, d = -divisor_real;
  }
  const double scale = find_scale(a, b, c);
  return divide_by_larger_real(a * scale, b * scale, c * scale, d * scale);
}

double _Complex __divdc3(double a, double b, double c, double d) {
  const double _Complex quotient = divide(a, b, c, d);
  if (!isnan(__real__ quotient) || !isnan(__imag__ quotient)) return quotient;
  if (c == 0 && d == 0 && (!isnan(a) || !isnan(b))) {
    const double infinity = copysign(INFINITY, c);
    return compose_double(infinity * a, infinity * b);
  }
  if ((isinf(a) || isinf(b)) && isfinite(c) && isfinite(d)) {
    a = box_infinity(a), b = box_infinity(b);
    return compose_double(INFINITY * (a * c + b * d),
                          INFINITY * (b * c - a * d));
  }
  if ((isinf(c) || isinf(d)) && isfinite(a) && isfinite(b)) {
    c = box_infinity(c), d = box_infinity(d);
    return compose_double(0 * (a * c + b * d), 0 * (b * c - a * d));
  }
  return quotient;
}
