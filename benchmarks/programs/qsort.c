// SPDX-License-Identifier: Apache-2.0
// Sorts half a million numbers by quicksort (Hoare, 1961) with the order passed as a
// function, and checks order and sum.
#include <stdio.h>
#include <stdlib.h>

typedef int (*Order)(const int*, const int*);

static int Ascending(const int* a, const int* b) {
  return (*a > *b) - (*a < *b);
}

static int Descending(const int* a, const int* b) { return Ascending(b, a); }

static void Swap(int* a, int* b) {
  const int t = *a;
  *a = *b;
  *b = t;
}

static void Sort(int* first, int* last, Order order) {
  while (last - first > 12) {
    const int pivot = first[(last - first) / 2];
    int* i = first;
    int* j = last - 1;
    while (i <= j) {
      while (order(i, &pivot) < 0) i++;
      while (order(&pivot, j) < 0) j--;
      if (i <= j) Swap(i++, j--);
    }
    Sort(first, j + 1, order);
    first = i;
  }
  for (int* i = first + 1; i < last; i++) {
    for (int* j = i; j > first && order(j, j - 1) < 0; j--) Swap(j, j - 1);
  }
}

int main(int argc, char** argv) {
  const int count = 500000;
  int* const numbers = malloc(count * sizeof *numbers);
  if (numbers == NULL) return 1;
  long sum = 0;
  unsigned random = 1;
  for (int i = 0; i < count; i++) {
    random = random * 1664525u + 1013904223u;
    numbers[i] = (int)(random >> 8);
    sum += numbers[i];
  }
  for (int round = 0; round < 3; round++) {
    Sort(numbers, numbers + count, round % 2 == 0 ? Ascending : Descending);
    for (int i = 0; i < count; i++) {
      const int j = (int)((long)i * 7919 % count);
      if (round < 2) Swap(&numbers[i], &numbers[j]);
    }
  }
  for (int i = 0; i < count; i++) {
    if (i > 0 && numbers[i - 1] > numbers[i]) return 1;
    sum -= numbers[i];
  }
  printf("%d %d %ld\n", numbers[0], numbers[count - 1], sum);
  free(numbers);
  return sum != 0;
}
