// SPDX-License-Identifier: Apache-2.0
#include "bitshift/bit_shift_engine.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace kheap {
namespace {

constexpr int kIntMin = std::numeric_limits<int>::min();
constexpr int kIntMax = std::numeric_limits<int>::max();
constexpr std::uint64_t kAllBits = std::numeric_limits<std::uint64_t>::max();

BitShiftEngine Engine(BitShiftMode mode, int width) {
  return BitShiftEngine::Create(mode, width).value();
}

// Both modes of a width.
std::array<BitShiftEngine, 2> Engines(int width) {
  return {Engine(BitShiftMode::kNative, width),
          Engine(BitShiftMode::kArithmetic, width)};
}

std::vector<BitShiftEngine> AllEngines() {
  std::vector<BitShiftEngine> engines;
  for (const int width : {8, 16, 32, 64}) {
    for (const BitShiftEngine& engine : Engines(width)) {
      engines.push_back(engine);
    }
  }
  return engines;
}

// ---- a word bit by bit, the reference ---------------------------------------

bool Bit(std::uint64_t value, int index) {
  return index >= 0 && index < 64 && (value >> index) % 2 != 0;
}

// The number whose bit i is bit(i), for i below `width`.
template <typename BitAt>
std::uint64_t Number(int width, BitAt bit) {
  std::uint64_t number = 0;
  for (int i = 0; i < width; ++i) {
    if (bit(i)) number += std::uint64_t{1} << i;
  }
  return number;
}

// `fill` says what enters on a right shift. Counts are at least 0.
ShiftResult LeftBitByBit(std::uint64_t value, int count, int width) {
  const int left = std::min(count, width);
  const std::uint64_t carry =
      Number(left, [&](int i) { return Bit(value, width - left + i); });
  return {
      Number(width, [&](int i) { return i >= count && Bit(value, i - count); }),
      carry, carry != 0};
}

ShiftResult RightBitByBit(std::uint64_t value, int count, int width,
                          bool fill) {
  const auto shifted = [&](int i) {
    return i < width - std::min(count, width) ? Bit(value, i + count) : fill;
  };
  return {Number(width, shifted),
          Number(std::min(count, width), [&](int i) { return Bit(value, i); }),
          false};
}

ShiftResult AnyLeft(std::uint64_t value, int count, int width) {
  return count >= 0 ? LeftBitByBit(value, count, width)
                    : RightBitByBit(value, -count, width, false);
}

void ExpectShifts(const BitShiftEngine& engine, std::uint64_t value,
                  int count) {
  const int width = engine.width();
  const bool sign = Bit(value, width - 1);
  ASSERT_EQ(engine.LeftShift(value, count), AnyLeft(value, count, width));
  ASSERT_EQ(engine.LogicalRightShift(value, count),
            AnyLeft(value, -count, width));
  ASSERT_EQ(engine.ArithmeticRightShift(value, count),
            count >= 0 ? RightBitByBit(value, count, width, sign)
                       : LeftBitByBit(value, -count, width));
  ASSERT_EQ(engine.RotateLeft(value, count), Number(width, [&](int i) {
              return Bit(value, ((i - count) % width + width) % width);
            }));
  ASSERT_EQ(engine.RotateRight(value, count), Number(width, [&](int i) {
              return Bit(value, ((i + count) % width + width) % width);
            }));
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ShiftResult& result) {
  return out << "{" << result.value << ", carry " << result.carry
             << (result.overflow ? ", overflow}" : "}");
}

namespace {

// ---- making engines ---------------------------------------------------------

TEST(BitShiftEngineTest, WidthsOtherThanThoseOfLimbsAreRefused) {
  for (const int width : {kIntMin, -8, 0, 1, 7, 9, 24, 63, 65, 128, kIntMax}) {
    for (const BitShiftMode mode :
         {BitShiftMode::kNative, BitShiftMode::kArithmetic,
          BitShiftMode::kAuto}) {
      EXPECT_EQ(BitShiftEngine::Create(mode, width).status().code(),
                absl::StatusCode::kInvalidArgument);
    }
  }
  EXPECT_EQ(BitShiftEngine::Create(BitShiftMode::kAuto, 24).status().message(),
            "a width of 24 bits is none of 8, 16, 32 and 64");
}

TEST(BitShiftEngineTest, AnEngineKnowsItsModeAndWidth) {
  for (const int width : {8, 16, 32, 64}) {
    EXPECT_EQ(Engine(BitShiftMode::kNative, width).mode(),
              BitShiftMode::kNative);
    EXPECT_EQ(Engine(BitShiftMode::kArithmetic, width).mode(),
              BitShiftMode::kArithmetic);
    EXPECT_EQ(Engine(BitShiftMode::kArithmetic, width).width(), width);
  }
}

TEST(BitShiftEngineTest, AutoPicksNativeBecauseItPassesTheCheck) {
  EXPECT_EQ(Engine(BitShiftMode::kAuto, 64).mode(), BitShiftMode::kNative);
}

// ---- exhausted small spaces -------------------------------------------------

TEST(BitShiftEngineTest, EveryValueOf8BitsShiftedByEveryCount) {
  for (const BitShiftEngine& engine : Engines(8)) {
    for (std::uint64_t value = 0; value < 256; ++value) {
      for (int count = -20; count <= 20; ++count) {
        ExpectShifts(engine, value, count);
      }
    }
  }
}

TEST(BitShiftEngineTest, EveryValueOf16BitsShiftedByCountsAroundTheEdges) {
  for (const BitShiftEngine& engine : Engines(16)) {
    for (std::uint64_t value = 0; value < 65536; ++value) {
      for (const int count : {-17, -16, -1, 0, 1, 7, 8, 15, 16, 17}) {
        ExpectShifts(engine, value, count);
      }
    }
  }
}

TEST(BitShiftEngineTest, EverySingleBitOfEveryWidthShiftedByEveryCount) {
  for (const BitShiftEngine& engine : AllEngines()) {
    for (int bit = 0; bit < engine.width(); ++bit) {
      const std::uint64_t one = std::uint64_t{1} << bit;
      for (int count = -70; count <= 70; ++count) {
        ExpectShifts(engine, one, count);
        // All bits but one, and all bits from one down.
        ExpectShifts(engine, engine.Not(one), count);
        ExpectShifts(engine, one - 1, count);
      }
    }
  }
}

TEST(BitShiftEngineTest, EveryPairOf8BitsCombined) {
  for (const BitShiftEngine& engine : Engines(8)) {
    for (std::uint64_t a = 0; a < 256; ++a) {
      ASSERT_EQ(engine.Not(a), 255 - a);
      for (std::uint64_t b = 0; b < 256; ++b) {
        ASSERT_EQ(engine.And(a, b), a & b);
        ASSERT_EQ(engine.Or(a, b), a | b);
        ASSERT_EQ(engine.Xor(a, b), a ^ b);
      }
    }
  }
}

TEST(BitShiftEngineTest, EveryBitOfEveryValueOf8Bits) {
  for (const BitShiftEngine& engine : Engines(8)) {
    for (std::uint64_t value = 0; value < 256; ++value) {
      for (int index = 0; index < 8; ++index) {
        const std::uint64_t bit = std::uint64_t{1} << index;
        ASSERT_EQ(engine.TestBit(value, index), (value & bit) != 0);
        ASSERT_EQ(engine.SetBit(value, index), value | bit);
        ASSERT_EQ(engine.ClearBit(value, index), value & ~bit);
        ASSERT_EQ(engine.ToggleBit(value, index), value ^ bit);
      }
    }
  }
}

TEST(BitShiftEngineTest, EveryValueOf16BitsIsCounted) {
  for (const BitShiftEngine& engine : Engines(16)) {
    for (std::uint64_t value = 0; value < 65536; ++value) {
      int ones = 0;
      int highest = -1;
      int lowest = 16;
      for (int i = 0; i < 16; ++i) {
        if (!Bit(value, i)) continue;
        ++ones;
        highest = i;
        lowest = std::min(lowest, i);
      }
      ASSERT_EQ(engine.PopCount(value), ones);
      ASSERT_EQ(engine.LeadingZeros(value), 15 - highest);
      ASSERT_EQ(engine.TrailingZeros(value), lowest);
    }
  }
}

TEST(BitShiftEngineTest, EveryValueOf8BitsExtendedFromEveryLength) {
  for (const BitShiftEngine& engine : AllEngines()) {
    const int width = engine.width();
    for (std::uint64_t value = 0; value < 256; ++value) {
      for (int bits = 1; bits <= 8; ++bits) {
        ASSERT_EQ(engine.ZeroExtend(value, bits),
                  Number(bits, [&](int i) { return Bit(value, i); }));
        ASSERT_EQ(engine.SignExtend(value, bits), Number(width, [&](int i) {
                    return Bit(value, std::min(i, bits - 1));
                  }));
      }
    }
  }
}

// ---- edges ------------------------------------------------------------------

TEST(BitShiftEngineTest, CountsFarBeyondTheWidthAreTheWidth) {
  for (const BitShiftEngine& engine : AllEngines()) {
    const int width = engine.width();
    const std::uint64_t value = engine.GetMask(width) - 2;
    for (const int count : {width, width + 1, 1000, kIntMax}) {
      EXPECT_EQ(engine.LeftShift(value, count), (ShiftResult{0, value, true}));
      EXPECT_EQ(engine.LogicalRightShift(value, count),
                (ShiftResult{0, value, false}));
      EXPECT_EQ(engine.ArithmeticRightShift(value, count),
                (ShiftResult{engine.GetMask(width), value, false}));
      EXPECT_EQ(engine.LogicalRightShift(value, -count),
                (ShiftResult{0, value, true}));
    }
    EXPECT_EQ(engine.LeftShift(value, kIntMin), (ShiftResult{0, value, false}));
    EXPECT_EQ(engine.ArithmeticRightShift(value, kIntMin),
              (ShiftResult{0, value, true}));
    // Both are multiples of the width, but for one.
    EXPECT_EQ(engine.RotateLeft(value, kIntMin), value);
    EXPECT_EQ(engine.RotateRight(value, kIntMin), value);
    EXPECT_EQ(engine.RotateLeft(value, kIntMax), engine.RotateRight(value, 1));
  }
}

TEST(BitShiftEngineTest, BitsAtOrAboveTheWidthAreIgnored) {
  for (const BitShiftEngine& engine : AllEngines()) {
    const int width = engine.width();
    if (width == 64) continue;
    const std::uint64_t value = 165;
    const std::uint64_t dirty = value + (kAllBits << width);
    EXPECT_EQ(engine.LeftShift(dirty, 3), engine.LeftShift(value, 3));
    EXPECT_EQ(engine.LogicalRightShift(dirty, 3),
              engine.LogicalRightShift(value, 3));
    EXPECT_EQ(engine.ArithmeticRightShift(dirty, 3),
              engine.ArithmeticRightShift(value, 3));
    EXPECT_EQ(engine.RotateLeft(dirty, 3), engine.RotateLeft(value, 3));
    EXPECT_EQ(engine.And(dirty, dirty), value);
    EXPECT_EQ(engine.Or(dirty, 0), value);
    EXPECT_EQ(engine.Xor(dirty, 0), value);
    EXPECT_EQ(engine.Not(dirty), engine.Not(value));
    EXPECT_EQ(engine.SetBit(dirty, 0), value);
    EXPECT_EQ(engine.ClearBit(dirty, 1), value);
    EXPECT_EQ(engine.ToggleBit(dirty, 0), value - 1);
    EXPECT_FALSE(engine.TestBit(dirty, width));
    EXPECT_EQ(engine.PopCount(dirty), 4);
    EXPECT_EQ(engine.LeadingZeros(dirty), width - 8);
    EXPECT_EQ(engine.TrailingZeros(kAllBits << width), width);
    EXPECT_EQ(engine.ZeroExtend(dirty, 64), value);
    EXPECT_EQ(engine.SignExtend(dirty, 64), value);
    EXPECT_EQ(engine.ReplaceByte(dirty, 0, 7), 7u);
    EXPECT_EQ(engine.ExtractByte(dirty, width / 8), 0);
  }
}

TEST(BitShiftEngineTest, BitsAndBytesOutsideTheWidthAreZeroAndStaySo) {
  for (const BitShiftEngine& engine : AllEngines()) {
    const std::uint64_t value = 165;
    for (const int index : {kIntMin, -1, engine.width(), 64, kIntMax}) {
      EXPECT_FALSE(engine.TestBit(value, index));
      EXPECT_EQ(engine.SetBit(value, index), value);
      EXPECT_EQ(engine.ClearBit(value, index), value);
      EXPECT_EQ(engine.ToggleBit(value, index), value);
      if (index > 0 && index < 64) continue;
      EXPECT_EQ(engine.ExtractByte(value, index), 0);
      EXPECT_EQ(engine.ReplaceByte(value, index, 255), value);
    }
    EXPECT_EQ(engine.ExtractByte(value, engine.width() / 8), 0);
    EXPECT_EQ(engine.ReplaceByte(value, engine.width() / 8, 255), value);
  }
}

TEST(BitShiftEngineTest, BytesComposeAndDecompose) {
  const std::array<std::uint8_t, 8> bytes = {0x11, 0x82, 0x33, 0xC4,
                                             0x55, 0xE6, 0x77, 0xF8};
  for (const BitShiftEngine& engine : AllEngines()) {
    const auto count = static_cast<std::size_t>(engine.width() / 8);
    const std::uint64_t value = engine.ComposeBytes(bytes);
    EXPECT_EQ(value, engine.And(0xF877E655C4338211, kAllBits));
    const auto back = engine.DecomposeBytes(value);
    for (std::size_t i = 0; i < 8; ++i) {
      EXPECT_EQ(back[i], i < count ? bytes[i] : 0);
      EXPECT_EQ(engine.ExtractByte(value, static_cast<int>(i)), back[i]);
      const std::uint64_t replaced =
          engine.ReplaceByte(value, static_cast<int>(i), 0x9A);
      EXPECT_EQ(engine.ExtractByte(replaced, static_cast<int>(i)),
                i < count ? 0x9A : 0);
      EXPECT_EQ(engine.ReplaceByte(replaced, static_cast<int>(i), bytes[i]),
                value);
    }
    EXPECT_EQ(engine.ComposeBytes(std::span(bytes).first(1)), 0x11u);
    EXPECT_EQ(engine.ComposeBytes({}), 0u);
  }
}

TEST(BitShiftEngineTest, ByteShiftsAreShiftsBy8BitsEach) {
  for (const BitShiftEngine& engine : AllEngines()) {
    const std::uint64_t value = engine.And(0x8967452301EFCDAB, kAllBits);
    for (int bytes = -9; bytes <= 9; ++bytes) {
      EXPECT_EQ(engine.LeftShiftBytes(value, bytes),
                engine.LeftShift(value, 8 * bytes));
      EXPECT_EQ(engine.LogicalRightShiftBytes(value, bytes),
                engine.LogicalRightShift(value, 8 * bytes));
    }
    EXPECT_EQ(engine.LeftShiftBytes(value, kIntMax),
              engine.LeftShift(value, kIntMax));
    EXPECT_EQ(engine.LeftShiftBytes(value, kIntMin),
              engine.LeftShift(value, kIntMin));
  }
}

TEST(BitShiftEngineTest, ExtensionFromLengthsOutsideTheWidth) {
  for (const BitShiftEngine& engine : AllEngines()) {
    const std::uint64_t all = engine.GetMask(engine.width());
    for (const int bits : {kIntMin, -1, 0}) {
      EXPECT_EQ(engine.ZeroExtend(all, bits), 0u);
      EXPECT_EQ(engine.SignExtend(all, bits), 0u);
    }
    for (const int bits : {engine.width(), 65, kIntMax}) {
      EXPECT_EQ(engine.ZeroExtend(all, bits), all);
      EXPECT_EQ(engine.SignExtend(all, bits), all);
    }
  }
}

// ---- defects of the origin --------------------------------------------------

TEST(BitShiftEngineRegression,
     CarryWrongInNativeAndArithmeticModeAndTheModesDisagree) {
  for (const BitShiftEngine& engine : Engines(8)) {
    // 1011'0110 by 3: 101 leaves as one number, not as a sum of its bits.
    EXPECT_EQ(engine.LeftShift(0xB6, 3), (ShiftResult{0xB0, 5, true}));
  }
  for (const BitShiftEngine& engine : Engines(32)) {
    EXPECT_EQ(engine.LeftShift(0xF0000001, 4), (ShiftResult{0x10, 15, true}));
    EXPECT_EQ(engine.LogicalRightShift(0xF0000003, 1),
              (ShiftResult{0x78000001, 1, false}));
  }
  for (const BitShiftEngine& engine : Engines(64)) {
    EXPECT_EQ(engine.LeftShift(0xC000000000000001, 2),
              (ShiftResult{4, 3, true}));
    EXPECT_EQ(engine.LeftShift(0x4000000000000000, 1),
              (ShiftResult{0x8000000000000000, 0, false}));
  }
}

TEST(BitShiftEngineRegression, MaskOf64BitsWrong) {
  for (const BitShiftEngine& engine : AllEngines()) {
    for (int bits = 0; bits <= 64; ++bits) {
      EXPECT_EQ(engine.GetMask(bits), Number(bits, [](int) { return true; }));
    }
    EXPECT_EQ(engine.GetMask(64), kAllBits);
    EXPECT_EQ(engine.GetMask(65), kAllBits);
    EXPECT_EQ(engine.GetMask(kIntMax), kAllBits);
    EXPECT_EQ(engine.GetMask(-1), 0u);
    EXPECT_EQ(engine.GetMask(kIntMin), 0u);
  }
}

}  // namespace
}  // namespace kheap
