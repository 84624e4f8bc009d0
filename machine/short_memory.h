// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_SHORT_MEMORY_H_
#define KHEAP_MACHINE_SHORT_MEMORY_H_

// Copying and filling of at most 64 bytes, inline and without a loop. Each size
// class is covered by blocks from both ends that overlap in the middle, and
// all loads come before the first store, so the ranges may overlap as well:
//
//   40 bytes   |--- 16 ---|--- 16 ---|
//                      |--- 16 ---|--- 16 ---|
//
// After the size classes of LLVM libc's memory functions (Guillaume Chatelet et
// al., automemcpy, ISMM 2021).

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "machine/packed_bytes.h"

namespace kheap::machine {

inline constexpr std::size_t kShortBytesMax = 64;

namespace short_memory {

// Bytes that one or a few moves carry; compilers keep them in registers.
template <std::size_t kSize>
struct Bytes {
  alignas(kSize) std::byte bytes[kSize];
};

template <std::size_t kSize>
inline Bytes<kSize> Load(const std::byte* source) {
  Bytes<kSize> block;
  std::memcpy(&block, source, kSize);
  return block;
}
template <std::size_t kSize>
inline void Store(std::byte* destination, Bytes<kSize> block) {
  std::memcpy(destination, &block, kSize);
}

// Any size in kSize … 2 * kSize.
template <std::size_t kSize>
inline void CopyEnds(std::byte* destination, const std::byte* source,
                     std::size_t size) {
  const auto head = Load<kSize>(source);
  const auto tail = Load<kSize>(source + size - kSize);
  Store<kSize>(destination, head);
  Store<kSize>(destination + size - kSize, tail);
}

template <std::size_t kSize>
inline void FillEnds(std::byte* destination, PackedBytes pattern,
                     std::size_t size) {
  std::memcpy(destination, &pattern, kSize);
  std::memcpy(destination + size - kSize, &pattern, kSize);
}

inline void Fill16(std::byte* destination, PackedBytes pattern) {
  const PackedBytes block[2] = {pattern, pattern};
  std::memcpy(destination, block, sizeof(block));
}

}  // namespace short_memory

// Copies `size` bytes (0 … 64); the ranges may overlap.
inline void CopyShort(std::byte* destination, const std::byte* source,
                      std::size_t size) {
  using short_memory::CopyEnds;
  using short_memory::Load;
  using short_memory::Store;
  if (size >= 16) {
    if (size <= 32) return CopyEnds<16>(destination, source, size);
    const auto a = Load<16>(source);
    const auto b = Load<16>(source + 16);
    const auto c = Load<16>(source + size - 32);
    const auto d = Load<16>(source + size - 16);
    Store<16>(destination, a);
    Store<16>(destination + 16, b);
    Store<16>(destination + size - 32, c);
    Store<16>(destination + size - 16, d);
    return;
  }
  if (size >= 8) return CopyEnds<8>(destination, source, size);
  if (size >= 4) return CopyEnds<4>(destination, source, size);
  if (size >= 2) return CopyEnds<2>(destination, source, size);
  if (size == 1) *destination = *source;
}

// Fills `size` bytes (0 … 64) with `value`.
inline void FillShort(std::byte* destination, std::byte value,
                      std::size_t size) {
  using short_memory::Fill16;
  using short_memory::FillEnds;
  const PackedBytes pattern = Broadcast(value);
  if (size >= 16) {
    Fill16(destination, pattern);
    Fill16(destination + size - 16, pattern);
    if (size <= 32) return;
    Fill16(destination + 16, pattern);
    Fill16(destination + size - 32, pattern);
    return;
  }
  if (size >= 8) return FillEnds<8>(destination, pattern, size);
  if (size >= 4) return FillEnds<4>(destination, pattern, size);
  if (size >= 2) return FillEnds<2>(destination, pattern, size);
  if (size == 1) *destination = value;
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_SHORT_MEMORY_H_
