// fault 122 in cases 0 to 16
// What processors trap on, and what compilers assume never to happen.
#include <limits.h>

#include "addresses.h"

typedef int Vector __attribute__((vector_size(16)));

static volatile int zero = 0, minus = -1, least = INT_MIN;
static volatile long lzero = 0, lminus = -1, lleast = LONG_MIN;
static volatile int sink;

_Noreturn static void Returns(void) {
  if (zero) abort();
}

static int Switch(int n) {
  switch (n) {
    case 1: return 5;
    case 2: return 6;
    default: __builtin_unreachable();
  }
}

int main(int argc, char** argv) {
  switch (Case(argc, argv)) {
    case 0: sink = 1 / zero; break;
    case 1: sink = 1 % zero; break;
    case 2: sink = least / minus; break;
    case 3: sink = least % minus; break;
    case 4: sink = (int)(1 / lzero); break;
    case 5: sink = (int)(lleast / lminus); break;
    case 6: sink = (int)(1u / (unsigned)zero); break;
    case 7: sink = (int)(1ul % (unsigned long)lzero); break;
    case 8: sink = (int)((__int128)1 / lzero); break;
    case 9: sink = (int)((unsigned __int128)1 % (unsigned long)lzero); break;
    case 10: sink = ((Vector){1, 2, 3, 4} / (Vector){1, zero, 1, 1})[0]; break;
    case 11: sink = ((Vector){1, least, 3, 4} / (Vector){1, minus, 1, 1})[0]; break;
    case 12: __builtin_trap();
    case 13: Returns();
    case 14: if (!zero) __builtin_unreachable(); break;
    case 15: sink = Switch(7 + zero); break;
    case 16: sink = (char)1 / (char)zero; break;
  }
  return 0;
}
