// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_LIMB_SHIFTS_H_
#define KHEAP_BITSHIFT_LIMB_SHIFTS_H_

// Shifts of long numbers over spans of bytes, in place.
//
// A number is an array of limbs of 8, 16, 32 or 64 bits in little-endian order:
// the lowest limb first, the lowest byte of each limb first, at any alignment.
// So the same bytes are the same number for every limb width, and the width
// only says how large a shift may be and how wide a carry is.
//
// A shift by s, in 1 … W - 1 for limbs of W bits, follows the rule that a loop
// over the limbs would:
//
//   left, from the lowest limb up        right, from the highest limb down
//     new   = ((v << s) mod 2^W) | carry   new   = (v >> s) | carry
//     carry = v >> (W - s)                 carry = (v << (W - s)) mod 2^W
//
// `carry_in` is the carry that the first limb meets, or-ed into it as it is,
// and the result is the carry that the last limb leaves. So a number in two
// pieces is shifted by shifting one piece after the other, the carry handed on.
// A number without limbs hands its carry on too.
//
// Errors: an s outside 1 … W - 1, or a span that is not whole limbs, is
// InvalidArgument, and no byte has changed.
//
// Threads: none; see parallel_limb_shifts.h.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bitshift/limb.h"
#include "machine/byte_order.h"
#include "machine/limb_shift.h"

namespace kheap {

// What leaves a number at the bottom.
template <Limb L>
struct RightShiftOut {
  L carry;      // the bits that left, at the top of a limb
  bool sticky;  // whether any of them is set

  friend bool operator==(const RightShiftOut&, const RightShiftOut&) = default;
};

// Why a shift of `size_bytes` bytes of limbs by `s` bits is refused.
absl::Status RefuseLimbShift(int s, std::size_t size_bytes, int limb_bits);

// Whether limbs of `L` can be shifted by `s` bits.
template <Limb L>
constexpr bool IsLimbShift(int s) {
  return s >= 1 && s < kLimbBits<L>;
}

namespace internal {

// The carries around `shift(number, s)`, which lets zeros in.
template <Limb L, typename Shift>
inline L ShlWithCarry(std::span<std::byte> number, int s, L carry_in,
                      Shift shift) {
  if (number.empty()) return carry_in;
  std::byte* const lowest = number.data();
  const std::byte* const highest = lowest + number.size() - sizeof(L);
  const L top = machine::LoadLittleEndian<L>(highest);
  shift(number, s);
  if (carry_in != 0) {
    const L low = machine::LoadLittleEndian<L>(lowest);
    machine::StoreLittleEndian<L>(lowest, static_cast<L>(low | carry_in));
  }
  return static_cast<L>(top >> (kLimbBits<L> - s));
}

template <Limb L, typename Shift>
inline RightShiftOut<L> RshWithCarry(std::span<std::byte> number, int s,
                                     L carry_in, Shift shift) {
  if (number.empty()) return {carry_in, carry_in != 0};
  const std::byte* const lowest = number.data();
  std::byte* const highest = number.data() + number.size() - sizeof(L);
  const L bottom = machine::LoadLittleEndian<L>(lowest);
  shift(number, s);
  if (carry_in != 0) {
    const L high = machine::LoadLittleEndian<L>(highest);
    machine::StoreLittleEndian<L>(highest, static_cast<L>(high | carry_in));
  }
  const L carry = static_cast<L>(bottom << (kLimbBits<L> - s));
  return {carry, carry != 0};
}

template <Limb L>
constexpr bool CanShift(std::span<std::byte> number, int s) {
  return IsLimbShift<L>(s) && number.size() % sizeof(L) == 0;
}

inline void ShiftNumberLeft(std::span<std::byte> number, int s) {
  machine::ShiftLeft(number.data(), number.data(), number.size(), s);
}

inline void ShiftNumberRight(std::span<std::byte> number, int s) {
  machine::ShiftRight(number.data(), number.data(), number.size(), s);
}

}  // namespace internal

// ---- by less than a limb ----------------------------------------------------

// Returns the carry.
template <Limb L>
inline absl::StatusOr<L> ShlLeInPlace(std::span<std::byte> number, int s,
                                      L carry_in = 0) {
  if (!internal::CanShift<L>(number, s)) [[unlikely]] {
    return RefuseLimbShift(s, number.size(), kLimbBits<L>);
  }
  return internal::ShlWithCarry<L>(number, s, carry_in,
                                   internal::ShiftNumberLeft);
}

template <Limb L>
inline absl::StatusOr<RightShiftOut<L>> RshLeInPlace(
    std::span<std::byte> number, int s, L carry_in = 0) {
  if (!internal::CanShift<L>(number, s)) [[unlikely]] {
    return RefuseLimbShift(s, number.size(), kLimbBits<L>);
  }
  return internal::RshWithCarry<L>(number, s, carry_in,
                                   internal::ShiftNumberRight);
}

inline absl::StatusOr<std::uint16_t> Shl16LeInPlace(
    std::span<std::byte> number, int s, std::uint16_t carry_in = 0) {
  return ShlLeInPlace<std::uint16_t>(number, s, carry_in);
}
inline absl::StatusOr<RightShiftOut<std::uint16_t>> Rsh16LeInPlace(
    std::span<std::byte> number, int s, std::uint16_t carry_in = 0) {
  return RshLeInPlace<std::uint16_t>(number, s, carry_in);
}

// ---- by any number of bits --------------------------------------------------

// Zeros enter. A count of the number's bits or more leaves only zeros. The span
// may hold any number of bytes.

// Returns whether a set bit left at the top.
bool ShlBitsLeInPlace(std::span<std::byte> number, std::uint64_t count);
// Returns the sticky bit: whether a set bit left at the bottom.
bool RshBitsLeInPlace(std::span<std::byte> number, std::uint64_t count);

// ---- by whole limbs ---------------------------------------------------------

// `count` limbs in bits, or more bits than any number has.
template <Limb L>
constexpr std::uint64_t LimbsToBits(std::uint64_t count) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  return count > kMax / kLimbBits<L> ? kMax : count * kLimbBits<L>;
}

// As above, by `count` limbs.
template <Limb L>
bool ShlWordsLeInPlace(std::span<std::byte> number, std::uint64_t count) {
  return ShlBitsLeInPlace(number, LimbsToBits<L>(count));
}
template <Limb L>
bool RshWordsLeInPlace(std::span<std::byte> number, std::uint64_t count) {
  return RshBitsLeInPlace(number, LimbsToBits<L>(count));
}

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_LIMB_SHIFTS_H_
