// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_CACHE_H_
#define KHEAP_MACHINE_CACHE_H_

// The caches between processor and memory. Nothing here changes what a program
// computes, only when bytes move.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "machine/processor.h"

namespace kheap::machine {

// What data is laid out for; the host's own size may be another.
inline constexpr std::size_t kCacheLineBytes = 64;

// The host's, in bytes. Found out at the first call.
std::size_t CacheLineBytes();
// The unit in which the operating system gives out memory.
std::size_t HostPageBytes();

// How soon the line will be used again: kNone once, kHigh all the time.
enum class Locality { kNone = 0, kLow = 1, kModerate = 2, kHigh = 3 };

// Fetches the line that holds `place`, which need not be readable.
template <Locality kLocality = Locality::kHigh, Processor Host = HostProcessor>
inline void PrefetchForRead(const void* place) {
  Host::template PrefetchForRead<static_cast<int>(kLocality)>(place);
}
template <Locality kLocality = Locality::kHigh, Processor Host = HostProcessor>
inline void PrefetchForWrite(const void* place) {
  Host::template PrefetchForWrite<static_cast<int>(kLocality)>(place);
}

// Writes the lines that hold these bytes back to memory and drops them from the
// caches; done when it returns, where a program may do that (not on RISC-V).
template <Processor Host = HostProcessor>
inline void FlushCacheLines(const std::byte* begin, std::size_t size) {
  if (size == 0) return;
  const std::size_t line = CacheLineBytes();
  // The first byte names the first line, and each later line's first its own.
  const std::size_t offset = reinterpret_cast<std::uintptr_t>(begin) % line;
  Host::FlushLine(begin);
  for (std::size_t i = line - offset; i < size; i += line) {
    Host::FlushLine(begin + i);
  }
  Host::EndFlush();
}

// Copies without filling the caches with the copy: for more bytes than they
// hold, or for bytes that are not used soon. The ranges do not overlap.
template <Processor Host = HostProcessor>
inline void CopyNonTemporal(std::byte* destination, const std::byte* source,
                            std::size_t size) {
  constexpr std::size_t kBlockBytes = 64;
  const std::size_t head =
      (kBlockBytes - reinterpret_cast<std::uintptr_t>(destination)) %
      kBlockBytes;
  if (size < head + kBlockBytes) {
    if (size != 0) std::memcpy(destination, source, size);
    return;
  }
  std::memcpy(destination, source, head);
  std::size_t i = head;
  for (; size - i >= kBlockBytes; i += kBlockBytes) {
    Host::StreamBlock(destination + i, source + i);
  }
  Host::EndStream();
  std::memcpy(destination + i, source + i, size - i);
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_CACHE_H_
