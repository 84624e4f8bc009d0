// SPDX-License-Identifier: Apache-2.0
// What compilers call to multiply and divide `double _Complex`. The result is
// (a + bi)(c + di) or (a + bi)/(c + di); infinities are recovered where the
// formula gives two NaNs.
//
// Source: C23 G.5.2, the two examples.

#include <math.h>

double _Complex __muldc3(double a, double b, double c, double d);
double _Complex __divdc3(double a, double b, double c, double d);

static double _Complex compose(double real, double imaginary) {
  union {
    double parts[2];
    double _Complex value;
  } result = {{real, imaginary}};
  return result.value;
}

// 1 or 0, with the sign of x, for an infinity or anything else.
static double box_infinity(double x) { return copysign(isinf(x) ? 1 : 0, x); }

static double box_nan(double x) { return isnan(x) ? copysign(0, x) : x; }

double _Complex __muldc3(double a, double b, double c, double d) {
  const double ac = a * c, bd = b * d, ad = a * d, bc = b * c;
  const double x = ac - bd, y = ad + bc;
  if (!isnan(x) || !isnan(y)) return compose(x, y);
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
  if (!recovers) return compose(x, y);
  const double infinity = INFINITY;
  return compose(infinity * (a * c - b * d), infinity * (a * d + b * c));
}

double _Complex __divdc3(double a, double b, double c, double d) {
  const double magnitude = logb(fmax(fabs(c), fabs(d)));
  int scale = 0;
  if (isfinite(magnitude)) {
    scale = (int)magnitude;
    c = scalbn(c, -scale);
    d = scalbn(d, -scale);
  }
  const double divisor = c * c + d * d;
  double x = scalbn((a * c + b * d) / divisor, -scale);
  double y = scalbn((b * c - a * d) / divisor, -scale);
  if (!isnan(x) || !isnan(y)) return compose(x, y);
  const double infinity = INFINITY;
  if (divisor == 0 && (!isnan(a) || !isnan(b))) {
    x = copysign(infinity, c) * a;
    y = copysign(infinity, c) * b;
  } else if ((isinf(a) || isinf(b)) && isfinite(c) && isfinite(d)) {
    a = box_infinity(a), b = box_infinity(b);
    x = infinity * (a * c + b * d);
    y = infinity * (b * c - a * d);
  } else if (isinf(magnitude) && magnitude > 0 && isfinite(a) && isfinite(b)) {
    c = box_infinity(c), d = box_infinity(d);
    x = 0 * (a * c + b * d);
    y = 0 * (b * c - a * d);
  }
  return compose(x, y);
}
