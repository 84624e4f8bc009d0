// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_ARITHMETIC_BITS_H_
#define KHEAP_BITSHIFT_ARITHMETIC_BITS_H_

// The primitives of BitShiftEngine with + - * / % alone: no bit operator, here
// or in anything called from here. For contracts see NativeBits.
//
// A shift is a product or a quotient with a power of two, a mask is a power
// less one, and the bits of a value are its remainders by 2. From the sum of
// two bits, a + b = 2 (a and b) + (a xor b), follow or and xor.

#include <array>
#include <cstdint>

namespace kheap {

struct ArithmeticBits {
  static constexpr std::uint64_t Mask(int bits) {
    // 2^64 is out of range, so 2^64 - 1 is 2 (2^63 - 1) + 1.
    return bits == kBits ? (kPowers[kBits - 1] - 1) * 2 + 1 : Power(bits) - 1;
  }
  static constexpr std::uint64_t Low(std::uint64_t value, int bits) {
    return bits == kBits ? value : value % Power(bits);
  }
  static constexpr std::uint64_t Up(std::uint64_t value, int count) {
    return count == kBits ? 0 : value * Power(count);
  }
  static constexpr std::uint64_t Down(std::uint64_t value, int count) {
    return count == kBits ? 0 : value / Power(count);
  }
  static constexpr std::uint64_t Join(std::uint64_t a, std::uint64_t b) {
    return a + b;
  }
  static constexpr std::uint64_t And(std::uint64_t a, std::uint64_t b) {
    std::uint64_t both = 0;
    for (std::uint64_t power = 1; a != 0 && b != 0; power *= 2) {
      both += a % 2 * (b % 2) * power;
      a /= 2;
      b /= 2;
    }
    return both;
  }
  // Each of these is at most 2^64 - 1, so a sum that wraps on the way does no
  // harm.
  static constexpr std::uint64_t Or(std::uint64_t a, std::uint64_t b) {
    return a + b - And(a, b);
  }
  static constexpr std::uint64_t Xor(std::uint64_t a, std::uint64_t b) {
    return a + b - 2 * And(a, b);
  }
  static constexpr int PopCount(std::uint64_t value) {
    int count = 0;
    for (; value != 0; value /= 2) count += static_cast<int>(value % 2);
    return count;
  }
  static constexpr int BitLength(std::uint64_t value) {
    int length = 0;
    for (; value != 0; value /= 2) ++length;
    return length;
  }
  static constexpr int LowestBit(std::uint64_t value) {
    int index = 0;
    for (; value % 2 == 0; value /= 2) ++index;
    return index;
  }

 private:
  static constexpr int kBits = 64;

  using Powers = std::array<std::uint64_t, kBits>;

  static constexpr Powers MakePowers() {
    Powers powers = {1};
    for (int i = 1; i < kBits; ++i) {
      powers[static_cast<std::size_t>(i)] =
          powers[static_cast<std::size_t>(i - 1)] * 2;
    }
    return powers;
  }
  static const Powers kPowers;

  // 2^exponent, for an exponent in 0 … 63.
  static constexpr std::uint64_t Power(int exponent) {
    return kPowers[static_cast<std::size_t>(exponent)];
  }
};

inline constexpr ArithmeticBits::Powers ArithmeticBits::kPowers =
    ArithmeticBits::MakePowers();

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_ARITHMETIC_BITS_H_
