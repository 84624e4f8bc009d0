// fault 110 111 in cases 0 to 259
#include "addresses.h"

typedef char Vector16 __attribute__((vector_size(16), aligned(1)));
typedef char Vector64 __attribute__((vector_size(64), aligned(1)));

static int sink;

int main(int argc, char** argv) {
  const int number = Case(argc, argv);
  char* const p = WildAddress(number);
  switch (number / kWildCount) {
    case 0: sink = *p; break;
    case 1: sink = *(short*)p; break;
    case 2: sink = *(int*)p; break;
    case 3: sink = *(long*)p; break;
    case 4: sink = (int)*(__int128*)p; break;
    case 5: sink = (*(Vector16*)p)[3]; break;
    case 6: sink = (*(Vector64*)p)[40]; break;
    case 7: sink = *(volatile int*)p; break;
    case 8: sink = (int)*(double*)p; break;
    case 9: sink = __atomic_load_n((long*)p, __ATOMIC_SEQ_CST); break;
  }
  return 0;
}
