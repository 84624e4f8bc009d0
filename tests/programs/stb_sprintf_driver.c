// SPDX-License-Identifier: Apache-2.0
// Formats numbers and strings in many ways with stb_sprintf.
#include <limits.h>
#include <stdio.h>

#define STB_SPRINTF_IMPLEMENTATION
#include "stb_sprintf.h"

#define SHOW(...)                                                \
  do {                                                           \
    int length = stbsp_snprintf(text, sizeof text, __VA_ARGS__); \
    printf("%d [%s]\n", length, text);                           \
  } while (0)

int main(void) {
  char text[64];
  static const double numbers[] = {
      0.0,       -0.0, 1.0,  0.1,           1e300,  1e-300,
      12345.678, -2.5, 1e16, 123456789.125, 5e-324, 1.7976931348623157e308};
  for (unsigned i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    SHOW("%f %e %g", numbers[i], numbers[i], numbers[i]);
    SHOW("%+.3f|% 12.2e|%-10.4g|", numbers[i], numbers[i], numbers[i]);
    SHOW("%a", numbers[i]);
  }
  SHOW("%d %i %u %x %X %o %b", INT_MIN, INT_MAX, UINT_MAX, 48879u, 48879u, 8u,
       5u);
  SHOW("%lld %llu %llx", LLONG_MIN, ULLONG_MAX, ULLONG_MAX);
  SHOW("%'d %'d %$d %_$d", 1234567, -1234567, 2536000, 2536000);
  SHOW("[%5d|%-5d|%05d|%+d]", 42, 42, 42, 42);
  SHOW("%s|%10s|%-10s|%.2s|%c|%%", "one", "two", "three", "four", 'x');
  SHOW("%*d|%-*d|%.*f", 6, 1, 6, 2, 3, 3.14159);
  SHOW("%s %s", "longer than the sixty-four bytes that there are,",
       "so that its end is cut off");
  SHOW("%hhd %hd %zd %jd %td", 300, 70000, (size_t)9, (intmax_t)-9,
       (ptrdiff_t)7);
  return 0;
}
