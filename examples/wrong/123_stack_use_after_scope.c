// The variable is gone at the end of its block.
#include <stdio.h>

int main(void) {
  const int *largest = NULL;
  for (int i = 0; i < 3; i++) {
    int square = i * i;
    if (largest == NULL || square > 0) largest = &square;
  }
  printf("%d\n", *largest);
  return 0;
}
