// A hash table of strings with chains, that grows when it is three quarters full.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
  struct entry *next;
  char *key;
  int value;
};

struct table {
  struct entry **buckets;
  size_t bucket_count, entry_count;
};

// FNV-1a.
static size_t hash(const char *key) {
  size_t h = 14695981039346656037u;
  while (*key) h = (h ^ (unsigned char)*key++) * 1099511628211u;
  return h;
}

static void *allocate(size_t size) {
  void *block = calloc(1, size);
  if (!block) {
    fputs("out of memory\n", stderr);
    exit(1);
  }
  return block;
}

static void grow(struct table *t) {
  size_t count = t->bucket_count ? 2 * t->bucket_count : 8;
  struct entry **buckets = allocate(count * sizeof *buckets);
  for (size_t i = 0; i < t->bucket_count; i++) {
    struct entry *next;
    for (struct entry *e = t->buckets[i]; e; e = next) {
      next = e->next;
      struct entry **place = &buckets[hash(e->key) % count];
      e->next = *place;
      *place = e;
    }
  }
  free(t->buckets);
  t->buckets = buckets;
  t->bucket_count = count;
}

static int *find_or_add(struct table *t, const char *key) {
  if (4 * t->entry_count >= 3 * t->bucket_count) grow(t);
  struct entry **place = &t->buckets[hash(key) % t->bucket_count];
  for (struct entry *e = *place; e; e = e->next) {
    if (strcmp(e->key, key) == 0) return &e->value;
  }
  struct entry *e = allocate(sizeof *e);
  e->key = allocate(strlen(key) + 1);
  strcpy(e->key, key);
  e->next = *place;
  *place = e;
  t->entry_count++;
  return &e->value;
}

static void clear(struct table *t) {
  for (size_t i = 0; i < t->bucket_count; i++) {
    struct entry *next;
    for (struct entry *e = t->buckets[i]; e; e = next) {
      next = e->next;
      free(e->key);
      free(e);
    }
  }
  free(t->buckets);
}

int main(void) {
  struct table t = {0};
  char key[16];
  for (int i = 0; i < 100000; i++) {
    sprintf(key, "key%d", i * 7919 % 1000);
    ++*find_or_add(&t, key);
  }
  printf("%zu keys, key0 %d times, key999 %d times\n", t.entry_count,
         *find_or_add(&t, "key0"), *find_or_add(&t, "key999"));
  clear(&t);
  return 0;
}
