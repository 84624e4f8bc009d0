// fault 110 111 117 121 in cases 0 to 5
// Jumps to frames that are gone or never were.
#include <setjmp.h>
#include <string.h>

#include "addresses.h"

static jmp_buf buffer;

__attribute__((noinline)) static int Set(void) { return setjmp(buffer); }
__attribute__((noinline)) static void Jump(int depth) {
  if (depth == 0) longjmp(buffer, 1);
  Jump(depth - 1);
}

int main(int argc, char** argv) {
  static int jumps;
  switch (Case(argc, argv)) {
    case 0:
      if (Set() != 0) return 0;
      Jump(0);
      break;
    case 1:
      if (Set() != 0) return 0;
      Jump(100);
      break;
    case 2: longjmp(buffer, 1);
    case 3:
      memset(buffer, 0x41, sizeof buffer);
      longjmp(buffer, 1);
    case 4: longjmp((void*)-64, 1);
    case 5: {
      jmp_buf local;
      if (setjmp(local) != 0 && jumps++ > 3) return 0;
      Set();
      longjmp(buffer, 1);
    }
  }
  return 0;
}
