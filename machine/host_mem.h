// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_HOST_MEM_H_
#define KHEAP_MACHINE_HOST_MEM_H_

// Memory functions by what this host does fastest: inline code for the sizes
// where a call would cost more than the work, then the host's C library, which
// has a version for each processor, or the vector kernels where those are
// faster.
//
// FastMem (fast_mem.h) has the same functions and needs neither; code that
// takes one as a template argument runs on either.
//
// Precondition of Compare and the searches: kVectorSlackBytes behind each range
// are readable, as they are behind every range of an arena.

#include <cstddef>
#include <cstring>

#include "machine/block16.h"
#include "machine/short_memory.h"
#include "machine/vector_scan.h"

namespace kheap::machine {

struct HostMem {
  // The ranges may overlap.
  static void Move(std::byte* destination, const std::byte* source,
                   std::size_t size) {
    if (size > kShortBytesMax) [[likely]] {
      std::memmove(destination, source, size);
    } else {
      CopyShort(destination, source, size);
    }
  }

  static void Fill(std::byte* destination, std::byte value, std::size_t size) {
    if (size > kShortBytesMax) [[likely]] {
      std::memset(destination, std::to_integer<int>(value), size);
    } else {
      FillShort(destination, value, size);
    }
  }

  // -1, 0 or 1, as unsigned bytes compare.
  static int Compare(const std::byte* a, const std::byte* b, std::size_t size) {
    if (size > kBlockBytes) [[likely]] {
      const int difference = std::memcmp(a, b, size);
      return (difference > 0) - (difference < 0);
    }
    const std::size_t i = FirstDifferenceIn16(a, b);
    return i < size ? SignOfDifference(a[i], b[i]) : 0;
  }

  // The index of the first byte equal to `value` in [begin, size); some number
  // not below `size` if there is none.
  static std::size_t FindByte(const std::byte* bytes, std::size_t begin,
                              std::size_t size, std::byte value) {
    return ScanForByte(bytes, begin, size, value);
  }
  // The same in the first kNearBytes bytes: kNearBytes if there is none.
  static constexpr std::size_t kNearBytes = 2 * kBlockBytes;
  static std::size_t FindByteNear(const std::byte* bytes, std::byte value) {
    return FirstEqualIn32(bytes, value);
  }

  // The index of the last byte equal to `value`, or `size`.
  static std::size_t FindLastByte(const std::byte* bytes, std::size_t size,
                                  std::byte value) {
    return ScanBackForByte(bytes, size, value);
  }
};

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_HOST_MEM_H_
