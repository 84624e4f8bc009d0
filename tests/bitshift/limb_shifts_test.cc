// SPDX-License-Identifier: Apache-2.0
#include "bitshift/limb_shifts.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/support/bit_reference.h"

namespace kheap {
namespace {

using Bytes = std::vector<std::byte>;

template <Limb L>
Bytes BytesOf(const std::vector<L>& limbs) {
  Bytes bytes(limbs.size() * sizeof(L));
  for (std::size_t i = 0; i < limbs.size(); ++i) {
    machine::StoreLittleEndian<L>(&bytes[i * sizeof(L)], limbs[i]);
  }
  return bytes;
}

template <Limb L>
std::vector<L> LimbsOf(const Bytes& bytes) {
  std::vector<L> limbs(bytes.size() / sizeof(L));
  for (std::size_t i = 0; i < limbs.size(); ++i) {
    limbs[i] = machine::LoadLittleEndian<L>(&bytes[i * sizeof(L)]);
  }
  return limbs;
}

// The rule, limb by limb, for every limb width.
template <Limb L>
L ShlByRule(std::vector<L>& limbs, int s, L carry) {
  for (L& v : limbs) {
    const L old = v;
    v = static_cast<L>(static_cast<L>(old << s) | carry);
    carry = static_cast<L>(old >> (kLimbBits<L> - s));
  }
  return carry;
}

template <Limb L>
L RshByRule(std::vector<L>& limbs, int s, L carry) {
  for (auto v = limbs.rbegin(); v != limbs.rend(); ++v) {
    const L old = *v;
    *v = static_cast<L>(static_cast<L>(old >> s) | carry);
    carry = static_cast<L>(old << (kLimbBits<L> - s));
  }
  return carry;
}

template <Limb L>
void ExpectRule(const std::vector<L>& limbs, int s, L carry_in) {
  std::vector<L> expected = limbs;
  Bytes bytes = BytesOf(limbs);
  const L carry = ShlByRule(expected, s, carry_in);
  ASSERT_EQ(*ShlLeInPlace<L>(bytes, s, carry_in), carry);
  ASSERT_EQ(LimbsOf<L>(bytes), expected);

  expected = limbs;
  bytes = BytesOf(limbs);
  const L low_carry = RshByRule(expected, s, carry_in);
  ASSERT_EQ(*RshLeInPlace<L>(bytes, s, carry_in),
            (RightShiftOut<L>{low_carry, low_carry != 0}));
  ASSERT_EQ(LimbsOf<L>(bytes), expected);
}

TEST(LimbShiftsTest, EveryLimbOf8BitsByEveryCountWithEveryCarry) {
  for (int limb = 0; limb < 256; ++limb) {
    for (int s = 1; s < 8; ++s) {
      for (int carry = 0; carry < 256; ++carry) {
        ExpectRule<std::uint8_t>({static_cast<std::uint8_t>(limb)}, s,
                                 static_cast<std::uint8_t>(carry));
      }
    }
  }
}

TEST(LimbShiftsTest, EveryLimbOf16BitsByEveryCountWithCarriesOfEveryLength) {
  for (int limb = 0; limb < 65536; ++limb) {
    for (int s = 1; s < 16; ++s) {
      // All carries of s bits would be 2^16 for the largest s; these set each
      // bit, none and all, within s bits and beyond.
      for (int bits = 0; bits <= 16; bits += 4) {
        ExpectRule<std::uint16_t>({static_cast<std::uint16_t>(limb)}, s,
                                  static_cast<std::uint16_t>((1u << bits) - 1));
      }
    }
  }
}

TEST(LimbShiftsTest, EveryCarryIntoALimbOf16Bits) {
  for (int carry = 0; carry < 65536; ++carry) {
    for (int s = 1; s < 16; ++s) {
      ExpectRule<std::uint16_t>({0x8421}, s, static_cast<std::uint16_t>(carry));
    }
  }
}

template <Limb L>
void ExpectRuleForEveryLength() {
  const L carry = static_cast<L>(0x9E3779B97F4A7C15u);
  for (std::size_t length = 0; length <= 40; ++length) {
    const std::vector<L> limbs =
        LimbsOf<L>(PatternBytes(length * sizeof(L), length));
    for (int s = 1; s < kLimbBits<L>; ++s) {
      ExpectRule<L>(limbs, s, 0);
      ExpectRule<L>(limbs, s, static_cast<L>(carry >> (kLimbBits<L> - s)));
      ExpectRule<L>(limbs, s, carry);
    }
  }
}

TEST(LimbShiftsTest, EveryLengthOfEveryLimbWidthFollowsTheRule) {
  ExpectRuleForEveryLength<std::uint8_t>();
  ExpectRuleForEveryLength<std::uint16_t>();
  ExpectRuleForEveryLength<std::uint32_t>();
  ExpectRuleForEveryLength<std::uint64_t>();
}

TEST(LimbShiftsTest, ShortNamesShiftLimbsOf16Bits) {
  Bytes bytes = BytesOf<std::uint16_t>({0x8001, 0x8002});
  EXPECT_EQ(*Shl16LeInPlace(bytes, 1, 1), 1);
  EXPECT_EQ(LimbsOf<std::uint16_t>(bytes), (std::vector<std::uint16_t>{3, 5}));
  EXPECT_EQ(*Rsh16LeInPlace(bytes, 1, 0x8000),
            (RightShiftOut<std::uint16_t>{0x8000, true}));
  EXPECT_EQ(LimbsOf<std::uint16_t>(bytes),
            (std::vector<std::uint16_t>{0x8001, 0x8002}));
}

TEST(LimbShiftsTest, NoLimbsHandTheCarryOn) {
  EXPECT_EQ(*Shl16LeInPlace({}, 3, 5), 5);
  EXPECT_EQ(*Rsh16LeInPlace({}, 3, 5), (RightShiftOut<std::uint16_t>{5, true}));
  EXPECT_EQ(*Rsh16LeInPlace({}, 3), (RightShiftOut<std::uint16_t>{0, false}));
}

TEST(LimbShiftsTest, CountsOutsideTheLimbAreRefusedAndNothingChanges) {
  const Bytes before = PatternBytes(16);
  for (const int s : {std::numeric_limits<int>::min(), -1, 0, 16, 17,
                      std::numeric_limits<int>::max()}) {
    Bytes bytes = before;
    EXPECT_EQ(Shl16LeInPlace(bytes, s).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(Rsh16LeInPlace(bytes, s).status().code(),
              absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(bytes, before);
  }
  Bytes bytes = before;
  EXPECT_EQ(ShlLeInPlace<std::uint8_t>(bytes, 8).status().message(),
            "a shift of 8 bits is outside 1 to 7, the range for limbs of 8 "
            "bits");
}

TEST(LimbShiftsTest, BytesThatAreNoWholeLimbsAreRefusedAndNothingChanges) {
  const Bytes before = PatternBytes(15);
  Bytes bytes = before;
  EXPECT_EQ(Shl16LeInPlace(bytes, 3).status().message(),
            "15 bytes are not a whole number of limbs of 2 bytes");
  EXPECT_EQ(Rsh16LeInPlace(bytes, 3).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(bytes, before);
}

TEST(LimbShiftsTest, EveryCountOfBitsOfEveryShortNumber) {
  for (std::size_t size_bytes = 0; size_bytes <= 40; ++size_bytes) {
    const Bytes number = PatternBytes(size_bytes, size_bytes);
    const auto bits = static_cast<std::int64_t>(size_bytes) * 8;
    for (std::int64_t count = 0; count <= bits + 70; ++count) {
      const auto unsigned_count = static_cast<std::uint64_t>(count);
      Bytes left = number;
      ASSERT_EQ(ShlBitsLeInPlace(left, unsigned_count),
                LosesBit(number, count));
      ASSERT_EQ(left, ShiftedBitByBit(number, count));
      Bytes right = number;
      ASSERT_EQ(RshBitsLeInPlace(right, unsigned_count),
                LosesBit(number, -count));
      ASSERT_EQ(right, ShiftedBitByBit(number, -count));
    }
  }
}

TEST(LimbShiftsTest, EveryBitAloneLeavesOrStays) {
  constexpr std::int64_t kBits = 72;
  for (std::int64_t bit = 0; bit < kBits; ++bit) {
    Bytes number(kBits / 8);
    number[static_cast<std::size_t>(bit / 8)] = std::byte{1} << (bit % 8);
    for (std::int64_t count = 0; count <= kBits; ++count) {
      Bytes left = number;
      ASSERT_EQ(ShlBitsLeInPlace(left, static_cast<std::uint64_t>(count)),
                bit + count >= kBits);
      Bytes right = number;
      ASSERT_EQ(RshBitsLeInPlace(right, static_cast<std::uint64_t>(count)),
                bit < count);
    }
  }
}

TEST(LimbShiftsTest, TheLargestCountsLeaveZeros) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t count : {kMax, kMax - 7, kMax / 2 + 1}) {
    Bytes bytes(9, std::byte{1});
    EXPECT_TRUE(ShlBitsLeInPlace(bytes, count));
    EXPECT_EQ(bytes, Bytes(9));
    EXPECT_FALSE(RshBitsLeInPlace(bytes, count));
    bytes.assign(9, std::byte{1});
    EXPECT_TRUE(RshWordsLeInPlace<std::uint64_t>(bytes, count));
    EXPECT_EQ(bytes, Bytes(9));
  }
}

template <Limb L>
void ExpectWordShiftsMoveLimbs() {
  for (std::size_t length = 0; length <= 20; ++length) {
    const std::vector<L> limbs =
        LimbsOf<L>(PatternBytes(length * sizeof(L), length + 3));
    for (std::size_t count = 0; count <= length + 2; ++count) {
      std::vector<L> up(length);
      std::vector<L> down(length);
      bool up_loses = false;
      bool down_loses = false;
      for (std::size_t i = 0; i < length; ++i) {
        if (i + count < length) {
          up[i + count] = limbs[i];
        } else {
          up_loses = up_loses || limbs[i] != 0;
        }
        if (i >= count) {
          down[i - count] = limbs[i];
        } else {
          down_loses = down_loses || limbs[i] != 0;
        }
      }
      Bytes bytes = BytesOf(limbs);
      EXPECT_EQ(ShlWordsLeInPlace<L>(bytes, count), up_loses);
      EXPECT_EQ(LimbsOf<L>(bytes), up);
      bytes = BytesOf(limbs);
      EXPECT_EQ(RshWordsLeInPlace<L>(bytes, count), down_loses);
      EXPECT_EQ(LimbsOf<L>(bytes), down);
    }
  }
}

TEST(LimbShiftsTest, WordShiftsMoveWholeLimbs) {
  ExpectWordShiftsMoveLimbs<std::uint8_t>();
  ExpectWordShiftsMoveLimbs<std::uint16_t>();
  ExpectWordShiftsMoveLimbs<std::uint32_t>();
  ExpectWordShiftsMoveLimbs<std::uint64_t>();
}

}  // namespace
}  // namespace kheap
