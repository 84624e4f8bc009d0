// SPDX-License-Identifier: Apache-2.0
// Counts the primes below ten million (there are 664,579), five times.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int Count(unsigned char* is_composite, int limit) {
  memset(is_composite, 0, limit);
  int count = 0;
  for (int i = 2; i < limit; i++) {
    if (is_composite[i]) continue;
    count++;
    for (long j = (long)i * i; j < limit; j += i) is_composite[j] = 1;
  }
  return count;
}

int main(void) {
  const int limit = 10000000;
  unsigned char* const table = malloc(limit);
  if (table == NULL) return 1;
  int count = 0;
  for (int round = 0; round < 5; round++) count = Count(table, limit);
  free(table);
  printf("%d\n", count);
  return count != 664579;
}
