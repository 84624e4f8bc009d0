// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_LIMB_SHIFT_H_
#define KHEAP_MACHINE_LIMB_SHIFT_H_

// Shifts of long numbers by less than one 64-bit word, on the fastest vector
// unit of the processor at hand, which is chosen when the first shift runs.
//
// A number is `size_bytes` bytes in little-endian order, of any size and at
// any alignment. Limbs of 8, 16, 32 and 64 bits are all the same bytes, so one
// shift serves every limb width.
//
//   ShiftLeft    destination = source * 2^count modulo 256^size_bytes
//   ShiftRight   destination = source / 2^count, rounded down
//
// Preconditions: `count` is in 1 … 63. The two ranges may be the same. Where
// they overlap otherwise, the destination of a left shift lies above its
// source and that of a right shift below it, so that a shift by any number of
// bits is one pass. What leaves the number is lost: who wants a carry reads it
// first.
//
// docs/design/bitshift.md has the drawing and the figures.

#include <atomic>
#include <cstddef>
#include <vector>

#include "machine/limb_shift_lone_block.h"

namespace kheap::machine {

using LimbShift = void(std::byte* destination, const std::byte* source,
                       std::size_t size_bytes, int count);

namespace internal {

// The chosen ones. The first call of each chooses.
extern constinit std::atomic<LimbShift*> chosen_shift_left;
extern constinit std::atomic<LimbShift*> chosen_shift_right;

LimbShift ShiftLeftVbmi2;
LimbShift ShiftRightVbmi2;

constexpr bool IsLoneBlock(std::size_t size_bytes) {
  return kHasLoneBlock && size_bytes == kLoneBlockBytes;
}

}  // namespace internal

inline void ShiftLeft(std::byte* destination, const std::byte* source,
                      std::size_t size_bytes, int count) {
  LimbShift* const shift =
      internal::chosen_shift_left.load(std::memory_order_relaxed);
  if (shift == &internal::ShiftLeftVbmi2 && internal::IsLoneBlock(size_bytes)) {
    internal::ShiftLoneBlockLeft(destination, source, count);
  } else {
    shift(destination, source, size_bytes, count);
  }
}

inline void ShiftRight(std::byte* destination, const std::byte* source,
                       std::size_t size_bytes, int count) {
  LimbShift* const shift =
      internal::chosen_shift_right.load(std::memory_order_relaxed);
  if (shift == &internal::ShiftRightVbmi2 &&
      internal::IsLoneBlock(size_bytes)) {
    internal::ShiftLoneBlockRight(destination, source, count);
  } else {
    shift(destination, source, size_bytes, count);
  }
}

// One implementation, for tests and benchmarks that compare them.
struct LimbShiftKernel {
  const char* name;  // as Highway calls the target: "AVX3_DL", "AVX2", "NEON" …
  LimbShift* left;
  LimbShift* right;
};

// All that this processor can run, the chosen one first. Not to be called while
// another thread shifts for the first time.
std::vector<LimbShiftKernel> RunnableLimbShiftKernels();

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_LIMB_SHIFT_H_
