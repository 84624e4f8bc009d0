// SPDX-License-Identifier: Apache-2.0
#include "clib/string_append.h"

#include <algorithm>

namespace kheap::clib {

using machine::HostMem;

Address Strncat(GlobalHeap& heap, Address destination, Address source,
                std::uint64_t limit) {
  const Address end = destination + Strlen(heap, destination);
  const std::uint64_t length = Strnlen(heap, source, limit);
  std::byte* const to =
      PrepareCopy(heap, end, length + 1, source, std::min(length + 1, limit));
  HostMem::Move(to, HostBytes(heap, source), length);
  to[length] = std::byte{0};
  return destination;
}

std::uint64_t Strlcat(GlobalHeap& heap, Address destination, Address source,
                      std::uint64_t size_bytes) {
  const std::uint64_t length = Strnlen(heap, destination, size_bytes);
  return length +
         Strlcpy(heap, destination + length, source, size_bytes - length);
}

}  // namespace kheap::clib
