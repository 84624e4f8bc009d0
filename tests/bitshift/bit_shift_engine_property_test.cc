// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <span>
#include <vector>

#include "bitshift/bit_shift_engine.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap {
namespace {

using UInt128 = unsigned __int128;

struct BothModes {
  BitShiftEngine native;
  BitShiftEngine arithmetic;
};

BothModes AnyWidth() {
  const int width = *rc::gen::element(8, 16, 32, 64);
  return {BitShiftEngine::Create(BitShiftMode::kNative, width).value(),
          BitShiftEngine::Create(BitShiftMode::kArithmetic, width).value()};
}

std::uint64_t AnyValue() {
  return *rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(),
                         rc::gen::map(rc::gen::arbitrary<std::uint64_t>(),
                                      [](std::uint64_t v) { return ~v; }));
}

int AnyCount() {
  return *rc::gen::oneOf(rc::gen::inRange(-70, 71), rc::gen::arbitrary<int>());
}

RC_GTEST_PROP(BitShiftEnginePropertyTest, BothModesAgreeOnEveryOperation, ()) {
  const auto [native, arithmetic] = AnyWidth();
  const std::uint64_t a = AnyValue();
  const std::uint64_t b = AnyValue();
  const int count = AnyCount();
  RC_ASSERT(native.LeftShift(a, count) == arithmetic.LeftShift(a, count));
  RC_ASSERT(native.LogicalRightShift(a, count) ==
            arithmetic.LogicalRightShift(a, count));
  RC_ASSERT(native.ArithmeticRightShift(a, count) ==
            arithmetic.ArithmeticRightShift(a, count));
  RC_ASSERT(native.LeftShiftBytes(a, count) ==
            arithmetic.LeftShiftBytes(a, count));
  RC_ASSERT(native.LogicalRightShiftBytes(a, count) ==
            arithmetic.LogicalRightShiftBytes(a, count));
  RC_ASSERT(native.RotateLeft(a, count) == arithmetic.RotateLeft(a, count));
  RC_ASSERT(native.RotateRight(a, count) == arithmetic.RotateRight(a, count));
  RC_ASSERT(native.And(a, b) == arithmetic.And(a, b));
  RC_ASSERT(native.Or(a, b) == arithmetic.Or(a, b));
  RC_ASSERT(native.Xor(a, b) == arithmetic.Xor(a, b));
  RC_ASSERT(native.Not(a) == arithmetic.Not(a));
  RC_ASSERT(native.GetMask(count) == arithmetic.GetMask(count));
  RC_ASSERT(native.TestBit(a, count) == arithmetic.TestBit(a, count));
  RC_ASSERT(native.SetBit(a, count) == arithmetic.SetBit(a, count));
  RC_ASSERT(native.ClearBit(a, count) == arithmetic.ClearBit(a, count));
  RC_ASSERT(native.ToggleBit(a, count) == arithmetic.ToggleBit(a, count));
  RC_ASSERT(native.PopCount(a) == arithmetic.PopCount(a));
  RC_ASSERT(native.LeadingZeros(a) == arithmetic.LeadingZeros(a));
  RC_ASSERT(native.TrailingZeros(a) == arithmetic.TrailingZeros(a));
  RC_ASSERT(native.ZeroExtend(a, count) == arithmetic.ZeroExtend(a, count));
  RC_ASSERT(native.SignExtend(a, count) == arithmetic.SignExtend(a, count));
  RC_ASSERT(native.DecomposeBytes(a) == arithmetic.DecomposeBytes(a));
  RC_ASSERT(native.ExtractByte(a, count) == arithmetic.ExtractByte(a, count));
  const auto byte = static_cast<std::uint8_t>(b);
  RC_ASSERT(native.ReplaceByte(a, count, byte) ==
            arithmetic.ReplaceByte(a, count, byte));
}

RC_GTEST_PROP(BitShiftEnginePropertyTest, BothModesComposeTheSameBytes, ()) {
  const auto [native, arithmetic] = AnyWidth();
  const auto bytes = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
  RC_ASSERT(native.ComposeBytes(bytes) == arithmetic.ComposeBytes(bytes));
}

RC_GTEST_PROP(BitShiftEnginePropertyTest, CarryAndValueAreTheProductOf128Bits,
              ()) {
  const BitShiftEngine engine = AnyWidth().arithmetic;
  const int width = engine.width();
  const std::uint64_t value = engine.And(AnyValue(), engine.GetMask(64));
  const int count = *rc::gen::inRange(0, width + 1);
  const ShiftResult result = engine.LeftShift(value, count);
  RC_ASSERT((UInt128{result.carry} << width) + result.value == UInt128{value}
                                                                   << count);
  RC_ASSERT(result.overflow == (result.carry != 0));
}

RC_GTEST_PROP(BitShiftEnginePropertyTest, QuotientAndCarryGiveTheValueBack,
              ()) {
  const BitShiftEngine engine = AnyWidth().native;
  const std::uint64_t value = engine.And(AnyValue(), engine.GetMask(64));
  const int count = *rc::gen::inRange(0, engine.width() + 1);
  const ShiftResult result = engine.LogicalRightShift(value, count);
  RC_ASSERT((UInt128{result.value} << count) + result.carry == value);
}

RC_GTEST_PROP(BitShiftEnginePropertyTest, RightAfterLeftIsTheMaskedOriginal,
              ()) {
  const BitShiftEngine engine = AnyWidth().native;
  const std::uint64_t value = engine.And(AnyValue(), engine.GetMask(64));
  const int count = *rc::gen::inRange(0, engine.width() + 1);
  const std::uint64_t back =
      engine.LogicalRightShift(engine.LeftShift(value, count).value, count)
          .value;
  RC_ASSERT(back == engine.And(value, engine.GetMask(engine.width() - count)));
}

}  // namespace
}  // namespace kheap
