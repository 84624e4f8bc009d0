// fault 110 111 112 117 123 in cases 0 to 4
// Arguments that were never passed.
#include <stdarg.h>
#include <stdio.h>

#include "addresses.h"

static long Sum(int count, ...) {
  va_list list;
  va_start(list, count);
  long sum = 0;
  for (int i = 0; i < count; i++) sum += va_arg(list, long);
  va_end(list);
  return sum;
}

struct Large {
  char bytes[4096];
};

static int Structs(int count, ...) {
  va_list list;
  va_start(list, count);
  int sum = 0;
  for (int i = 0; i < count; i++) sum += va_arg(list, struct Large).bytes[i];
  va_end(list);
  return sum;
}

int main(int argc, char** argv) {
  switch (Case(argc, argv)) {
    case 0: return (int)Sum(1 << 30, 1L) & 0;
    case 1: return Structs(1 << 30) & 0;
    case 2: printf("%s%s%s%s%s%s%s%s\n", "x"); Sum(1 << 30); break;
    case 3: {
      char text[32];
      sprintf(text, "%n%n%n%n", (int*)-4);
      break;
    }
    case 4: {
      va_list forged = (va_list)(uintptr_t)-8;
      return va_arg(forged, int) & 0;
    }
  }
  return 0;
}
