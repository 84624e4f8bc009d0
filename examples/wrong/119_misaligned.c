// An atomic object has to be aligned.
#include <stdatomic.h>

int main(void) {
  char bytes[16] = {0};
  atomic_int *counter = (atomic_int *)(bytes + 1);
  atomic_fetch_add(counter, 1);
  return 0;
}
