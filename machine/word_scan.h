// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_WORD_SCAN_H_
#define KHEAP_MACHINE_WORD_SCAN_H_

// The one loop of all portable searches, a 64-bit word at a time.
//
// A search is given as two functions of an index: `mark(i)` looks at the eight
// bytes from i on and returns a word whose lowest set bit lies in the first
// byte that qualifies, 0 if none does; `stop(i)` looks at byte i alone.

#include <algorithm>
#include <cstddef>

#include "machine/packed_bytes.h"

namespace kheap::machine {

namespace word_scan {

// The first index in [i, size) that qualifies, or `size`.
template <typename Mark, typename Stop>
inline std::size_t FindFrom(std::size_t i, std::size_t size, Mark mark,
                            Stop stop) {
  const std::size_t words_end = size - (size - i) % kPackedBytes;
  for (; i != words_end; i += kPackedBytes) {
    const PackedBytes marks = mark(i);
    if (marks != 0) return i + FirstMarked(marks);
  }
  while (i < size && !stop(i)) ++i;
  return i;
}

}  // namespace word_scan

// Returns the first index in [begin, size) that qualifies, or `size`, and reads
// nothing behind it.
//
// Most searches end soon, so the first bytes are searched word by word. Behind
// them the middle loop steps over 64 bytes in which nothing qualifies; it has a
// form that compilers turn into vector instructions where the host has them.
template <typename Mark, typename Stop>
inline std::size_t FindFirstByWords(std::size_t begin, std::size_t size,
                                    Mark mark, Stop stop) {
  constexpr std::size_t kNearBytes = 16 * kPackedBytes;
  constexpr std::size_t kStrideBytes = 8 * kPackedBytes;
  if (begin >= size) return size;
  const std::size_t near = begin + std::min(size - begin, kNearBytes);
  std::size_t i = word_scan::FindFrom(begin, near, mark, stop);
  if (i < near) return i;
  const std::size_t strides_end = size - (size - i) % kStrideBytes;
  for (; i != strides_end; i += kStrideBytes) {
    PackedBytes marks = 0;
    for (std::size_t j = 0; j < kStrideBytes; j += kPackedBytes) {
      marks |= mark(i + j);
    }
    if (marks != 0) break;
  }
  return word_scan::FindFrom(i, size, mark, stop);
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_WORD_SCAN_H_
