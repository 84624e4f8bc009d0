// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_THIRD_PARTY_MUSL_OVERLAY_SRC_INTERNAL_COMPLEX_PARTS_H_
#define KHEAP_THIRD_PARTY_MUSL_OVERLAY_SRC_INTERNAL_COMPLEX_PARTS_H_

// A complex number from its parts. An expression with `I` would multiply.

static inline double _Complex compose_double(double real, double imaginary) {
  double _Complex value;
  __real__ value = real;
  __imag__ value = imaginary;
  return value;
}

static inline float _Complex compose_float(float real, float imaginary) {
  float _Complex value;
  __real__ value = real;
  __imag__ value = imaginary;
  return value;
}

double _Complex __muldc3(double a, double b, double c, double d);
double _Complex __divdc3(double a, double b, double c, double d);
float _Complex __mulsc3(float a, float b, float c, float d);
float _Complex __divsc3(float a, float b, float c, float d);

#endif  // KHEAP_THIRD_PARTY_MUSL_OVERLAY_SRC_INTERNAL_COMPLEX_PARTS_H_
