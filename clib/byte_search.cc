// SPDX-License-Identifier: Apache-2.0
#include "clib/byte_search.h"

#include "machine/host_mem.h"
#include "machine/vector_scan.h"

namespace kheap::clib {

namespace {

// The search by two bytes may compare this many bytes in vain, and as many
// again for each byte that it gets ahead.
constexpr std::uint64_t kFreeComparedBytes = 1024;
constexpr std::uint64_t kComparedBytesPerStep = 2;

}  // namespace

std::uint64_t ByteSearch::Find(const std::byte* haystack,
                               std::uint64_t haystack_bytes) const {
  if (size_ > haystack_bytes) return haystack_bytes;
  const std::uint64_t places = haystack_bytes - size_ + 1;
  std::uint64_t compared = 0;
  for (std::uint64_t i = 0;; ++i) {
    i = machine::ScanForBytePair(haystack, i, places, size_ - 1, needle_[0],
                                 needle_[size_ - 1]);
    if (i >= places) return haystack_bytes;
    if (machine::HostMem::Compare(haystack + i, needle_, size_) == 0) return i;
    compared += size_;
    if (compared > kFreeComparedBytes + kComparedBytesPerStep * i) {
      return i + TwoWaySearch<ExactBytes>(needle_, size_)
                     .Find(haystack + i, haystack_bytes - i);
    }
  }
}

}  // namespace kheap::clib
