// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_BYTE_ORDER_H_
#define KHEAP_MACHINE_BYTE_ORDER_H_

// Little-endian access to bytes on any host. Every number in the arena lies in
// little-endian order at any alignment; these two functions are the only way
// in and out, and compile to one move where the host is little-endian too.
//
// Raw bits are kept: a NaN's payload survives both directions.

#include <bit>
#include <cstddef>
#include <cstring>
#include <type_traits>

namespace kheap::machine {

// Copies `size_bytes` bytes in reverse order; the ranges must not overlap.
inline void CopyReversed(std::byte* destination, const std::byte* source,
                         std::size_t size_bytes) {
  for (std::size_t i = 0; i < size_bytes; ++i) {
    destination[i] = source[size_bytes - 1 - i];
  }
}

// Returns the T whose little-endian bytes begin at `source`.
template <typename T>
requires std::is_trivially_copyable_v<T>
inline T LoadLittleEndian(const std::byte* source) {
  T value;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&value, source, sizeof(T));
  } else {
    CopyReversed(reinterpret_cast<std::byte*>(&value), source, sizeof(T));
  }
  return value;
}

// Writes the little-endian bytes of `value` to `destination`.
template <typename T>
requires std::is_trivially_copyable_v<T>
inline void StoreLittleEndian(std::byte* destination, T value) {
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(destination, &value, sizeof(T));
  } else {
    CopyReversed(destination, reinterpret_cast<const std::byte*>(&value),
                 sizeof(T));
  }
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_BYTE_ORDER_H_
