// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_BIT_SHIFT_ENGINE_H_
#define KHEAP_BITSHIFT_BIT_SHIFT_ENGINE_H_

// BitShiftEngine: the bit operations of an unsigned word of 8, 16, 32 or 64
// bits, by the processor's bit operators or by + - * / % alone. Both modes give
// the same answer to every question; the second shows how, and is the check of
// the first.
//
//   const BitShiftEngine engine =
//       BitShiftEngine::Create(BitShiftMode::kNative, 16).value();
//   engine.LeftShift(33153, 4);   // 0x8181: value 0x1810, carry 0x8
//
// A value is a std::uint64_t. What it has set at or above the width is ignored,
// and no result has anything set there. Bit 0 and byte 0 are the least
// significant.
//
// Nothing is undefined:
//   - a shift by the width or more is a shift by the width: every bit leaves;
//   - a negative count shifts the other way, by the absolute value (as in Lua
//     5.4, section 3.4.2), a right shift of either kind to the left;
//   - a rotation takes its count modulo the width;
//   - no bit or byte lies outside the width: to read one there gives 0, to
//     change one there changes nothing.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "absl/status/statusor.h"
#include "bitshift/arithmetic_bits.h"
#include "bitshift/native_bits.h"
#include "bitshift/word_algorithms.h"

namespace kheap {

enum class BitShiftMode : std::uint8_t {
  kNative,      // the processor's << >> & | ^ ~
  kArithmetic,  // + - * / % and no bit operator
  kAuto,        // kNative if it passes a check against kArithmetic
};

class BitShiftEngine {
 public:
  // Fails with InvalidArgument for a width other than 8, 16, 32 and 64. kAuto
  // is decided here; the check runs once in a process.
  static absl::StatusOr<BitShiftEngine> Create(BitShiftMode mode, int width);

  // kNative or kArithmetic.
  BitShiftMode mode() const { return mode_; }
  int width() const { return width_; }

  // ---- shifts, with all bits that left as the carry -------------------------

  ShiftResult LeftShift(std::uint64_t value, int count) const {
    return Run([&](auto word) { return word.LeftShift(Fit(value), count); });
  }
  // Zeros enter.
  ShiftResult LogicalRightShift(std::uint64_t value, int count) const {
    return Run(
        [&](auto word) { return word.LogicalRightShift(Fit(value), count); });
  }
  // Copies of the highest bit enter.
  ShiftResult ArithmeticRightShift(std::uint64_t value, int count) const {
    return Run([&](auto word) {
      return word.ArithmeticRightShift(Fit(value), count);
    });
  }
  // The same by 8 bits per byte.
  ShiftResult LeftShiftBytes(std::uint64_t value, int count_bytes) const {
    return LeftShift(value, BytesToBits(count_bytes));
  }
  ShiftResult LogicalRightShiftBytes(std::uint64_t value,
                                     int count_bytes) const {
    return LogicalRightShift(value, BytesToBits(count_bytes));
  }

  std::uint64_t RotateLeft(std::uint64_t value, int count) const {
    return Run([&](auto word) { return word.RotateLeft(Fit(value), count); });
  }
  std::uint64_t RotateRight(std::uint64_t value, int count) const {
    // The remainder can be negated; the lowest int cannot.
    return RotateLeft(value, -(count % width_));
  }

  // ---- whole words ----------------------------------------------------------

  std::uint64_t And(std::uint64_t a, std::uint64_t b) const {
    return Run([&](auto word) { return word.And(Fit(a), Fit(b)); });
  }
  std::uint64_t Or(std::uint64_t a, std::uint64_t b) const {
    return Run([&](auto word) { return word.Or(Fit(a), Fit(b)); });
  }
  std::uint64_t Xor(std::uint64_t a, std::uint64_t b) const {
    return Run([&](auto word) { return word.Xor(Fit(a), Fit(b)); });
  }
  std::uint64_t Not(std::uint64_t value) const {
    return Run([&](auto word) { return word.Not(Fit(value)); });
  }
  // The lowest `bits` bits set, for `bits` in 0 … 64 whatever the width. Fewer
  // count as 0, more as 64.
  std::uint64_t GetMask(int bits) const {
    return Run([&](auto word) { return word.GetMask(bits); });
  }

  // ---- single bits ----------------------------------------------------------

  bool TestBit(std::uint64_t value, int index) const {
    return Run([&](auto word) { return word.TestBit(Fit(value), index); });
  }
  std::uint64_t SetBit(std::uint64_t value, int index) const {
    return Run([&](auto word) { return word.SetBit(Fit(value), index); });
  }
  std::uint64_t ClearBit(std::uint64_t value, int index) const {
    return Run([&](auto word) { return word.ClearBit(Fit(value), index); });
  }
  std::uint64_t ToggleBit(std::uint64_t value, int index) const {
    return Run([&](auto word) { return word.ToggleBit(Fit(value), index); });
  }

  // ---- counting; both kinds of zeros of 0 are the width ---------------------

  int PopCount(std::uint64_t value) const {
    return Run([&](auto word) { return word.PopCount(Fit(value)); });
  }
  int LeadingZeros(std::uint64_t value) const {
    return Run([&](auto word) { return word.LeadingZeros(Fit(value)); });
  }
  int TrailingZeros(std::uint64_t value) const {
    return Run([&](auto word) { return word.TrailingZeros(Fit(value)); });
  }

  // ---- bytes ----------------------------------------------------------------

  // The word whose byte i is bytes[i]. Missing bytes are 0, bytes beyond the
  // width are ignored.
  std::uint64_t ComposeBytes(std::span<const std::uint8_t> bytes) const {
    return Run([&](auto word) { return word.ComposeBytes(bytes); });
  }
  // Byte i of the word at [i]; those beyond the width are 0.
  std::array<std::uint8_t, 8> DecomposeBytes(std::uint64_t value) const {
    std::array<std::uint8_t, 8> bytes;
    for (int i = 0; i < 8; ++i) {
      bytes[static_cast<std::size_t>(i)] = ExtractByte(value, i);
    }
    return bytes;
  }
  std::uint8_t ExtractByte(std::uint64_t value, int index) const {
    return Run([&](auto word) { return word.ExtractByte(Fit(value), index); });
  }
  std::uint64_t ReplaceByte(std::uint64_t value, int index,
                            std::uint8_t byte) const {
    return Run(
        [&](auto word) { return word.ReplaceByte(Fit(value), index, byte); });
  }

  // ---- extension of the lowest `bits` bits to the width ---------------------

  // Fewer than 0 bits count as none, more than the width as the width.
  std::uint64_t ZeroExtend(std::uint64_t value, int bits) const {
    return Run([&](auto word) { return word.ZeroExtend(Fit(value), bits); });
  }
  std::uint64_t SignExtend(std::uint64_t value, int bits) const {
    return Run([&](auto word) { return word.SignExtend(Fit(value), bits); });
  }

 private:
  BitShiftEngine(BitShiftMode mode, int width) : mode_(mode), width_(width) {}

  // Calls `use` with the algorithms of the mode.
  template <typename Use>
  std::invoke_result_t<Use, WordAlgorithms<NativeBits>> Run(Use use) const {
    return mode_ == BitShiftMode::kNative
               ? use(WordAlgorithms<NativeBits>(width_))
               : use(WordAlgorithms<ArithmeticBits>(width_));
  }
  std::uint64_t Fit(std::uint64_t value) const {
    return Run([&](auto word) { return word.Fit(value); });
  }
  int BytesToBits(int count_bytes) const {
    return Run([&](auto word) { return word.BytesToBits(count_bytes); });
  }

  BitShiftMode mode_;
  int width_;
};

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_BIT_SHIFT_ENGINE_H_
