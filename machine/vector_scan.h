// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_VECTOR_SCAN_H_
#define KHEAP_MACHINE_VECTOR_SCAN_H_

// Searches through bytes with the widest vectors of the processor that the
// program runs on (AVX-512, AVX2, SSE4, NEON, SVE …), chosen at the first call.
//
// Each function returns the first index in [begin, size) that qualifies, or
// some number not below `size` if there is none.
//
// Precondition: kVectorSlackBytes behind each range are readable. That is what
// makes these kernels faster than a C library's, which has to look out for a
// page that it may not read: they load whole vectors at any address.

#include <atomic>
#include <cstddef>

namespace kheap::machine {

inline constexpr std::size_t kVectorSlackBytes = 1024;

namespace vector_scan {

using ByteScan = std::size_t(const std::byte* bytes, std::size_t begin,
                             std::size_t size, std::byte value);
using BackwardScan = std::size_t(const std::byte* bytes, std::size_t size,
                                 std::byte value);
using PairScan = std::size_t(const std::byte* a, const std::byte* b,
                             std::size_t begin, std::size_t size);
using BytePairScan = std::size_t(const std::byte* bytes, std::size_t begin,
                                 std::size_t size, std::size_t distance,
                                 std::byte first, std::byte second);

// The kernels for this processor; before the first call, functions that find
// them out.
extern std::atomic<ByteScan*> find_byte;
extern std::atomic<ByteScan*> find_byte_or_zero;
extern std::atomic<BackwardScan*> find_last_byte;
extern std::atomic<PairScan*> find_difference_or_zero;
extern std::atomic<PairScan*> find_case_difference_or_zero;
extern std::atomic<BytePairScan*> find_byte_pair;

// Chooses the kernels anew. The first call does; so may a test that has taken
// vectors away from the processor.
void ChooseKernels();

}  // namespace vector_scan

inline std::size_t ScanForByte(const std::byte* bytes, std::size_t begin,
                               std::size_t size, std::byte value) {
  return vector_scan::find_byte.load(std::memory_order_relaxed)(bytes, begin,
                                                                size, value);
}

inline std::size_t ScanForByteOrZero(const std::byte* bytes, std::size_t begin,
                                     std::size_t size, std::byte value) {
  return vector_scan::find_byte_or_zero.load(std::memory_order_relaxed)(
      bytes, begin, size, value);
}

// The last index below `size`, or `size`.
inline std::size_t ScanBackForByte(const std::byte* bytes, std::size_t size,
                                   std::byte value) {
  return vector_scan::find_last_byte.load(std::memory_order_relaxed)(
      bytes, size, value);
}

// Where the byte of `a` differs from that of `b`, or both are zero.
inline std::size_t ScanForDifferenceOrZero(const std::byte* a,
                                           const std::byte* b,
                                           std::size_t begin,
                                           std::size_t size) {
  return vector_scan::find_difference_or_zero.load(std::memory_order_relaxed)(
      a, b, begin, size);
}

// The same but for the case of the letters A to Z.
inline std::size_t ScanForCaseDifferenceOrZero(const std::byte* a,
                                               const std::byte* b,
                                               std::size_t begin,
                                               std::size_t size) {
  return vector_scan::find_case_difference_or_zero.load(
      std::memory_order_relaxed)(a, b, begin, size);
}

// Where `first` is, with `second` at `distance` bytes behind it.
inline std::size_t ScanForBytePair(const std::byte* bytes, std::size_t begin,
                                   std::size_t size, std::size_t distance,
                                   std::byte first, std::byte second) {
  return vector_scan::find_byte_pair.load(std::memory_order_relaxed)(
      bytes, begin, size, distance, first, second);
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_VECTOR_SCAN_H_
