// A list's node is freed before its successor is read.
#include <stdlib.h>

struct node {
  struct node *next;
};

static void drop(struct node *list) {
  for (; list; list = list->next) free(list);
}

int main(void) {
  struct node *list = NULL;
  for (int i = 0; i < 3; i++) {
    struct node *node = malloc(sizeof *node);
    node->next = list;
    list = node;
  }
  drop(list);
  return 0;
}
