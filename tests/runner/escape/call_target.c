// fault 110 121 in cases 0 to 31
// Calls through pointers that are no functions, or functions of another type.
#include "addresses.h"

static int Twice(int n) { return 2 * n; }
static long global = 5;

int main(int argc, char** argv) {
  const int number = Case(argc, argv);
  union {
    int (*call)(int);
    long (*call_long)(long, long);
    void (*call_void)(void);
    double (*call_double)(double);
    uint64_t bits;
  } volatile u;
  if (number < kWildCount) {
    u.bits = kWild[number];
    // A function has the type that its number says, or there is none.
    return (int)u.call_double(1) & 0;
  }
  u.call = Twice;
  switch (number - kWildCount) {
    case 0: u.call_long(1, 2); break;
    case 1: u.call_void(); break;
    case 2: u.call_double(1); break;
    case 3: u.bits += 1; u.call(1); break;
    case 4: u.bits += 16 * 100000; u.call(1); break;
    case 5: u.bits = (uint64_t)&global; u.call(1); break;
  }
  return 0;
}
