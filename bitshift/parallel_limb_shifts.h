// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_PARALLEL_LIMB_SHIFTS_H_
#define KHEAP_BITSHIFT_PARALLEL_LIMB_SHIFTS_H_

// The shifts by less than a limb of limb_shifts.h, for very long numbers, by
// several threads at once. Bytes, carry and sticky bit are the same.
//
// The number is cut into one piece per worker. A worker gets the base, the
// offset and the length of its piece, and touches no other byte: it notes the
// bits that the piece is going to lose, and shifts it. When all are done, the
// lost bits of each piece fill the open end of the next. A left shift:
//
//   piece 0            piece 1            piece 2
//   | open ... lost -> | open ... lost -> | open ... lost -> carry
//
// It pays beyond the last-level cache, as far as one processor leaves memory
// bandwidth over; docs/design/bitshift.md has figures.
//
// Threads: the workers are gone when a function returns. The bytes must not be
// used by others meanwhile.

#include <cstddef>
#include <span>

#include "absl/status/statusor.h"
#include "bitshift/limb.h"
#include "bitshift/limb_shifts.h"

namespace kheap {

namespace internal {

// Shift by `s`, in 1 … 63, and let zeros in.
void ShlInPieces(std::span<std::byte> number, int s, int workers);
void RshInPieces(std::span<std::byte> number, int s, int workers);

}  // namespace internal

// `workers` is how many threads may run at once, the caller's among them; with
// fewer than 2 it runs alone. The caller's thread also takes over the pieces
// for which the host grants no thread.

template <Limb L>
absl::StatusOr<L> ShlLeInPlaceParallel(std::span<std::byte> number, int s,
                                       L carry_in, int workers) {
  if (!internal::CanShift<L>(number, s)) {
    return RefuseLimbShift(s, number.size(), kLimbBits<L>);
  }
  return internal::ShlWithCarry<L>(
      number, s, carry_in, [workers](std::span<std::byte> bytes, int count) {
        internal::ShlInPieces(bytes, count, workers);
      });
}

template <Limb L>
absl::StatusOr<RightShiftOut<L>> RshLeInPlaceParallel(
    std::span<std::byte> number, int s, L carry_in, int workers) {
  if (!internal::CanShift<L>(number, s)) {
    return RefuseLimbShift(s, number.size(), kLimbBits<L>);
  }
  return internal::RshWithCarry<L>(
      number, s, carry_in, [workers](std::span<std::byte> bytes, int count) {
        internal::RshInPieces(bytes, count, workers);
      });
}

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_PARALLEL_LIMB_SHIFTS_H_
