// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_GUEST_STRING_H_
#define KHEAP_CLIB_GUEST_STRING_H_

// How far a function may read that stops at a byte it looks for: the rule for
// every C string in the arena.
//
//   what C's byte-by-byte loop would read           what follows
//   | 'k' | 'h' | 'e' | 'a' | 'p' |  0  |           is not touched
//   | 'k' | 'h' | 'e' | 'a' | 'p' | end of object   is a fault: a load of 1
//                                                   byte at the first byte that
//                                                   may not be loaded
//
// A string ends within its region (stack, data, heap …) and, in checked mode,
// within its object. The bytes are searched first, up to the end of the region
// and by whole vectors; then the bytes that a loop would have read are checked.
// So one check decides, and its answer is the loop's.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "heap/global_heap.h"

namespace kheap::clib {

inline constexpr std::uint64_t kNoLimit =
    std::numeric_limits<std::uint64_t>::max();

// C's conversion of an int argument that stands for a character.
constexpr std::byte ToByte(int character) {
  return static_cast<std::byte>(static_cast<unsigned char>(character));
}

inline const std::byte* HostBytes(const GlobalHeap& heap, Address address) {
  return heap.base() + address.offset();
}

inline Address AddressOf(const GlobalHeap& heap, const std::byte* host_byte) {
  return Address(static_cast<std::uint64_t>(host_byte - heap.base()));
}

// The fault of a loop over `string` that comes to the byte at `index`, which
// may not be loaded or lies behind the string's region.
[[noreturn]] void RaiseByteFault(const GlobalHeap& heap, Address string,
                                 std::uint64_t index);

// How many of `size_bytes` bytes a loop loads before such a byte.
std::uint64_t CountLoadableBytes(const GlobalHeap& heap, Address address,
                                 std::uint64_t size_bytes);

// Raises the fault of a loop that loads `size_bytes` bytes, if it has one.
void RequireLoadable(const GlobalHeap& heap, Address address,
                     std::uint64_t size_bytes);
// The same for a loop that alternates between two ranges, `a` first.
void RequireBothLoadable(const GlobalHeap& heap, Address a, Address b,
                         std::uint64_t size_bytes);

// What there is of a string, without a fault.
struct StringExtent {
  enum class End : std::uint8_t {
    kZero,   // a zero byte follows
    kLimit,  // `limit` bytes were read
    kFault,  // the next byte may not be loaded
  };
  std::uint64_t length;
  End end;
};
StringExtent MeasureString(const GlobalHeap& heap, Address string,
                           std::uint64_t limit);

// Whether it is certain that the string ends within its region, with no shadow
// to ask: every string in the heap does if the last byte below the break is
// zero, as it mostly is. Then the host may search it without a limit.
inline bool EndsForSure(const GlobalHeap& heap, Address string) {
  return heap.IsInFreeHeap(string) &&
         *HostBytes(heap, string + (heap.FreeHeapBytes(string) - 1)) ==
             std::byte{0};
}

// Whether two ranges have a byte in common.
constexpr bool Overlap(Address a, std::uint64_t a_bytes, Address b,
                       std::uint64_t b_bytes) {
  return a_bytes != 0 && b_bytes != 0 &&
         (a <= b ? b - a < a_bytes : a - b < b_bytes);
}

// The host bytes of a destination to which `destination_bytes` bytes are going
// to be stored, computed from `source_bytes` bytes at `source`. Where the two
// overlap although C forbids it: fault 118 in checked mode.
inline std::byte* PrepareCopy(GlobalHeap& heap, Address destination,
                              std::uint64_t destination_bytes, Address source,
                              std::uint64_t source_bytes) {
  if (heap.checked() &&
      Overlap(destination, destination_bytes, source, source_bytes)) {
    RaiseFault(FaultCode::kOverlappingCopy, Access::kStore, destination,
               destination_bytes);
  }
  return heap.Span(destination, destination_bytes, Access::kStore).data();
}

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_GUEST_STRING_H_
