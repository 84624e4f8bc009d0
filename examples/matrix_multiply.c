// Multiplies two matrices of 200 by 200 numbers.
#include <stdio.h>
#include <stdlib.h>

enum { N = 200 };

static double *make(double scale) {
  double *m = malloc(N * N * sizeof *m);
  if (!m) abort();
  for (int i = 0; i < N * N; i++) m[i] = scale * (i % 17 - 8);
  return m;
}

int main(void) {
  double *a = make(0.5), *b = make(0.25);
  double *c = calloc(N * N, sizeof *c);
  if (!c) abort();
  for (int i = 0; i < N; i++)
    for (int k = 0; k < N; k++)
      for (int j = 0; j < N; j++) c[i * N + j] += a[i * N + k] * b[k * N + j];
  double trace = 0;
  for (int i = 0; i < N; i++) trace += c[i * N + i];
  printf("trace %.3f, corner %.3f\n", trace, c[N * N - 1]);
  free(a);
  free(b);
  free(c);
  return 0;
}
