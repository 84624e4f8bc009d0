// The pointer that is freed was moved on.
#include <stdlib.h>
#include <string.h>

int main(void) {
  char *text = malloc(8);
  strcpy(text, "  word");
  while (*text == ' ') text++;
  free(text);
  return 0;
}
