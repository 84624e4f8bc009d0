// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_HOST_STRING_MEM_H_
#define KHEAP_MACHINE_HOST_STRING_MEM_H_

// String functions by what this host does fastest, as HostMem is for memory:
// the first 32 bytes inline, then vector kernels.
//
// Each search returns the first index in [begin, size) that qualifies, or some
// number not below `size` if there is none.
//
// Precondition: kVectorSlackBytes behind each range are readable.

#include <cstddef>
#include <cstring>

#include "machine/block16.h"
#include "machine/host_mem.h"
#include "machine/vector_copy.h"
#include "machine/vector_scan.h"

namespace kheap::machine {

struct HostStringMem {
  using Mem = HostMem;

  // Where the string ends.
  static std::size_t FindEnd(const std::byte* string, std::size_t begin,
                             std::size_t size) {
    return ScanForByte(string, begin, size, std::byte{0});
  }
  // Where `value` or the end of the string is.
  static std::size_t FindByteOrEnd(const std::byte* string, std::size_t begin,
                                   std::size_t size, std::byte value) {
    return ScanForByteOrZero(string, begin, size, value);
  }
  // Where the strings differ or both end.
  static std::size_t FindDifferenceOrEnd(const std::byte* a, const std::byte* b,
                                         std::size_t begin, std::size_t size) {
    return ScanForDifferenceOrZero(a, b, begin, size);
  }

  // The same but for the case of the letters A to Z.
  static std::size_t FindCaseDifferenceOrEnd(const std::byte* a,
                                             const std::byte* b,
                                             std::size_t begin,
                                             std::size_t size) {
    return ScanForCaseDifferenceOrZero(a, b, begin, size);
  }

  // The same in the first kNearBytes bytes: kNearBytes if there is none.
  static constexpr std::size_t kNearBytes = 2 * kBlockBytes;
  static std::size_t FindEndNear(const std::byte* string) {
    return FirstEqualIn32(string, std::byte{0});
  }
  static std::size_t FindByteOrEndNear(const std::byte* string,
                                       std::byte value) {
    return FirstEqualOrZeroIn32(string, value);
  }
  static std::size_t FindDifferenceOrEndNear(const std::byte* a,
                                             const std::byte* b) {
    return FirstDifferenceOrZeroIn32(a, b);
  }
  static std::size_t FindCaseDifferenceOrEndNear(const std::byte* a,
                                                 const std::byte* b) {
    return FirstCaseDifferenceOrZeroIn32(a, b);
  }

  // For strings that end, which is all that these ask: the host's C library.

  // -1, 0 or 1, as the first `limit` bytes compare.
  static int CompareUpTo(const std::byte* a, const std::byte* b,
                         std::size_t limit) {
    const int order = std::strncmp(Characters(a), Characters(b), limit);
    return (order > 0) - (order < 0);
  }
  // The last byte equal to `value`, or null; the zero at the end is one.
  static const std::byte* FindLast(const std::byte* string, std::byte value) {
    return reinterpret_cast<const std::byte*>(
        std::strrchr(Characters(string), std::to_integer<int>(value)));
  }
  // How many bytes from the begin on are in `set`, a string; or are not.
  static std::size_t CountIn(const std::byte* string, const std::byte* set) {
    return std::strspn(Characters(string), Characters(set));
  }
  static std::size_t CountNotIn(const std::byte* string, const std::byte* set) {
    return std::strcspn(Characters(string), Characters(set));
  }
  // Where `text` occurs first, or null. In the worst case the time may grow
  // with the product of both lengths.
  static const std::byte* FindText(const std::byte* string,
                                   const std::byte* text) {
    return reinterpret_cast<const std::byte*>(
        std::strstr(Characters(string), Characters(text)));
  }

  // Copies the string with its zero byte and returns its length, if that is
  // below `room` and the string is short; else writes nothing and returns a
  // number not below `room`. The two may overlap.
  static std::size_t CopyIfShort(std::byte* destination,
                                 const std::byte* source, std::size_t room) {
    return CopyShortString(destination, source, room);
  }
  // Copies the string with its zero byte and returns the end of the copy, where
  // that is. The string ends, its copy fits, and the two do not overlap.
  static std::byte* Copy(std::byte* destination, const std::byte* source);
  // Fills `size` bytes with the string, cut off or followed by zeros, and
  // returns where its characters end. The two do not overlap.
  static std::byte* CopyPadded(std::byte* destination, const std::byte* source,
                               std::size_t size);

 private:
  static const char* Characters(const std::byte* string) {
    return reinterpret_cast<const char*>(string);
  }
};

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_HOST_STRING_MEM_H_
