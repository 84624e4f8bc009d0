// SPDX-License-Identifier: Apache-2.0
// Builds a linked list in shuffled order, sorts it by merging, walks it and
// frees it.
#include <stdio.h>
#include <stdlib.h>

struct Node {
  struct Node* next;
  unsigned value;
};

static struct Node* Merge(struct Node* a, struct Node* b) {
  struct Node* head = NULL;
  struct Node** tail = &head;
  while (a != NULL && b != NULL) {
    struct Node** const least = a->value <= b->value ? &a : &b;
    *tail = *least;
    tail = &(*least)->next;
    *least = *tail;
  }
  *tail = a != NULL ? a : b;
  return head;
}

static struct Node* Sort(struct Node* list, int count) {
  if (count == 1) {
    list->next = NULL;
    return list;
  }
  struct Node* middle = list;
  for (int i = 0; i < count / 2; i++) middle = middle->next;
  struct Node* const high = Sort(middle, count - count / 2);
  return Merge(Sort(list, count / 2), high);
}

int main(void) {
  const int count = 100000;
  unsigned long sum = 0;
  for (int round = 0; round < 3; round++) {
    struct Node* list = NULL;
    unsigned random = 1;
    for (int i = 0; i < count; i++) {
      struct Node* const node = malloc(sizeof *node);
      if (node == NULL) return 1;
      random = random * 1664525u + 1013904223u;
      *node = (struct Node){list, random};
      list = node;
    }
    list = Sort(list, count);
    for (struct Node* node = list; node->next != NULL; node = node->next) {
      if (node->value > node->next->value) return 1;
    }
    for (int walk = 0; walk < 5; walk++) {
      for (struct Node* node = list; node != NULL; node = node->next) {
        sum += node->value;
      }
    }
    while (list != NULL) {
      struct Node* const next = list->next;
      free(list);
      list = next;
    }
  }
  printf("%lu\n", sum);
  return 0;
}
