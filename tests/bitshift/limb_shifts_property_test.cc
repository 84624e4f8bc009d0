// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bitshift/limb_shifts.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/support/bit_reference.h"

namespace kheap {
namespace {

using Bytes = std::vector<std::byte>;
using Limb16 = std::uint16_t;

// A number of whole limbs of 64 bits, up to 2 KiB.
Bytes AnyNumber() {
  const auto words = *rc::gen::inRange<std::size_t>(0, 256);
  return PatternBytes(words * 8, *rc::gen::arbitrary<std::uint64_t>());
}

RC_GTEST_PROP(LimbShiftsPropertyTest, EveryLimbWidthGivesTheSameBytes, ()) {
  const Bytes number = AnyNumber();
  const int s = *rc::gen::inRange(1, 8);
  Bytes by8 = number;
  Bytes by16 = number;
  Bytes by32 = number;
  Bytes by64 = number;
  const auto carry8 = *ShlLeInPlace<std::uint8_t>(by8, s);
  RC_ASSERT(*ShlLeInPlace<std::uint16_t>(by16, s) == carry8);
  RC_ASSERT(*ShlLeInPlace<std::uint32_t>(by32, s) == carry8);
  RC_ASSERT(*ShlLeInPlace<std::uint64_t>(by64, s) == carry8);
  RC_ASSERT(by16 == by8);
  RC_ASSERT(by32 == by8);
  RC_ASSERT(by64 == by8);
}

RC_GTEST_PROP(LimbShiftsPropertyTest, APieceAfterTheOtherIsTheWhole, ()) {
  const Bytes number = AnyNumber();
  const int s = *rc::gen::inRange(1, 16);
  const auto carry_in = *rc::gen::arbitrary<Limb16>();
  const std::size_t cut =
      *rc::gen::inRange<std::size_t>(0, number.size() / 2 + 1) * 2;

  Bytes whole = number;
  Bytes pieces = number;
  const Limb16 carry = *Shl16LeInPlace(whole, s, carry_in);
  const Limb16 middle =
      *Shl16LeInPlace(std::span(pieces).first(cut), s, carry_in);
  RC_ASSERT(*Shl16LeInPlace(std::span(pieces).subspan(cut), s, middle) ==
            carry);
  RC_ASSERT(pieces == whole);

  whole = number;
  pieces = number;
  const auto out = *Rsh16LeInPlace(whole, s, carry_in);
  const auto high =
      *Rsh16LeInPlace(std::span(pieces).subspan(cut), s, carry_in);
  RC_ASSERT(*Rsh16LeInPlace(std::span(pieces).first(cut), s, high.carry) ==
            out);
  RC_ASSERT(pieces == whole);
}

RC_GTEST_PROP(LimbShiftsPropertyTest, RightUndoesLeftWithTheCarry, ()) {
  const Bytes number = AnyNumber();
  const int s = *rc::gen::inRange(1, 16);
  Bytes bytes = number;
  const Limb16 carry = *Shl16LeInPlace(bytes, s);
  // What left at the top enters there again.
  const auto top = static_cast<Limb16>(carry << (16 - s));
  const auto out = *Rsh16LeInPlace(bytes, s, top);
  if (number.empty()) return;
  RC_ASSERT(bytes == number);
  RC_ASSERT(!out.sticky);
}

RC_GTEST_PROP(LimbShiftsPropertyTest, AnyCountIsTheBitByBitShift, ()) {
  const auto size_bytes = *rc::gen::inRange<std::size_t>(0, 700);
  const Bytes number =
      PatternBytes(size_bytes, *rc::gen::arbitrary<std::uint64_t>());
  const auto count = *rc::gen::inRange<std::int64_t>(
      0, static_cast<std::int64_t>(size_bytes) * 8 + 100);
  Bytes left = number;
  RC_ASSERT(ShlBitsLeInPlace(left, static_cast<std::uint64_t>(count)) ==
            LosesBit(number, count));
  RC_ASSERT(left == ShiftedBitByBit(number, count));
  Bytes right = number;
  RC_ASSERT(RshBitsLeInPlace(right, static_cast<std::uint64_t>(count)) ==
            LosesBit(number, -count));
  RC_ASSERT(right == ShiftedBitByBit(number, -count));
}

RC_GTEST_PROP(LimbShiftsPropertyTest, TwoShiftsAreOneByTheSum, ()) {
  const Bytes number = AnyNumber();
  const auto a = *rc::gen::inRange<std::uint64_t>(0, 1000);
  const auto b = *rc::gen::inRange<std::uint64_t>(0, 1000);
  Bytes twice = number;
  Bytes once = number;
  const bool first = ShlBitsLeInPlace(twice, a);
  const bool second = ShlBitsLeInPlace(twice, b);
  RC_ASSERT(ShlBitsLeInPlace(once, a + b) == (first || second));
  RC_ASSERT(once == twice);
}

// A defect of the origin: the bits that each limb hands to the limb below
// counted as sticky.
RC_GTEST_PROP(LimbShiftsRegression, StickyIsOnlyWhatLeavesTheNumber, ()) {
  Bytes bytes = AnyNumber();
  RC_PRE(!bytes.empty());
  const int s = *rc::gen::inRange(1, 16);
  machine::StoreLittleEndian<Limb16>(bytes.data(),
                                     static_cast<Limb16>(0xFFFFu << s));
  RC_ASSERT(!Rsh16LeInPlace(bytes, s)->sticky);
}

}  // namespace
}  // namespace kheap
