// SPDX-License-Identifier: Apache-2.0
#include "bitshift/bit_shift_engine.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace kheap {

namespace {

bool IsWidth(int width) {
  return width == 8 || width == 16 || width == 32 || width == 64;
}

// Whether both kinds of primitives shift `value` alike by every count.
bool ShiftsAgree(int width, std::uint64_t value) {
  const WordAlgorithms<NativeBits> native(width);
  const WordAlgorithms<ArithmeticBits> arithmetic(width);
  bool agree = true;
  for (int count = -width - 1; count <= width + 1; ++count) {
    agree =
        agree &&
        native.LeftShift(value, count) == arithmetic.LeftShift(value, count) &&
        native.LogicalRightShift(value, count) ==
            arithmetic.LogicalRightShift(value, count) &&
        native.ArithmeticRightShift(value, count) ==
            arithmetic.ArithmeticRightShift(value, count) &&
        native.RotateLeft(value, count) == arithmetic.RotateLeft(value, count);
  }
  return agree;
}

// Ends of the range, single bits, and the digits of pi for all else.
bool NativeIsRight() {
  constexpr std::uint64_t kPattern = 3141592653589793238;
  bool right = true;
  for (const int width : {8, 16, 32, 64}) {
    const std::uint64_t all = ArithmeticBits::Mask(width);
    right = right && NativeBits::Mask(width) == all;
    for (const std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{1}, all, all / 2, all / 2 + 1,
          ArithmeticBits::Low(kPattern, width)}) {
      right = right && ShiftsAgree(width, value);
    }
  }
  return right;
}

BitShiftMode CheckedMode() {
  static const bool native_is_right = NativeIsRight();
  return native_is_right ? BitShiftMode::kNative : BitShiftMode::kArithmetic;
}

}  // namespace

absl::StatusOr<BitShiftEngine> BitShiftEngine::Create(BitShiftMode mode,
                                                      int width) {
  if (!IsWidth(width)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a width of ", width, " bits is none of 8, 16, 32 and 64"));
  }
  return BitShiftEngine(mode == BitShiftMode::kAuto ? CheckedMode() : mode,
                        width);
}

}  // namespace kheap
