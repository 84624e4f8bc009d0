// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "heap/global_heap.h"

int main() {
  const auto heap = kheap::GlobalHeap::Create({.checked = true}).value();
  const kheap::Address break_address = heap->break_address();
  try {
    heap->sw(break_address, 42);  // *(int *)sbrk(0) = 42;
  } catch (const kheap::MemoryFault& fault) {
    std::cout << fault << "\n";
  }
}
