// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_NATIVE_BITS_H_
#define KHEAP_BITSHIFT_NATIVE_BITS_H_

// The primitives of BitShiftEngine as the processor has them. ArithmeticBits
// has the same functions without a bit operator; word_algorithms.h builds
// everything else out of either.

#include <bit>
#include <cstdint>

#include "bitshift/bits.h"

namespace kheap {

struct NativeBits {
  // 2^bits - 1, for bits in 0 … 64.
  static constexpr std::uint64_t Mask(int bits) { return bits::LowMask(bits); }
  // value mod 2^bits, for bits in 0 … 64.
  static constexpr std::uint64_t Low(std::uint64_t value, int bits) {
    return value & Mask(bits);
  }
  // value * 2^count mod 2^64, for a count in 0 … 64.
  static constexpr std::uint64_t Up(std::uint64_t value, int count) {
    return bits::ShiftLeft(value, count);
  }
  // value / 2^count rounded down, for a count in 0 … 64.
  static constexpr std::uint64_t Down(std::uint64_t value, int count) {
    return bits::ShiftRight(value, count);
  }
  // a or b, which have no set bit in common.
  static constexpr std::uint64_t Join(std::uint64_t a, std::uint64_t b) {
    return a | b;
  }
  static constexpr std::uint64_t And(std::uint64_t a, std::uint64_t b) {
    return a & b;
  }
  static constexpr std::uint64_t Or(std::uint64_t a, std::uint64_t b) {
    return a | b;
  }
  static constexpr std::uint64_t Xor(std::uint64_t a, std::uint64_t b) {
    return a ^ b;
  }
  static constexpr int PopCount(std::uint64_t value) {
    return std::popcount(value);
  }
  // One more than the index of the highest set bit; 0 for 0.
  static constexpr int BitLength(std::uint64_t value) {
    return static_cast<int>(std::bit_width(value));
  }
  // The index of the lowest set bit of a value that is not 0.
  static constexpr int LowestBit(std::uint64_t value) {
    return std::countr_zero(value);
  }
};

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_NATIVE_BITS_H_
