// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_WORD_ALGORITHMS_H_
#define KHEAP_BITSHIFT_WORD_ALGORITHMS_H_

// What BitShiftEngine does, once for both modes: `Bits` is NativeBits or
// ArithmeticBits, and no bit operator appears here either. For contracts see
// bit_shift_engine.h. A value given to these functions has no set bit at or
// above the width.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kheap {

struct ShiftResult {
  // The shifted number, below 2^width.
  std::uint64_t value;
  // All bits that left, as a number whose bit 0 is the lowest of them.
  std::uint64_t carry;
  // Whether a set bit left at the top. A shift to the right never overflows; it
  // is exact if the carry is 0.
  bool overflow;

  friend constexpr bool operator==(const ShiftResult& a,
                                   const ShiftResult& b) = default;
};

template <typename Bits>
class WordAlgorithms {
 public:
  explicit constexpr WordAlgorithms(int width) : width_(width) {}

  // `value` without what is set at or above the width.
  constexpr std::uint64_t Fit(std::uint64_t value) const {
    return Bits::Low(value, width_);
  }

  // ---- shifts ---------------------------------------------------------------

  constexpr ShiftResult LeftShift(std::uint64_t value, int count) const {
    if (count < 0) return LogicalRightShift(value, Opposite(count));
    // The highest bits leave, the others stay.
    const int leaving = std::min(count, width_);
    const int staying = width_ - leaving;
    const std::uint64_t carry = Bits::Down(value, staying);
    return {Bits::Up(Bits::Low(value, staying), leaving), carry, carry != 0};
  }

  constexpr ShiftResult LogicalRightShift(std::uint64_t value,
                                          int count) const {
    if (count < 0) return LeftShift(value, Opposite(count));
    const int leaving = std::min(count, width_);
    return {Bits::Down(value, leaving), Bits::Low(value, leaving), false};
  }

  constexpr ShiftResult ArithmeticRightShift(std::uint64_t value,
                                             int count) const {
    if (count < 0) return LeftShift(value, Opposite(count));
    ShiftResult result = LogicalRightShift(value, count);
    if (TestBit(value, width_ - 1)) {
      const int entering = std::min(count, width_);
      result.value = Bits::Join(
          result.value, Bits::Up(Bits::Mask(entering), width_ - entering));
    }
    return result;
  }

  constexpr std::uint64_t RotateLeft(std::uint64_t value, int count) const {
    // In 0 … width - 1 for a negative count too.
    const int up = (count % width_ + width_) % width_;
    const int down = width_ - up;
    return Bits::Join(Bits::Up(Bits::Low(value, down), up),
                      Bits::Down(value, down));
  }

  // ---- whole words ----------------------------------------------------------

  constexpr std::uint64_t And(std::uint64_t a, std::uint64_t b) const {
    return Bits::And(a, b);
  }
  constexpr std::uint64_t Or(std::uint64_t a, std::uint64_t b) const {
    return Bits::Or(a, b);
  }
  constexpr std::uint64_t Xor(std::uint64_t a, std::uint64_t b) const {
    return Bits::Xor(a, b);
  }
  constexpr std::uint64_t Not(std::uint64_t value) const {
    return Bits::Xor(value, Bits::Mask(width_));
  }
  constexpr std::uint64_t GetMask(int bits) const {
    return Bits::Mask(std::clamp(bits, 0, kMaskBitsMax));
  }

  // ---- single bits ----------------------------------------------------------

  constexpr bool TestBit(std::uint64_t value, int index) const {
    return HasBit(index) && Bits::Low(Bits::Down(value, index), 1) != 0;
  }
  constexpr std::uint64_t SetBit(std::uint64_t value, int index) const {
    return HasBit(index) ? Bits::Or(value, Bits::Up(1, index)) : value;
  }
  constexpr std::uint64_t ToggleBit(std::uint64_t value, int index) const {
    return HasBit(index) ? Bits::Xor(value, Bits::Up(1, index)) : value;
  }
  constexpr std::uint64_t ClearBit(std::uint64_t value, int index) const {
    return TestBit(value, index) ? ToggleBit(value, index) : value;
  }

  // ---- counting -------------------------------------------------------------

  constexpr int PopCount(std::uint64_t value) const {
    return Bits::PopCount(value);
  }
  constexpr int LeadingZeros(std::uint64_t value) const {
    return width_ - Bits::BitLength(value);
  }
  constexpr int TrailingZeros(std::uint64_t value) const {
    return value == 0 ? width_ : Bits::LowestBit(value);
  }

  // ---- bytes ----------------------------------------------------------------

  // A shift by `count` bytes as one by bits.
  constexpr int BytesToBits(int count_bytes) const {
    return std::clamp(count_bytes, -width_, width_) * 8;
  }
  constexpr std::uint8_t ExtractByte(std::uint64_t value, int index) const {
    if (!HasByte(index)) return 0;
    return static_cast<std::uint8_t>(
        Bits::Low(Bits::Down(value, index * 8), 8));
  }
  constexpr std::uint64_t ReplaceByte(std::uint64_t value, int index,
                                      std::uint8_t byte) const {
    if (!HasByte(index)) return value;
    const std::uint64_t changed =
        Bits::Xor(ExtractByte(value, index), std::uint64_t{byte});
    return Bits::Xor(value, Bits::Up(changed, index * 8));
  }
  constexpr std::uint64_t ComposeBytes(
      std::span<const std::uint8_t> bytes) const {
    std::uint64_t value = 0;
    const auto width_bytes = static_cast<std::size_t>(width_ / 8);
    for (std::size_t i = std::min(width_bytes, bytes.size()); i > 0; --i) {
      value = Bits::Join(Bits::Up(value, 8), bytes[i - 1]);
    }
    return value;
  }

  // ---- extension ------------------------------------------------------------

  constexpr std::uint64_t ZeroExtend(std::uint64_t value, int from) const {
    return Bits::Low(value, std::clamp(from, 0, width_));
  }
  constexpr std::uint64_t SignExtend(std::uint64_t value, int from) const {
    const int bits = std::clamp(from, 0, width_);
    const std::uint64_t low = Bits::Low(value, bits);
    if (!TestBit(low, bits - 1)) return low;
    return Bits::Join(low, Bits::Up(Bits::Mask(width_ - bits), bits));
  }

 private:
  // -count, which for the lowest int is out of range; any count from the width
  // on does the same.
  constexpr int Opposite(int count) const { return -std::max(count, -width_); }
  constexpr bool HasBit(int index) const {
    return index >= 0 && index < width_;
  }
  constexpr bool HasByte(int index) const {
    return index >= 0 && index < width_ / 8;
  }

  static constexpr int kMaskBitsMax = 64;

  int width_;
};

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_WORD_ALGORITHMS_H_
