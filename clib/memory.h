// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_MEMORY_H_
#define KHEAP_CLIB_MEMORY_H_

// Copying and filling: memcpy, mempcpy, memmove, memccpy, memset,
// memset_explicit, swab.
//
// Every range is checked before the first byte is written. The template
// argument says which kernels do the work: machine::HostMem (this host's
// fastest) or machine::FastMem (portable); the results are the same.
//
// Ranges that may not overlap but do: fault 118 in checked mode; else as if the
// source were read whole before the first byte is written.
//
// In checked mode the copying functions copy the initialised state of the bytes
// with them, except for memccpy and swab, which look at what they copy.
//
// Sources: C23 7.26.2 and 7.26.6; POSIX for memccpy and swab; GNU for mempcpy.

#include <cstdint>

#include "clib/guest_string.h"
#include "clib/scan.h"
#include "heap/global_heap.h"
#include "machine/host_mem.h"

namespace kheap::clib {

template <typename Mem = machine::HostMem>
inline Address Memcpy(GlobalHeap& heap, Address destination, Address source,
                      std::uint64_t size_bytes) {
  if (heap.IsFreelyCopyable(destination, source, size_bytes)) [[likely]] {
    Mem::Move(heap.base() + destination.offset(), HostBytes(heap, source),
              size_bytes);
  } else {
    heap.Copy(destination, source, size_bytes);
  }
  return destination;
}

// Returns the address behind the copy.
template <typename Mem = machine::HostMem>
inline Address Mempcpy(GlobalHeap& heap, Address destination, Address source,
                       std::uint64_t size_bytes) {
  return Memcpy<Mem>(heap, destination, source, size_bytes) + size_bytes;
}

template <typename Mem = machine::HostMem>
inline Address Memmove(GlobalHeap& heap, Address destination, Address source,
                       std::uint64_t size_bytes) {
  if (heap.IsFreelyCopyable(destination, source, size_bytes)) [[likely]] {
    Mem::Move(heap.base() + destination.offset(), HostBytes(heap, source),
              size_bytes);
  } else {
    heap.Move(destination, source, size_bytes);
  }
  return destination;
}

template <typename Mem = machine::HostMem>
inline Address Memset(GlobalHeap& heap, Address destination, int character,
                      std::uint64_t size_bytes) {
  Mem::Fill(heap.Span(destination, size_bytes, Access::kStore).data(),
            ToByte(character), size_bytes);
  return destination;
}

// A store to the arena is never optimised away, so this is Memset.
inline Address MemsetExplicit(GlobalHeap& heap, Address destination,
                              int character, std::uint64_t size_bytes) {
  return Memset(heap, destination, character, size_bytes);
}

// Copies up to and including the first byte equal to `character`, at most
// `size_bytes` bytes. Returns the address behind that byte's copy, or null if
// there is none. Reads the source no further than that byte.
template <typename Mem = machine::HostMem>
inline Address Memccpy(GlobalHeap& heap, Address destination, Address source,
                       int character, std::uint64_t size_bytes) {
  const std::uint64_t i = ScanUpTo<Mem>(
      heap, source, size_bytes,
      [=](const std::byte* near) {
        return Mem::FindByteNear(near, ToByte(character));
      },
      [=](const std::byte* bytes, std::uint64_t begin, std::uint64_t size) {
        return Mem::FindByte(bytes, begin, size, ToByte(character));
      });
  const bool found = i < size_bytes;
  const std::uint64_t copied = found ? i + 1 : size_bytes;
  std::byte* const to = PrepareCopy(heap, destination, copied, source, copied);
  Mem::Move(to, HostBytes(heap, source), copied);
  return found ? destination + copied : kNullAddress;
}

// Copies `size_bytes` bytes, exchanging the two of each pair. A negative size
// copies nothing; the last byte of an odd number is not copied.
void Swab(GlobalHeap& heap, Address source, Address destination,
          std::int64_t size_bytes);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_MEMORY_H_
