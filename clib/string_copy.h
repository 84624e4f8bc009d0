// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_STRING_COPY_H_
#define KHEAP_CLIB_STRING_COPY_H_

// Copying strings: strcpy, stpcpy, strncpy, stpncpy, strlcpy, strxfrm.
//
// The whole of the source that is needed and the whole of the destination are
// checked before the first byte is written. Where the two overlap: fault 118 in
// checked mode; else as if the source were read whole before that.
//
// The template argument says which kernels do the work, as in string_length.h.
//
// Sources: C23 7.26.2 and 7.26.4.5, POSIX for stpcpy and stpncpy, OpenBSD and
// POSIX 2024 for strlcpy.

#include <algorithm>
#include <cstdint>

#include "absl/base/attributes.h"
#include "clib/guest_string.h"
#include "clib/string_length.h"
#include "heap/global_heap.h"
#include "machine/block16.h"
#include "machine/host_string_mem.h"

namespace kheap::clib {

namespace string_copy {

inline constexpr std::uint64_t kProbeBytes = 2 * machine::kBlockBytes;

// Whether it is certain, from a look at 32 bytes, that a string in the heap
// ends, that its copy fits, and that it does not overlap the string: all hold
// if there is a zero byte before the nearest of the three bounds. The bytes at
// the very end of that range are most likely to hold one.
//
//   source                     bound                destination
//   |  string … 0 … |  32 bytes  |                       |
inline bool IsSafeToCopyBlindly(const GlobalHeap& heap, Address destination,
                                Address source) {
  if (!heap.IsInFreeHeap(source) || !heap.IsInFreeHeap(destination)) {
    return false;
  }
  const std::uint64_t distance =
      std::min(destination - source, source - destination);
  const std::uint64_t bound =
      std::min(distance, heap.FreeHeapBytes(std::max(destination, source)));
  return bound >= kProbeBytes &&
         machine::FirstEqualIn32(HostBytes(heap, source + bound) - kProbeBytes,
                                 std::byte{0}) < kProbeBytes;
}

// Copy for every case.
template <typename StringMem>
ABSL_ATTRIBUTE_NOINLINE Address CopyLong(GlobalHeap& heap, Address destination,
                                         Address source) {
  if (IsSafeToCopyBlindly(heap, destination, source)) {
    std::byte* const to = heap.base() + destination.offset();
    return AddressOf(heap, StringMem::Copy(to, HostBytes(heap, source)));
  }
  const std::uint64_t size = Strlen<StringMem>(heap, source) + 1;
  std::byte* const to = PrepareCopy(heap, destination, size, source, size);
  StringMem::Mem::Move(to, HostBytes(heap, source), size);
  return destination + (size - 1);
}

// Stpncpy for every case.
template <typename StringMem>
ABSL_ATTRIBUTE_NOINLINE Address CopyLongPadded(GlobalHeap& heap,
                                               Address destination,
                                               Address source,
                                               std::uint64_t size_bytes) {
  if (heap.IsInFreeHeap(source) && size_bytes <= heap.FreeHeapBytes(source) &&
      size_bytes <= std::min(destination - source, source - destination) &&
      heap.IsFreelyStorable(destination, size_bytes)) {
    return AddressOf(
        heap, StringMem::CopyPadded(heap.base() + destination.offset(),
                                    HostBytes(heap, source), size_bytes));
  }
  const std::uint64_t length = Strnlen<StringMem>(heap, source, size_bytes);
  std::byte* const to = PrepareCopy(heap, destination, size_bytes, source,
                                    std::min(length + 1, size_bytes));
  StringMem::Mem::Move(to, HostBytes(heap, source), length);
  StringMem::Mem::Fill(to + length, std::byte{0}, size_bytes - length);
  return destination + length;
}

// Copies the string with its zero byte and returns the address of that.
template <typename StringMem>
inline Address Copy(GlobalHeap& heap, Address destination, Address source) {
  if (heap.IsInFreeHeap(source) && heap.IsFreelyStorable(destination, 1))
      [[likely]] {
    // What is left for the longer of the string and its copy.
    const std::uint64_t room =
        heap.FreeHeapBytes(std::max(destination, source));
    const std::uint64_t length = StringMem::CopyIfShort(
        heap.base() + destination.offset(), HostBytes(heap, source), room);
    if (length < room) [[likely]]
      return destination + length;
  }
  return CopyLong<StringMem>(heap, destination, source);
}

}  // namespace string_copy

template <typename StringMem = machine::HostStringMem>
inline Address Strcpy(GlobalHeap& heap, Address destination, Address source) {
  string_copy::Copy<StringMem>(heap, destination, source);
  return destination;
}

// Returns the address of the copied zero byte.
template <typename StringMem = machine::HostStringMem>
inline Address Stpcpy(GlobalHeap& heap, Address destination, Address source) {
  return string_copy::Copy<StringMem>(heap, destination, source);
}

// Fills exactly `size_bytes` bytes: the string, cut off or followed by zeros.
// Returns the address behind the last one that is not zero.
template <typename StringMem = machine::HostStringMem>
inline Address Stpncpy(GlobalHeap& heap, Address destination, Address source,
                       std::uint64_t size_bytes) {
  if (heap.IsInFreeHeap(source) &&
      heap.IsFreelyStorable(destination, size_bytes)) [[likely]] {
    const std::uint64_t room = std::min(size_bytes, heap.FreeHeapBytes(source));
    std::byte* const to = heap.base() + destination.offset();
    const std::uint64_t length =
        StringMem::CopyIfShort(to, HostBytes(heap, source), room);
    if (length < room) {
      const std::uint64_t copied = length + 1;
      if (copied < size_bytes) {
        StringMem::Mem::Fill(to + copied, std::byte{0}, size_bytes - copied);
      }
      return destination + length;
    }
  }
  return string_copy::CopyLongPadded<StringMem>(heap, destination, source,
                                                size_bytes);
}

template <typename StringMem = machine::HostStringMem>
inline Address Strncpy(GlobalHeap& heap, Address destination, Address source,
                       std::uint64_t size_bytes) {
  Stpncpy<StringMem>(heap, destination, source, size_bytes);
  return destination;
}

// Copies what fits into `size_bytes` bytes including a zero byte at the end,
// nothing if that is 0. Returns the length of the source.
std::uint64_t Strlcpy(GlobalHeap& heap, Address destination, Address source,
                      std::uint64_t size_bytes);

// In the locale "C" the transformed string is the string. At most `size_bytes`
// bytes are written, none behind the zero byte; the result was cut off, and has
// no zero byte, if the length that is returned is not below `size_bytes`.
std::uint64_t Strxfrm(GlobalHeap& heap, Address destination, Address source,
                      std::uint64_t size_bytes);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_STRING_COPY_H_
