// fault 110 111 112 120 in cases 0 to 5
// Walks down from an object, through whatever lies below it.
#include "addresses.h"

typedef char Vector64 __attribute__((vector_size(64), aligned(1)));

static int sink;

int main(int argc, char** argv) {
  char local[64] = {0};
  static char global[64];
  switch (Case(argc, argv)) {
    case 0: for (char* p = local;; p--) *p = 1;
    case 1: for (char* p = global;; p--) *p = 1;
    case 2: for (long* p = (long*)global;; p--) sink += (int)*p;
    case 3: for (Vector64* p = (Vector64*)global;; p--) sink += (*p)[5];
    case 4: for (volatile int* p = (int*)local;; p--) *p = 1;
    case 5: for (struct { char b[300]; }* p = (void*)global;; p--) p[0] = p[-1];
  }
  return 0;
}
