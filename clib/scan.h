// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_SCAN_H_
#define KHEAP_CLIB_SCAN_H_

// Searches through the bytes of guest strings, checked as guest_string.h says.
//
// A search is two functions. `far(bytes, begin, size)` returns the first index
// in [begin, size) that qualifies, or some number not below the size if there
// is none. `near(bytes)` is a quick look at the first Mem::kNearBytes bytes,
// inline: that many if none of them qualifies.
//
// Strings in the heap region of a fast arena take the quick way; all others,
// and all errors, go through the functions that end in ByByte.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/base/attributes.h"
#include "clib/guest_string.h"
#include "heap/global_heap.h"

namespace kheap::clib {

// The policy of a search without a quick look.
struct NoNear {
  static constexpr std::size_t kNearBytes = 0;
  std::uint64_t operator()(const std::byte*, const std::byte* = nullptr) const {
    return 0;
  }
};

// ScanUpTo for every case.
template <typename Far>
ABSL_ATTRIBUTE_NOINLINE std::uint64_t ScanByByte(const GlobalHeap& heap,
                                                 Address address,
                                                 std::uint64_t limit, Far far) {
  const std::uint64_t size =
      std::min(limit, heap.LoadableBytesInRegion(address));
  const std::uint64_t i =
      size == 0 ? 0 : std::min(size, far(HostBytes(heap, address), 0, size));
  if (i == size || heap.checked()) {
    RequireLoadable(heap, address, i < limit ? i + 1 : limit);
  }
  return i;
}

// The first index below `limit` of the bytes at `address` that qualifies, or
// some number not below the limit.
template <typename Mem, typename Near, typename Far>
inline std::uint64_t ScanUpTo(const GlobalHeap& heap, Address address,
                              std::uint64_t limit, Near near, Far far) {
  static_assert(Mem::kNearBytes <= GlobalHeap::kAheadBytes);
  if (heap.IsInFreeHeap(address) && limit <= heap.FreeHeapBytes(address))
      [[likely]] {
    const std::byte* const bytes = HostBytes(heap, address);
    const std::uint64_t i = near(bytes);
    return i < Mem::kNearBytes ? i : far(bytes, Mem::kNearBytes, limit);
  }
  return ScanByByte(heap, address, limit, far);
}

// The first index that qualifies.
template <typename Mem, typename Near, typename Far>
inline std::uint64_t Scan(const GlobalHeap& heap, Address address, Near near,
                          Far far) {
  static_assert(Mem::kNearBytes <= GlobalHeap::kAheadBytes);
  if (heap.IsInFreeHeap(address)) [[likely]] {
    const std::byte* const bytes = HostBytes(heap, address);
    std::uint64_t i = near(bytes);
    if (i < Mem::kNearBytes) return i;
    const std::uint64_t size = heap.FreeHeapBytes(address);
    i = far(bytes, Mem::kNearBytes, size);
    if (i < size) [[likely]]
      return i;
  }
  return ScanByByte(heap, address, kNoLimit, far);
}

// The same over two ranges at once.

template <typename Far>
ABSL_ATTRIBUTE_NOINLINE std::uint64_t ScanBothByByte(const GlobalHeap& heap,
                                                     Address a, Address b,
                                                     std::uint64_t limit,
                                                     Far far) {
  const std::uint64_t size = std::min(
      {limit, heap.LoadableBytesInRegion(a), heap.LoadableBytesInRegion(b)});
  const std::uint64_t i =
      size == 0 ? 0
                : std::min(size, far(HostBytes(heap, a), HostBytes(heap, b), 0,
                                     size));
  if (i == size || heap.checked()) {
    RequireBothLoadable(heap, a, b, i < limit ? i + 1 : limit);
  }
  return i;
}

template <typename Mem, typename Near, typename Far>
inline std::uint64_t ScanBothUpTo(const GlobalHeap& heap, Address a, Address b,
                                  std::uint64_t limit, Near near, Far far) {
  if (heap.IsInFreeHeap(a) && heap.IsInFreeHeap(b) &&
      limit <= heap.FreeHeapBytes(std::max(a, b))) [[likely]] {
    const std::byte* const bytes_a = HostBytes(heap, a);
    const std::byte* const bytes_b = HostBytes(heap, b);
    const std::uint64_t i = near(bytes_a, bytes_b);
    return i < Mem::kNearBytes ? i
                               : far(bytes_a, bytes_b, Mem::kNearBytes, limit);
  }
  return ScanBothByByte(heap, a, b, limit, far);
}

// ScanBoth from where `near` has looked.
template <typename Mem, typename Far>
ABSL_ATTRIBUTE_NOINLINE std::uint64_t ScanBothFar(const GlobalHeap& heap,
                                                  Address a, Address b,
                                                  Far far) {
  const std::uint64_t size = heap.FreeHeapBytes(std::max(a, b));
  const std::uint64_t i =
      far(HostBytes(heap, a), HostBytes(heap, b), Mem::kNearBytes, size);
  if (i < size) [[likely]]
    return i;
  return ScanBothByByte(heap, a, b, kNoLimit, far);
}

template <typename Mem, typename Near, typename Far>
inline std::uint64_t ScanBoth(const GlobalHeap& heap, Address a, Address b,
                              Near near, Far far) {
  static_assert(Mem::kNearBytes <= GlobalHeap::kAheadBytes);
  if (heap.IsInFreeHeap(a) && heap.IsInFreeHeap(b)) [[likely]] {
    const std::uint64_t i = near(HostBytes(heap, a), HostBytes(heap, b));
    return i < Mem::kNearBytes ? i : ScanBothFar<Mem>(heap, a, b, far);
  }
  return ScanBothByByte(heap, a, b, kNoLimit, far);
}

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_SCAN_H_
