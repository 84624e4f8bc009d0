// fault 112 in cases 0 to 9
// Recursion without an end, by every kind of call; large host frames, too.
#include <setjmp.h>
#include <stdarg.h>

#include "addresses.h"

typedef long Vector512 __attribute__((vector_size(512)));
typedef struct {
  char bytes[2000];
} Block;

static volatile int one = 1;

static int Direct(int n) { return one ? Direct(n + 1) + n : n; }

static int Other(int n);
static int Mutual(int n) { return one ? Other(n + 1) + n : n; }
static int Other(int n) { return one ? Mutual(n + 1) * 2 : n; }

static int (*volatile pointer)(int);
static int ThroughPointer(int n) { return pointer(n + 1) + n; }

static int Variadic(int n, ...) {
  va_list list;
  va_start(list, n);
  const int value = va_arg(list, int);
  va_end(list);
  return one ? Variadic(n + 1, value + 1, 2.0) + value : n;
}

static Vector512 Vectors(Vector512 a, Vector512 b, Vector512 c) {
  const Vector512 d = a * b + c, e = a + b * c, f = a * c + b;
  if (!one) return d;
  return Vectors(d, e, f) + d * e + f + a * b * c;
}

static Block Structs(Block block) {
  block.bytes[one] = 1;
  return one ? Structs(block) : block;
}

static int Jumps(int n) {
  jmp_buf buffer;
  if (setjmp(buffer) != 0) return n;
  return one ? Jumps(n + 1) + n : n;
}

static double Numbers(double a, double b, double c, double d, double e,
                      double f, double g, double h, double i, double j) {
  if (!one) return a;
  return Numbers(b, c, d, e, f, g, h, i, j, a) * a + b * c + d * e + f * g +
         h * i + j;
}

static int Tail(int n) { return one ? Tail(n + 1) : n; }

static int Compare(const void* a, const void* b) {
  int pair[2] = {*(const int*)b, *(const int*)a};
  qsort(pair, 2, sizeof *pair, Compare);
  return pair[0] - pair[1];
}

int main(int argc, char** argv) {
  static Block block;
  switch (Case(argc, argv)) {
    case 0: return Direct(0) & 0;
    case 1: return Mutual(0) & 0;
    case 2: pointer = ThroughPointer; return pointer(0) & 0;
    case 3: return Variadic(0, 1) & 0;
    case 4: return (int)Vectors((Vector512){1}, (Vector512){2}, (Vector512){3})[0] & 0;
    case 5: return Structs(block).bytes[0] & 0;
    case 6: return Jumps(0) & 0;
    case 7: return Numbers(1, 2, 3, 4, 5, 6, 7, 8, 9, 10) > 0 ? 0 : 1;
    case 8: return Direct(Tail(0) & 0) & 0;
    case 9: return Compare(&(int){1}, &(int){2}) & 0;
  }
  return 0;
}
