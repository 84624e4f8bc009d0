// SPDX-License-Identifier: Apache-2.0
// What compilers call to multiply and divide `float _Complex`. The result is
// (a + bi)(c + di) or (a + bi)/(c + di); infinities are recovered where the
// formula gives two NaNs.
//
// Source: C23 G.5.2, the two examples.

#include <math.h>

float _Complex __mulsc3(float a, float b, float c, float d);
float _Complex __divsc3(float a, float b, float c, float d);

static float _Complex compose(float real, float imaginary) {
  union {
    float parts[2];
    float _Complex value;
  } result = {{real, imaginary}};
  return result.value;
}

// 1 or 0, with the sign of x, for an infinity or anything else.
static float box_infinity(float x) { return copysignf(isinf(x) ? 1 : 0, x); }

static float box_nan(float x) { return isnan(x) ? copysignf(0, x) : x; }

float _Complex __mulsc3(float a, float b, float c, float d) {
  const float ac = a * c, bd = b * d, ad = a * d, bc = b * c;
  const float x = ac - bd, y = ad + bc;
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
  const float infinity = INFINITY;
  return compose(infinity * (a * c - b * d), infinity * (a * d + b * c));
}

float _Complex __divsc3(float a, float b, float c, float d) {
  const float magnitude = logbf(fmaxf(fabsf(c), fabsf(d)));
  int scale = 0;
  if (isfinite(magnitude)) {
    scale = (int)magnitude;
    c = scalbnf(c, -scale);
    d = scalbnf(d, -scale);
  }
  const float divisor = c * c + d * d;
  float x = scalbnf((a * c + b * d) / divisor, -scale);
  float y = scalbnf((b * c - a * d) / divisor, -scale);
  if (!isnan(x) || !isnan(y)) return compose(x, y);
  const float infinity = INFINITY;
  if (divisor == 0 && (!isnan(a) || !isnan(b))) {
    x = copysignf(infinity, c) * a;
    y = copysignf(infinity, c) * b;
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
