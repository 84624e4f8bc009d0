// Run with --fast: there, a store that runs over the end of a block is found when
// malloc next looks at what it overwrote.
#include <stdlib.h>
#include <string.h>

int main(void) {
  char *first = malloc(5000);
  char *second = malloc(5000);
  memset(first, 'x', 5016);
  free(second);
  return 0;
}
