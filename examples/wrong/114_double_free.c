// Two owners free one block.
#include <stdlib.h>

struct name {
  char *text;
};

static void drop(struct name *name) { free(name->text); }

int main(void) {
  struct name a = {malloc(16)};
  struct name b = a;
  drop(&a);
  drop(&b);
  return 0;
}
