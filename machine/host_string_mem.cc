// SPDX-License-Identifier: Apache-2.0
#include "machine/host_string_mem.h"

#include <algorithm>
#include <cstring>

namespace kheap::machine {

#if defined(_POSIX_C_SOURCE) && _POSIX_C_SOURCE >= 200809L

std::byte* HostStringMem::Copy(std::byte* destination,
                               const std::byte* source) {
  char* const to = reinterpret_cast<char*>(destination);
  const char* const from = reinterpret_cast<const char*>(source);
  return reinterpret_cast<std::byte*>(stpcpy(to, from));
}

std::byte* HostStringMem::CopyPadded(std::byte* destination,
                                     const std::byte* source,
                                     std::size_t size) {
  char* const to = reinterpret_cast<char*>(destination);
  const char* const from = reinterpret_cast<const char*>(source);
  return reinterpret_cast<std::byte*>(stpncpy(to, from, size));
}

#else  // A host with no more than standard C.

std::byte* HostStringMem::Copy(std::byte* destination,
                               const std::byte* source) {
  const std::size_t length = std::strlen(reinterpret_cast<const char*>(source));
  HostMem::Move(destination, source, length + 1);
  return destination + length;
}

std::byte* HostStringMem::CopyPadded(std::byte* destination,
                                     const std::byte* source,
                                     std::size_t size) {
  const std::size_t length = std::min(size, FindEnd(source, 0, size));
  HostMem::Move(destination, source, length);
  HostMem::Fill(destination + length, std::byte{0}, size - length);
  return destination + length;
}

#endif

}  // namespace kheap::machine
