// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_MEMORY_SEARCH_H_
#define KHEAP_CLIB_MEMORY_SEARCH_H_

// Comparing and searching ranges of a given size: memcmp, memchr, memrchr,
// memmem.
//
// The template argument says which kernels do the work, as in memory.h.
//
// Sources: C23 7.26.4.1 and 7.26.5.2; GNU for memrchr and memmem.

#include <cstdint>

#include "clib/guest_string.h"
#include "clib/scan.h"
#include "heap/global_heap.h"
#include "machine/host_mem.h"

namespace kheap::clib {

// -1, 0 or 1, as unsigned bytes compare. All bytes of both ranges are loaded.
template <typename Mem = machine::HostMem>
inline int Memcmp(const GlobalHeap& heap, Address a, Address b,
                  std::uint64_t size_bytes) {
  if (heap.AreFreelyLoadable(a, b, size_bytes)) [[likely]] {
    return Mem::Compare(HostBytes(heap, a), HostBytes(heap, b), size_bytes);
  }
  const std::byte* const bytes = heap.Span(a, size_bytes).data();
  const std::byte* const others = heap.Span(b, size_bytes).data();
  return size_bytes == 0 ? 0 : Mem::Compare(bytes, others, size_bytes);
}

// The first byte equal to `character`, or null. Loads no byte behind it (C23
// 7.26.5.2), so `size_bytes` may be larger than the object.
template <typename Mem = machine::HostMem>
inline Address Memchr(const GlobalHeap& heap, Address bytes, int character,
                      std::uint64_t size_bytes) {
  const std::uint64_t i = ScanUpTo<Mem>(
      heap, bytes, size_bytes,
      [=](const std::byte* near) {
        return Mem::FindByteNear(near, ToByte(character));
      },
      [=](const std::byte* host_bytes, std::uint64_t begin,
          std::uint64_t size) {
        return Mem::FindByte(host_bytes, begin, size, ToByte(character));
      });
  return i < size_bytes ? bytes + i : kNullAddress;
}

// The last byte equal to `character`, or null. All bytes are loaded.
template <typename Mem = machine::HostMem>
inline Address Memrchr(const GlobalHeap& heap, Address bytes, int character,
                       std::uint64_t size_bytes) {
  const std::uint64_t i = Mem::FindLastByte(heap.Span(bytes, size_bytes).data(),
                                            size_bytes, ToByte(character));
  return i < size_bytes ? bytes + i : kNullAddress;
}

// Where the bytes of `needle` occur first in `haystack`, or null. Sizes in
// bytes; an empty needle occurs at once. All bytes of both are loaded.
Address Memmem(const GlobalHeap& heap, Address haystack,
               std::uint64_t haystack_bytes, Address needle,
               std::uint64_t needle_bytes);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_MEMORY_SEARCH_H_
