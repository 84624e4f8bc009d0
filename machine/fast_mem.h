// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_FAST_MEM_H_
#define KHEAP_MACHINE_FAST_MEM_H_

// Memory functions in portable C++, a 64-bit word at a time: what runs where
// the host has nothing better, and what HostMem is tested against. Needs no
// readable byte outside its ranges.

#include <cstddef>

namespace kheap::machine {

struct FastMem {
  // The ranges may overlap.
  static void Move(std::byte* destination, const std::byte* source,
                   std::size_t size);
  static void Fill(std::byte* destination, std::byte value, std::size_t size);
  // -1, 0 or 1, as unsigned bytes compare.
  static int Compare(const std::byte* a, const std::byte* b, std::size_t size);
  // The index of the first byte equal to `value` in [begin, size), or `size`.
  static std::size_t FindByte(const std::byte* bytes, std::size_t begin,
                              std::size_t size, std::byte value);
  // There is no quick look at the first bytes.
  static constexpr std::size_t kNearBytes = 0;
  static std::size_t FindByteNear(const std::byte*, std::byte) { return 0; }

  // The index of the last byte equal to `value`, or `size`.
  static std::size_t FindLastByte(const std::byte* bytes, std::size_t size,
                                  std::byte value);
};

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_FAST_MEM_H_
