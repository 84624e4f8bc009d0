// fault 112 in cases 0 to 11
// Objects on the stack that are larger than it.
#include <alloca.h>
#include <stdio.h>

#include "addresses.h"

static volatile char sink;

static void Use(char* object, size_t size) {
  object[0] = 1;
  object[size - 1] = 1;
  sink = object[0];
}

static void Fixed16M(void) { char a[1 << 24]; Use(a, sizeof a); }
static void Fixed1G(void) { char a[1 << 30]; Use(a, sizeof a); }
static void Fixed1T(void) { char a[1L << 40]; Use(a, sizeof a); }
static void FixedHuge(void) {
  char a[1L << 46], b[1L << 46], c[1L << 46], d[1L << 46];
  Use(a, sizeof a);
  Use(b, sizeof b);
  Use(c, sizeof c);
  Use(d, sizeof d);
}
static void Vla(size_t size) { char a[size]; Use(a, size); }
static void Wide(size_t count) { __int128 a[count]; Use((char*)a, 16); }
static void Alloca(size_t size) { Use(alloca(size), size); }

int main(int argc, char** argv) {
  switch (Case(argc, argv)) {
    case 0: Fixed16M(); break;
    case 1: Fixed1G(); break;
    case 2: Fixed1T(); break;
    case 3: FixedHuge(); break;
    case 4: Vla((size_t)1 << 24); break;
    case 5: Vla((size_t)-1); break;
    case 6: Vla((size_t)1 << 63); break;
    case 7: Wide(((size_t)1 << 60) + 1); break;
    case 8: Alloca((size_t)1 << 40); break;
    case 9: Alloca((size_t)-16); break;
    case 10: Alloca((size_t)-4096); break;
    case 11:
      for (;;) Use(alloca(1000), 1000);
  }
  return 0;
}
