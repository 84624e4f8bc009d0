// An arena: blocks are cut from chunks one after another and freed all at once.
#include <stdalign.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct chunk {
  struct chunk *next;
  size_t size, used;
  alignas(max_align_t) unsigned char bytes[];
};

struct arena {
  struct chunk *newest;
};

static void *arena_allocate(struct arena *a, size_t size) {
  const size_t unit = alignof(max_align_t);
  size = (size + unit - 1) / unit * unit;
  struct chunk *c = a->newest;
  if (!c || c->size - c->used < size) {
    size_t capacity = size > 4096 ? size : 4096;
    c = malloc(sizeof *c + capacity);
    if (!c) return NULL;
    *c = (struct chunk){.next = a->newest, .size = capacity};
    a->newest = c;
  }
  void *block = c->bytes + c->used;
  c->used += size;
  return block;
}

static size_t arena_free(struct arena *a) {
  size_t chunks = 0;
  while (a->newest) {
    struct chunk *c = a->newest;
    a->newest = c->next;
    free(c);
    chunks++;
  }
  return chunks;
}

struct node {
  struct node *left, *right;
  int key;
};

static struct node *insert(struct arena *a, struct node *root, int key) {
  if (!root) {
    struct node *fresh = arena_allocate(a, sizeof *fresh);
    *fresh = (struct node){.key = key};
    return fresh;
  }
  if (key < root->key) root->left = insert(a, root->left, key);
  if (key > root->key) root->right = insert(a, root->right, key);
  return root;
}

static int height(const struct node *root) {
  if (!root) return 0;
  int left = height(root->left), right = height(root->right);
  return 1 + (left > right ? left : right);
}

static int count(const struct node *root) {
  return root ? 1 + count(root->left) + count(root->right) : 0;
}

int main(void) {
  struct arena a = {0};
  struct node *root = NULL;
  unsigned random = 1;
  for (int i = 0; i < 10000; i++) {
    random = random * 1103515245 + 12345;
    root = insert(&a, root, random >> 16 & 0x7fff);
  }
  printf("%d nodes, height %d", count(root), height(root));
  printf(", %zu chunks\n", arena_free(&a));
  return 0;
}
