// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_FAST_STRING_MEM_H_
#define KHEAP_MACHINE_FAST_STRING_MEM_H_

// String functions in portable C++, a 64-bit word at a time, as FastMem is for
// memory. HostStringMem has the same functions.
//
// Each search returns the first index in [begin, size) that qualifies, or
// `size`. Only Copy reads outside its range: up to kStringSlackBytes behind the
// end.

#include <cstddef>

#include "machine/fast_mem.h"

namespace kheap::machine {

inline constexpr std::size_t kStringSlackBytes = 64;

struct FastStringMem {
  using Mem = FastMem;

  // Where the string ends.
  static std::size_t FindEnd(const std::byte* string, std::size_t begin,
                             std::size_t size);
  // Where `value` or the end of the string is.
  static std::size_t FindByteOrEnd(const std::byte* string, std::size_t begin,
                                   std::size_t size, std::byte value);
  // Where the strings differ or both end.
  static std::size_t FindDifferenceOrEnd(const std::byte* a, const std::byte* b,
                                         std::size_t begin, std::size_t size);

  // The same but for the case of the letters A to Z.
  static std::size_t FindCaseDifferenceOrEnd(const std::byte* a,
                                             const std::byte* b,
                                             std::size_t begin,
                                             std::size_t size);

  // There is no quick look at the first bytes.
  static constexpr std::size_t kNearBytes = 0;
  static std::size_t FindEndNear(const std::byte*) { return 0; }
  static std::size_t FindByteOrEndNear(const std::byte*, std::byte) {
    return 0;
  }
  static std::size_t FindDifferenceOrEndNear(const std::byte*,
                                             const std::byte*) {
    return 0;
  }
  static std::size_t FindCaseDifferenceOrEndNear(const std::byte*,
                                                 const std::byte*) {
    return 0;
  }

  // For strings that end, as HostStringMem has them.
  static int CompareUpTo(const std::byte* a, const std::byte* b,
                         std::size_t limit);
  static const std::byte* FindLast(const std::byte* string, std::byte value);

  // Copies the string with its zero byte and returns its length, if that is
  // below `room` and the string is short; else writes nothing and returns a
  // number not below `room`. The two may overlap.
  static std::size_t CopyIfShort(std::byte* destination,
                                 const std::byte* source, std::size_t room);
  // Copies the string with its zero byte and returns the end of the copy, where
  // that is. The string ends, its copy fits, and the two do not overlap.
  static std::byte* Copy(std::byte* destination, const std::byte* source);
  // Fills `size` bytes with the string, cut off or followed by zeros, and
  // returns where its characters end. The two do not overlap.
  static std::byte* CopyPadded(std::byte* destination, const std::byte* source,
                               std::size_t size);
};

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_FAST_STRING_MEM_H_
