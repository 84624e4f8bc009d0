// SPDX-License-Identifier: Apache-2.0
// Multiplies two matrices of whole numbers held in doubles, so that the product
// is exact, and checks it with a vector (Freivalds, 1977).
#include <stdio.h>
#include <stdlib.h>

enum { kSize = 400 };

static double a[kSize][kSize], b[kSize][kSize], c[kSize][kSize];

static void Multiply(void) {
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < kSize; j++) c[i][j] = 0;
    for (int k = 0; k < kSize; k++) {
      const double factor = a[i][k];
      for (int j = 0; j < kSize; j++) c[i][j] += factor * b[k][j];
    }
  }
}

static void Apply(double m[kSize][kSize], const double* x, double* y) {
  for (int i = 0; i < kSize; i++) {
    y[i] = 0;
    for (int j = 0; j < kSize; j++) y[i] += m[i][j] * x[j];
  }
}

int main(void) {
  for (int i = 0; i < kSize; i++) {
    for (int j = 0; j < kSize; j++) {
      a[i][j] = (i * 7 + j * 3) % 11 - 5;
      b[i][j] = (i * 5 + j * 13) % 17 - 8;
    }
  }
  for (int round = 0; round < 8; round++) {
    a[round][round] += 1;
    Multiply();
  }
  static double x[kSize], bx[kSize], abx[kSize], cx[kSize];
  for (int i = 0; i < kSize; i++) x[i] = i % 3 - 1;
  Apply(b, x, bx);
  Apply(a, bx, abx);
  Apply(c, x, cx);
  double sum = 0;
  for (int i = 0; i < kSize; i++) {
    if (abx[i] != cx[i]) return 1;
    sum += cx[i] * (i % 7);
  }
  printf("%.0f\n", sum);
  return 0;
}
