// SPDX-License-Identifier: Apache-2.0
// What compilers call to multiply `double _Complex`: (a + bi)(c + di).
// Infinities are recovered where the formula gives two NaNs.
//
// Source: C23 G.5.2, example 1.

#include <math.h>

#include "complex_parts.h"

// 1 or 0, with the sign of x, for an infinity or anything else.
static double box_infinity(double x) { return copysign(isinf(x) ? 1 : 0, x); }

static double box_nan(double x) { return isnan(x) ? copysign(0, x) : x; }

double _Complex __muldc3(double a, double b, double c, double d) {
  const double ac = a * c, bd = b * d, ad = a * d, bc = b * c;
  const double x = ac - bd, y = ad + bc;
  if (!isnan(x) || !isnan(y)) return compose_double(x, y);
  int recovers = 0;
  if (isinf(a) || isinf(b)) {
    a = box_infinity(a), b = box_infinity(b);
    c = box_nan(c), d = box_nan(d);
    recovers = 1;
  }
  if (isinf(c) || isinf(d)) {
    c = box_infinity(c), d = box_infinity(d);
    a = box_nan(a), b = box_nan(b);
    recovers = 1;
  }
  if (!recovers && (isinf(ac) || isinf(bd) || isinf(ad) || isinf(bc))) {
    a = box_nan(a), b = box_nan(b), c = box_nan(c), d = box_nan(d);
    recovers = 1;
  }
  if (!recovers) return compose_double(x, y);
  return compose_double(INFINITY * (a * c - b * d), INFINITY * (a * d + b * c));
}
