// fault 110 111 in cases 0 to 311
#include "addresses.h"

typedef char Vector16 __attribute__((vector_size(16), aligned(1)));
typedef char Vector64 __attribute__((vector_size(64), aligned(1)));

struct Field {
  unsigned low : 3, high : 7;
};

int main(int argc, char** argv) {
  const int number = Case(argc, argv);
  char* const p = WildAddress(number);
  switch (number / kWildCount) {
    case 0: *p = 1; break;
    case 1: *(short*)p = 1; break;
    case 2: *(int*)p = 1; break;
    case 3: *(long*)p = 1; break;
    case 4: *(__int128*)p = 1; break;
    case 5: *(Vector16*)p = (Vector16){1}; break;
    case 6: *(Vector64*)p = (Vector64){1}; break;
    case 7: *(volatile int*)p = 1; break;
    case 8: *(double*)p = 1; break;
    case 9: __atomic_fetch_add((long*)p, 1, __ATOMIC_SEQ_CST); break;
    case 10: __sync_bool_compare_and_swap((int*)p, 0, 1); break;
    case 11: ((struct Field*)p)->high = 5; break;
  }
  return 0;
}
