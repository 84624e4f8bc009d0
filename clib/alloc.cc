// SPDX-License-Identifier: Apache-2.0
#include "clib/alloc.h"

#include "clib/memory.h"
#include "clib/string_length.h"

namespace kheap::clib {

namespace {

Address Duplicate(GlobalHeap& heap, KMalloc& kmalloc, Address string,
                  std::uint64_t length) {
  const Address copy = kmalloc.Malloc(length + 1);
  if (copy.is_null()) return kNullAddress;
  Memcpy(heap, copy, string, length);
  heap.Store<std::uint8_t>(copy + length, 0);
  return copy;
}

}  // namespace

Address Strdup(GlobalHeap& heap, KMalloc& kmalloc, Address string) {
  return Duplicate(heap, kmalloc, string, Strlen(heap, string));
}

Address Strndup(GlobalHeap& heap, KMalloc& kmalloc, Address string,
                std::uint64_t limit) {
  return Duplicate(heap, kmalloc, string, Strnlen(heap, string, limit));
}

}  // namespace kheap::clib
