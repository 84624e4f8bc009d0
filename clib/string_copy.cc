// SPDX-License-Identifier: Apache-2.0
#include "clib/string_copy.h"

namespace kheap::clib {

using machine::HostMem;

std::uint64_t Strlcpy(GlobalHeap& heap, Address destination, Address source,
                      std::uint64_t size_bytes) {
  const std::uint64_t length = Strlen(heap, source);
  if (size_bytes == 0) return length;
  const std::uint64_t copied = std::min(length, size_bytes - 1);
  std::byte* const to =
      PrepareCopy(heap, destination, copied + 1, source, length + 1);
  HostMem::Move(to, HostBytes(heap, source), copied);
  to[copied] = std::byte{0};
  return length;
}

std::uint64_t Strxfrm(GlobalHeap& heap, Address destination, Address source,
                      std::uint64_t size_bytes) {
  const std::uint64_t length = Strlen(heap, source);
  const std::uint64_t copied = std::min(length + 1, size_bytes);
  std::byte* const to =
      PrepareCopy(heap, destination, copied, source, length + 1);
  HostMem::Move(to, HostBytes(heap, source), copied);
  return length;
}

}  // namespace kheap::clib
