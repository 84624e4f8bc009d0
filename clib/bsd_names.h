// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_BSD_NAMES_H_
#define KHEAP_CLIB_BSD_NAMES_H_

// What 4.2BSD called functions that C has under other names, and old programs
// still do: bcmp, bcopy, bzero, index, rindex; explicit_bzero; GNU's rawmemchr.
//
// Sources: POSIX.1-2001 <strings.h>; OpenBSD for explicit_bzero.

#include <cstdint>

#include "clib/guest_string.h"
#include "clib/memory.h"
#include "clib/memory_search.h"
#include "clib/string_search.h"
#include "heap/global_heap.h"

namespace kheap::clib {

inline int Bcmp(const GlobalHeap& heap, Address a, Address b,
                std::uint64_t size_bytes) {
  return Memcmp(heap, a, b, size_bytes);
}

// The source comes first, and the two may overlap.
inline void Bcopy(GlobalHeap& heap, Address source, Address destination,
                  std::uint64_t size_bytes) {
  Memmove(heap, destination, source, size_bytes);
}

inline void Bzero(GlobalHeap& heap, Address destination,
                  std::uint64_t size_bytes) {
  Memset(heap, destination, 0, size_bytes);
}
inline void ExplicitBzero(GlobalHeap& heap, Address destination,
                          std::uint64_t size_bytes) {
  Bzero(heap, destination, size_bytes);
}

inline Address Index(const GlobalHeap& heap, Address string, int character) {
  return Strchr(heap, string, character);
}
inline Address Rindex(const GlobalHeap& heap, Address string, int character) {
  return Strrchr(heap, string, character);
}

// The byte is there; if not, this is the fault of a loop that looks for it.
inline Address Rawmemchr(const GlobalHeap& heap, Address bytes, int character) {
  return Memchr(heap, bytes, character, kNoLimit);
}

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_BSD_NAMES_H_
