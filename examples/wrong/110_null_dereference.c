// A list is walked one node too far.
#include <stdlib.h>

struct node {
  struct node *next;
  int value;
};

static int second(const struct node *list) { return list->next->value; }

int main(void) {
  struct node *only = calloc(1, sizeof *only);
  return second(only);
}
