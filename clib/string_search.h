// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_STRING_SEARCH_H_
#define KHEAP_CLIB_STRING_SEARCH_H_

// Searching strings for characters: strchr, strchrnul, strrchr, strspn,
// strcspn, strpbrk. No byte behind the answer is read.
//
// The template argument says which kernels do the work, as in string_length.h.
//
// Sources: C23 7.26.5; GNU for strchrnul.

#include <cstdint>

#include "clib/guest_string.h"
#include "clib/scan.h"
#include "clib/string_length.h"
#include "heap/global_heap.h"
#include "machine/host_string_mem.h"

namespace kheap::clib {

// The first `character`, or the string's end. The zero byte at the end is part
// of the string.
template <typename StringMem = machine::HostStringMem>
inline Address Strchrnul(const GlobalHeap& heap, Address string,
                         int character) {
  return string +
         Scan<StringMem>(
             heap, string,
             [=](const std::byte* bytes) {
               return StringMem::FindByteOrEndNear(bytes, ToByte(character));
             },
             [=](const std::byte* bytes, std::uint64_t begin,
                 std::uint64_t size) {
               return StringMem::FindByteOrEnd(bytes, begin, size,
                                               ToByte(character));
             });
}

// The first `character`, or null.
template <typename StringMem = machine::HostStringMem>
inline Address Strchr(const GlobalHeap& heap, Address string, int character) {
  const Address found = Strchrnul<StringMem>(heap, string, character);
  return *HostBytes(heap, found) == ToByte(character) ? found : kNullAddress;
}

// The last `character`, or null.
template <typename StringMem = machine::HostStringMem>
inline Address Strrchr(const GlobalHeap& heap, Address string, int character) {
  if (EndsForSure(heap, string)) [[likely]] {
    const std::byte* const last =
        StringMem::FindLast(HostBytes(heap, string), ToByte(character));
    return last != nullptr ? AddressOf(heap, last) : kNullAddress;
  }
  const std::uint64_t size = Strlen<StringMem>(heap, string) + 1;
  const std::uint64_t i = StringMem::Mem::FindLastByte(HostBytes(heap, string),
                                                       size, ToByte(character));
  return i < size ? string + i : kNullAddress;
}

// The length of the longest beginning of `string` that consists of characters
// of the string `accept`.
std::uint64_t Strspn(const GlobalHeap& heap, Address string, Address accept);

// The length of the longest beginning of `string` that holds no character of
// the string `reject`.
std::uint64_t Strcspn(const GlobalHeap& heap, Address string, Address reject);

// The first character of `string` that is in the string `accept`, or null.
Address Strpbrk(const GlobalHeap& heap, Address string, Address accept);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_STRING_SEARCH_H_
