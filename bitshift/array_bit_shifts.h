// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_ARRAY_BIT_SHIFTS_H_
#define KHEAP_BITSHIFT_ARRAY_BIT_SHIFTS_H_

// Shifts of long numbers that lie in the arena, in place: the functions of
// limb_shifts.h, on addresses. No byte is copied to the host.
//
//   ArrayBitShifts shifts(heap);
//   const std::uint16_t carry =
//       shifts.Shl16LeInPlace(base, /*from=*/0, /*len=*/4, /*s=*/3).value();
//
// The number is the `len` limbs base[from] … base[from + len - 1]. `base` is
// the address of limb 0, at any alignment; `from` and `len` count limbs. As in
// a guest's pointer arithmetic the address of base[from] wraps at 2^64.
//
// Errors: an s outside 1 … W - 1, for limbs of W bits, is InvalidArgument
// whatever the address. A number that the guest may not both load and store is
// a MemoryFault with Access::kUpdate over all of it (in checked mode that
// includes uninitialised bytes); a length of more bytes than 2^64 - 1 counts as
// 2^64 - 1. In both cases no byte has changed. No limbs touch no byte.

#include <cstdint>
#include <limits>
#include <span>

#include "absl/status/statusor.h"
#include "bitshift/limb.h"
#include "bitshift/limb_shifts.h"
#include "bitshift/parallel_limb_shifts.h"
#include "heap/address.h"
#include "heap/global_heap.h"

namespace kheap {

class ArrayBitShifts {
 public:
  explicit ArrayBitShifts(GlobalHeap& heap) : heap_(heap) {}

  // ---- by less than a limb: s is in 1 … W - 1 -------------------------------

  // Returns the carry.
  template <Limb L>
  absl::StatusOr<L> ShlLeInPlace(Address base, std::uint64_t from,
                                 std::uint64_t len, int s, L carry_in = 0) {
    if (!IsLimbShift<L>(s)) [[unlikely]] {
      return RefuseLimbShift(s, 0, kLimbBits<L>);
    }
    return kheap::ShlLeInPlace<L>(Number<L>(base, from, len), s, carry_in);
  }

  // Returns the carry and the sticky bit.
  template <Limb L>
  absl::StatusOr<RightShiftOut<L>> RshLeInPlace(Address base,
                                                std::uint64_t from,
                                                std::uint64_t len, int s,
                                                L carry_in = 0) {
    if (!IsLimbShift<L>(s)) [[unlikely]] {
      return RefuseLimbShift(s, 0, kLimbBits<L>);
    }
    return kheap::RshLeInPlace<L>(Number<L>(base, from, len), s, carry_in);
  }

  absl::StatusOr<std::uint16_t> Shl16LeInPlace(Address base, std::uint64_t from,
                                               std::uint64_t len, int s,
                                               std::uint16_t carry_in = 0) {
    return ShlLeInPlace<std::uint16_t>(base, from, len, s, carry_in);
  }
  absl::StatusOr<RightShiftOut<std::uint16_t>> Rsh16LeInPlace(
      Address base, std::uint64_t from, std::uint64_t len, int s,
      std::uint16_t carry_in = 0) {
    return RshLeInPlace<std::uint16_t>(base, from, len, s, carry_in);
  }

  // The same by up to `workers` threads, for very long numbers.
  template <Limb L>
  absl::StatusOr<L> ShlLeInPlaceParallel(Address base, std::uint64_t from,
                                         std::uint64_t len, int s, L carry_in,
                                         int workers) {
    if (!IsLimbShift<L>(s)) [[unlikely]] {
      return RefuseLimbShift(s, 0, kLimbBits<L>);
    }
    return kheap::ShlLeInPlaceParallel<L>(Number<L>(base, from, len), s,
                                          carry_in, workers);
  }
  template <Limb L>
  absl::StatusOr<RightShiftOut<L>> RshLeInPlaceParallel(Address base,
                                                        std::uint64_t from,
                                                        std::uint64_t len,
                                                        int s, L carry_in,
                                                        int workers) {
    if (!IsLimbShift<L>(s)) [[unlikely]] {
      return RefuseLimbShift(s, 0, kLimbBits<L>);
    }
    return kheap::RshLeInPlaceParallel<L>(Number<L>(base, from, len), s,
                                          carry_in, workers);
  }

  // ---- by any number of bits, or of whole limbs -----------------------------

  // Each returns whether a set bit left the number.
  template <Limb L>
  bool ShlBitsLeInPlace(Address base, std::uint64_t from, std::uint64_t len,
                        std::uint64_t count) {
    return kheap::ShlBitsLeInPlace(Number<L>(base, from, len), count);
  }
  template <Limb L>
  bool RshBitsLeInPlace(Address base, std::uint64_t from, std::uint64_t len,
                        std::uint64_t count) {
    return kheap::RshBitsLeInPlace(Number<L>(base, from, len), count);
  }
  template <Limb L>
  bool ShlWordsLeInPlace(Address base, std::uint64_t from, std::uint64_t len,
                         std::uint64_t count) {
    return kheap::ShlWordsLeInPlace<L>(Number<L>(base, from, len), count);
  }
  template <Limb L>
  bool RshWordsLeInPlace(Address base, std::uint64_t from, std::uint64_t len,
                         std::uint64_t count) {
    return kheap::RshWordsLeInPlace<L>(Number<L>(base, from, len), count);
  }

 private:
  template <Limb L>
  std::span<std::byte> Number(Address base, std::uint64_t from,
                              std::uint64_t len) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t size_bytes =
        len > kMax / sizeof(L) ? kMax : len * sizeof(L);
    return heap_.Span(base + from * sizeof(L), size_bytes, Access::kUpdate);
  }

  GlobalHeap& heap_;
};

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_ARRAY_BIT_SHIFTS_H_
