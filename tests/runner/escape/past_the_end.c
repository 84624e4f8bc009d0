// fault 111 in cases 0 to 11
// An access that begins in the last object below the break and ends above it, or
// walks there.
#include <string.h>

#include "addresses.h"

typedef char Vector64 __attribute__((vector_size(64), aligned(1)));

struct Large {
  char bytes[1 << 20];
};

static struct Large large;
static int sink;

int main(int argc, char** argv) {
  char* const block = malloc(1 << 16);
  if (block == NULL) return 0;
  memset(block, 1, 1 << 16);
  char* const end = block + (1 << 16);
  switch (Case(argc, argv)) {
    case 0: for (char* p = block;; p++) sink += *p;
    case 1: for (char* p = block;; p++) *p = 1;
    case 2: for (long* p = (long*)block;; p++) sink += (int)*p;
    case 3: for (long* p = (long*)block;; p++) *p = 1;
    case 4: for (Vector64* p = (Vector64*)block;; p++) sink += (*p)[5];
    case 5: for (Vector64* p = (Vector64*)block;; p++) (*p)[5] = 1;
    case 6: for (struct Large* p = (struct Large*)block;; p++) large = *p;
    case 7: for (struct Large* p = (struct Large*)block;; p++) *p = large;
    case 8: memset(block, 1, (size_t)1 << 40); break;
    case 9: memcpy(block, end, (size_t)1 << 33); break;
    case 10: for (short* p = (short*)(block + 1);; p++) *p = 1;
    case 11: for (__int128* p = (__int128*)(block + 8);; p++) *p = 1;
  }
  return 0;
}
