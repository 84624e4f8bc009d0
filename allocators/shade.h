// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_SHADE_H_
#define KHEAP_ALLOCATORS_SHADE_H_

// What the allocators tell the shadow, in checked mode; elsewhere nothing.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/shadow.h"

namespace kheap::shade {

// Sets each byte to `state`, as std::memset would. Of objects' sizes that is a
// few stores, of which the later ones may overlap the earlier; a call of
// std::memset takes a quarter of the time of a pool's operation.
inline void Fill(std::byte* begin, std::uint64_t size_bytes, ShadowByte state) {
  constexpr std::uint64_t kStep = 16;
  const int value = static_cast<int>(state);
  if (size_bytes < kStep || size_bytes > 4 * kStep) {
    std::memset(begin, value, size_bytes);
    return;
  }
  std::byte* const last = begin + (size_bytes - kStep);
  std::memset(begin, value, kStep);
  std::memset(last, value, kStep);
  if (size_bytes <= 2 * kStep) return;
  std::memset(begin + kStep, value, kStep);
  std::memset(last - kStep, value, kStep);
}

inline void Set(GlobalHeap& heap, Address begin, std::uint64_t size_bytes,
                ShadowByte state) {
  Shadow* const shadow = heap.shadow();
  if (shadow == nullptr) return;
  const std::uint64_t end = heap.break_address().offset();
  if (size_bytes > end || begin.offset() > end - size_bytes) [[unlikely]] {
    // A header or a link that a guest has forged: a fault.
    return shadow->Set(begin, size_bytes, state);
  }
  Fill(shadow->data() + begin.offset(), size_bytes, state);
}

// Bytes that the guest has just been given.
inline void Allocated(GlobalHeap& heap, Address begin,
                      std::uint64_t size_bytes) {
  Set(heap, begin, size_bytes, ShadowByte::kUninitialised);
}
// Bytes that an allocator has and nobody has been given yet.
inline void Unallocated(GlobalHeap& heap, Address begin,
                        std::uint64_t size_bytes) {
  Set(heap, begin, size_bytes, ShadowByte::kNeverAllocated);
}
// Bytes that the guest has given back.
inline void Freed(GlobalHeap& heap, Address begin, std::uint64_t size_bytes) {
  Set(heap, begin, size_bytes, ShadowByte::kFreed);
}
// An allocator's own bytes among the guest's.
inline void Private(GlobalHeap& heap, Address begin, std::uint64_t size_bytes) {
  Set(heap, begin, size_bytes, ShadowByte::kHeapRedZone);
}

// What lies between two objects in checked mode, so that an access beyond one
// does not reach the next.
inline constexpr std::uint64_t kRedZoneBytes = 16;
inline std::uint64_t RedZoneBytes(const GlobalHeap& heap) {
  return heap.checked() ? kRedZoneBytes : 0;
}

}  // namespace kheap::shade

#endif  // KHEAP_ALLOCATORS_SHADE_H_
