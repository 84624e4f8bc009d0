// A B-tree of minimum degree 8: insert, look up, walk in order.
// After Bayer and McCreight, Organization and Maintenance of Large Ordered
// Indexes (1972).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEGREE = 8, KEYS_MAX = 2 * DEGREE - 1 };

struct node {
  int key_count, is_leaf;
  int keys[KEYS_MAX];
  struct node *children[KEYS_MAX + 1];
};

static struct node *make_node(int is_leaf) {
  struct node *n = calloc(1, sizeof *n);
  if (!n) abort();
  n->is_leaf = is_leaf;
  return n;
}

// Moves the upper half of a full child into a new sibling.
static void split_child(struct node *parent, int index) {
  struct node *child = parent->children[index];
  struct node *sibling = make_node(child->is_leaf);
  sibling->key_count = DEGREE - 1;
  memcpy(sibling->keys, child->keys + DEGREE, (DEGREE - 1) * sizeof(int));
  if (!child->is_leaf) {
    memcpy(sibling->children, child->children + DEGREE,
           DEGREE * sizeof sibling->children[0]);
  }
  child->key_count = DEGREE - 1;
  int moved = parent->key_count - index;
  memmove(parent->keys + index + 1, parent->keys + index, moved * sizeof(int));
  memmove(parent->children + index + 2, parent->children + index + 1,
          moved * sizeof parent->children[0]);
  parent->keys[index] = child->keys[DEGREE - 1];
  parent->children[index + 1] = sibling;
  parent->key_count++;
}

static int find_place(const struct node *n, int key) {
  int i = 0;
  while (i < n->key_count && n->keys[i] < key) i++;
  return i;
}

static int contains(const struct node *n, int key) {
  for (;;) {
    int i = find_place(n, key);
    if (i < n->key_count && n->keys[i] == key) return 1;
    if (n->is_leaf) return 0;
    n = n->children[i];
  }
}

static void insert_below(struct node *n, int key) {
  for (;;) {
    int i = find_place(n, key);
    if (n->is_leaf) {
      memmove(n->keys + i + 1, n->keys + i, (n->key_count - i) * sizeof(int));
      n->keys[i] = key;
      n->key_count++;
      return;
    }
    if (n->children[i]->key_count == KEYS_MAX) {
      split_child(n, i);
      if (n->keys[i] < key) i++;
    }
    n = n->children[i];
  }
}

static struct node *insert(struct node *root, int key) {
  if (contains(root, key)) return root;
  if (root->key_count == KEYS_MAX) {
    struct node *above = make_node(0);
    above->children[0] = root;
    split_child(above, 0);
    root = above;
  }
  insert_below(root, key);
  return root;
}

// Checks the order and counts the keys.
static int walk(const struct node *n, int *last) {
  int keys = 0;
  for (int i = 0; i < n->key_count; i++) {
    if (!n->is_leaf) keys += walk(n->children[i], last);
    if (n->keys[i] <= *last) abort();
    *last = n->keys[i];
    keys++;
  }
  return n->is_leaf ? keys : keys + walk(n->children[n->key_count], last);
}

static void destroy(struct node *n) {
  for (int i = 0; !n->is_leaf && i <= n->key_count; i++) {
    destroy(n->children[i]);
  }
  free(n);
}

int main(void) {
  struct node *root = make_node(1);
  for (int i = 0; i < 20000; i++) root = insert(root, i * 7919 % 30011);
  int last = -1, hits = 0;
  for (int i = 0; i < 30011; i++) hits += contains(root, i);
  printf("%d keys in order, %d found\n", walk(root, &last), hits);
  destroy(root);
  return 0;
}
