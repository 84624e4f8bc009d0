// SPDX-License-Identifier: Apache-2.0
// A hash table with open addressing (FNV-1a over strings): counts words.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kSlots = 1 << 18, kWords = 100000, kLookups = 1000000 };

struct Slot {
  char* word;
  uint32_t hash;
  uint32_t count;
};

static uint32_t Hash(const char* word) {
  uint32_t hash = 2166136261u;
  for (; *word != 0; word++) hash = (hash ^ (unsigned char)*word) * 16777619u;
  return hash;
}

static struct Slot* Find(struct Slot* table, const char* word) {
  const uint32_t hash = Hash(word);
  for (uint32_t i = hash % kSlots;; i = (i + 1) % kSlots) {
    struct Slot* const slot = &table[i];
    if (slot->word == NULL) {
      slot->word = malloc(strlen(word) + 1);
      if (slot->word == NULL) exit(1);
      strcpy(slot->word, word);
      slot->hash = hash;
      return slot;
    }
    if (slot->hash == hash && strcmp(slot->word, word) == 0) return slot;
  }
}

static void MakeWord(char* word, uint32_t number) {
  for (int i = 0; i < 3; i++) *word++ = (char)('a' + (number >> 5 * i) % 26);
  do {
    *word++ = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  *word = 0;
}

int main(void) {
  struct Slot* const table = calloc(kSlots, sizeof *table);
  if (table == NULL) return 1;
  uint32_t random = 1;
  for (int i = 0; i < kLookups; i++) {
    random = random * 1664525u + 1013904223u;
    char word[16];
    MakeWord(word, (random >> 8) % kWords);
    Find(table, word)->count++;
  }
  long sum = 0;
  int words = 0;
  for (int i = 0; i < kSlots; i++) {
    if (table[i].word == NULL) continue;
    words++;
    sum += table[i].count;
    free(table[i].word);
  }
  free(table);
  printf("%d %ld\n", words, sum);
  return sum != kLookups;
}
