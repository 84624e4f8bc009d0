// SPDX-License-Identifier: Apache-2.0
#include "clib/memory_search.h"

#include "clib/byte_search.h"

namespace kheap::clib {

Address Memmem(const GlobalHeap& heap, Address haystack,
               std::uint64_t haystack_bytes, Address needle,
               std::uint64_t needle_bytes) {
  const std::byte* const in = heap.Span(haystack, haystack_bytes).data();
  const std::byte* const bytes = heap.Span(needle, needle_bytes).data();
  if (needle_bytes == 0) return haystack;
  const std::uint64_t i =
      ByteSearch(bytes, needle_bytes).Find(in, haystack_bytes);
  return i < haystack_bytes ? haystack + i : kNullAddress;
}

}  // namespace kheap::clib
