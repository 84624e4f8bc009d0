// no fault in cases 0 to 7
// What C leaves undefined, and compiled code could turn into anything, has a
// result here and goes on.
#include <math.h>
#include <string.h>

#include "addresses.h"

typedef int Vector __attribute__((vector_size(16)));

static volatile int large = 1000, minus = -1;
static volatile double big = 1e300, no_number;
static volatile int sink;

int main(int argc, char** argv) {
  no_number = big * 1e300 - big * 1e300;
  static const int kTable[8];
  switch (Case(argc, argv)) {
    case 0: sink = 1 << large; break;
    case 1: sink = 1 >> minus; break;
    case 2: sink = (int)big; break;
    case 3: sink = kTable[(unsigned)(int)no_number % 8]; break;
    case 4: sink = (int)(unsigned long)-big; break;
    case 5: {
      Vector v = {1, 2, 3, 4};
      sink = v[large];
      v[minus] = 7;
      sink = v[0];
      break;
    }
    case 6: sink = __builtin_clz(large - 1000) + __builtin_ctzl(large - 1000L); break;
    case 7: sink = abs(INT32_MIN) + kTable[(INT32_MAX + large) < 0]; break;
  }
  return 0;
}
