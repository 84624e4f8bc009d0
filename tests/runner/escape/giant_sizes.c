// fault 110 111 118 in cases 0 to 89
// The library's own loops over sizes near 2^63 and 2^64.
#include <string.h>

#include "addresses.h"

static const size_t kSizes[] = {
    SIZE_MAX, SIZE_MAX - 15, (size_t)1 << 63, ((size_t)1 << 63) - 1,
    (size_t)1 << 32, (size_t)1 << 42,
};
enum { kSizeCount = sizeof kSizes / sizeof *kSizes };

static int sink;

int main(int argc, char** argv) {
  const int number = Case(argc, argv);
  const size_t size = kSizes[number % kSizeCount];
  char* const a = malloc(64);
  char* const b = malloc(64);
  if (a == NULL || b == NULL) return 0;
  memset(a, 1, 64);
  memset(b, 1, 64);
  switch (number / kSizeCount) {
    case 0: memcpy(a, b, size); break;
    case 1: memmove(a, b, size); break;
    case 2: memset(a, 0, size); break;
    case 3: sink = memcmp(a, b, size); break;
    case 4: sink = memchr(a, 2, size) != NULL; break;
    case 5: memcpy((void*)-8, b, size); break;
    case 6: memcpy(a, (void*)-8, size); break;
    case 7: memset((void*)INT64_MIN, 0, size); break;
    case 8: memmove((void*)INT64_MAX, a, size); break;
    case 9: __builtin_memcpy(a, b, size); break;
    case 10: __builtin_memset(a, 0, size); break;
    case 11: __builtin_memmove((void*)-1, b, size); break;
    case 12: sink = (int)strlen((char*)-1); break;
    case 13: strcpy((char*)INT64_MIN, "text"); break;
    case 14: strncpy(a, "text", size); break;
  }
  return 0;
}
