// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_STRING_APPEND_H_
#define KHEAP_CLIB_STRING_APPEND_H_

// Appending strings: strcat, strncat, strlcat. Checked and written as the
// functions of string_copy.h are, from the destination's zero byte on.
//
// Sources: C23 7.26.3; OpenBSD and POSIX 2024 for strlcat.

#include <cstdint>

#include "clib/guest_string.h"
#include "clib/string_copy.h"
#include "clib/string_length.h"
#include "heap/global_heap.h"
#include "machine/host_string_mem.h"

namespace kheap::clib {

template <typename StringMem = machine::HostStringMem>
inline Address Strcat(GlobalHeap& heap, Address destination, Address source) {
  // Many destinations have just been made empty by a store of one byte, for
  // which a load of more than that byte would have to wait.
  const bool is_empty = heap.IsInFreeHeap(destination) &&
                        *HostBytes(heap, destination) == std::byte{0};
  const std::uint64_t length =
      is_empty ? 0 : Strlen<StringMem>(heap, destination);
  string_copy::Copy<StringMem>(heap, destination + length, source);
  return destination;
}

// Appends at most `limit` characters and then a zero byte.
Address Strncat(GlobalHeap& heap, Address destination, Address source,
                std::uint64_t limit);

// Appends what fits into a destination of `size_bytes` bytes, including a zero
// byte at the end. Returns the length that the result would have without that
// limit; where the destination has no zero byte within `size_bytes`, nothing is
// written and its length counts as `size_bytes`.
std::uint64_t Strlcat(GlobalHeap& heap, Address destination, Address source,
                      std::uint64_t size_bytes);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_STRING_APPEND_H_
