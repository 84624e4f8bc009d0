// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_SECRET_MEMORY_H_
#define KHEAP_MACHINE_SECRET_MEMORY_H_

// For bytes that nobody else may learn, such as a key.
//
// Both functions are inline, so that even an optimiser that sees the whole
// program finds the barrier in them.

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kheap::machine {

namespace secret_memory {

#if defined(__GNUC__)
// The compiler has to assume that the bytes are read here.
inline void Keep(const std::byte* bytes) {
  asm volatile("" : : "r"(bytes) : "memory");
}
// It knows nothing of the value that comes out.
inline std::uint64_t Hide(std::uint64_t value) {
  asm volatile("" : "+r"(value));
  return value;
}
#else
inline std::uint64_t Hide(std::uint64_t value) {
  const volatile std::uint64_t hidden = value;
  return hidden;
}
#endif

}  // namespace secret_memory

// Writes zeros that no optimiser removes, though nothing reads them later.
inline void SecureZero(std::byte* bytes, std::size_t size) {
  // No bytes may have no place, which memset may not be given.
  if (size == 0) return;
#if defined(__GNUC__)
  std::memset(bytes, 0, size);
  secret_memory::Keep(bytes);
#else
  volatile std::byte* const each = bytes;
  for (std::size_t i = 0; i < size; ++i) each[i] = std::byte{0};
#endif
}

// Whether the bytes are the same, in a time that depends on `size` alone.
inline bool EqualInConstantTime(const std::byte* a, const std::byte* b,
                                std::size_t size) {
  std::uint64_t difference = 0;
  std::size_t i = 0;
  for (; i + sizeof(difference) <= size; i += sizeof(difference)) {
    std::uint64_t of_a;
    std::uint64_t of_b;
    std::memcpy(&of_a, a + i, sizeof(of_a));
    std::memcpy(&of_b, b + i, sizeof(of_b));
    difference = secret_memory::Hide(difference | (of_a ^ of_b));
  }
  for (; i < size; ++i) {
    difference = secret_memory::Hide(
        difference | std::to_integer<std::uint64_t>(a[i] ^ b[i]));
  }
  return difference == 0;
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_SECRET_MEMORY_H_
