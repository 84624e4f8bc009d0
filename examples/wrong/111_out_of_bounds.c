// The loop's bound is one too large.
#include <stdlib.h>

int main(void) {
  int *squares = malloc(10 * sizeof *squares);
  for (int i = 0; i <= 10; i++) squares[i] = i * i;
  free(squares);
  return 0;
}
