// SPDX-License-Identifier: Apache-2.0
#include "bitshift/c_int128.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <sstream>

#include "absl/status/status.h"
#include "bitshift/int128.h"
#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr UInt128 kUMax = kMax128<UInt128>;
constexpr Int128 kMax = kMax128<Int128>;
constexpr Int128 kMin = kMin128<Int128>;

class CInt128Test : public testing::Test {
 protected:
  CInt128Test()
      : heap_(MakeFastHeap()),
        begin_(heap_->layout().begin(Region::kData) + 3) {}

  const std::unique_ptr<GlobalHeap> heap_;
  const Address begin_;
  C_UInt128 u{*heap_, begin_};
  C_UInt128 v{*heap_, begin_ + 17};
  C_Int128 s{*heap_, begin_ + 40};
  C_Int128 t{*heap_, begin_ + 56};
};

TEST_F(CInt128Test, AValueLiesInTheArenaInLittleEndianOrder) {
  u = (UInt128{0x0F0E0D0C0B0A0908} << 64) + 0x0706050403020100;
  for (std::uint64_t i = 0; i < 16; ++i) EXPECT_EQ(heap_->lbu(begin_ + i), i);
  EXPECT_EQ(heap_->lbu(begin_ - 1), 0);
  EXPECT_EQ(heap_->lbu(begin_ + 16), 0);
  heap_->sb(begin_, 0xFF);
  EXPECT_TRUE(u.value() % 256 == 0xFF);
}

TEST_F(CInt128Test, ACopyIsAnotherNameAndAnAssignmentCopiesTheValue) {
  u = 5;
  C_UInt128 same = u;
  same += 1;
  EXPECT_TRUE(u == 6);
  v = u;
  u = 7;
  EXPECT_TRUE(v == 6);
  u = u;
  EXPECT_TRUE(u == 7);
}

TEST_F(CInt128Test, AssignmentConvertsAsC) {
  u = -1;
  EXPECT_TRUE(u == kUMax);
  s = std::numeric_limits<std::uint64_t>::max();
  EXPECT_TRUE(s.value() == (Int128{1} << 64) - 1);
  s = u;
  EXPECT_TRUE(s.value() == -1);
  s = kMin;
  u = s;
  EXPECT_TRUE(u.value() == UInt128{1} << 127);
}

TEST_F(CInt128Test, OperandsAreUnsignedIfEitherIs) {
  s = -1;
  u = 1;
  static_assert(std::is_same_v<decltype(s + u), UInt128>);
  static_assert(std::is_same_v<decltype(s + UInt128{1}), UInt128>);
  static_assert(std::is_same_v<decltype(1 + u), UInt128>);
  static_assert(std::is_same_v<decltype(s + std::uint64_t{1}), Int128>);
  static_assert(std::is_same_v<decltype('a' + s), Int128>);
  EXPECT_FALSE(s < u);
  EXPECT_TRUE(s < 1);
  EXPECT_TRUE(s == kUMax);
  EXPECT_TRUE(kUMax == s);
  EXPECT_TRUE(-2 < s);
  EXPECT_TRUE(s / u == kUMax);
  EXPECT_TRUE(s / 1 == -1);
  EXPECT_TRUE(10 - s == 11);
  EXPECT_TRUE(7 % s == 0);
  s /= u;
  EXPECT_TRUE(s == -1);
}

TEST_F(CInt128Test, IncrementAndDecrementWrap) {
  u = kUMax;
  EXPECT_TRUE(u++ == kUMax);
  EXPECT_TRUE(u == 0);
  EXPECT_TRUE(--u == kUMax);
  EXPECT_TRUE(++u == 0);
  s = kMin;
  EXPECT_TRUE(s-- == kMin);
  EXPECT_TRUE(s == kMax);
  EXPECT_TRUE(++s == kMin);
}

TEST_F(CInt128Test, UnaryOperators) {
  s = kMin;
  EXPECT_TRUE(-s == kMin);
  EXPECT_TRUE(+s == kMin);
  EXPECT_TRUE(~s == kMax);
  EXPECT_FALSE(!s);
  u = 0;
  EXPECT_TRUE(!u);
  EXPECT_FALSE(static_cast<bool>(u));
  EXPECT_TRUE(~u == kUMax);
  EXPECT_TRUE(-u == 0);
}

TEST_F(CInt128Test, ShiftsByAnyCount) {
  s = -5;
  EXPECT_TRUE((s >> 1) == -3);
  EXPECT_TRUE((s >> 128) == -1);
  EXPECT_TRUE((s >> kUMax) == -1);
  EXPECT_TRUE((s << 128) == 0);
  EXPECT_TRUE((s << -1) == -3);
  EXPECT_TRUE((s >> -1) == -10);
  u = 1;
  t = 127;
  EXPECT_TRUE((u << t) == UInt128{1} << 127);
  u <<= t;
  u >>= 120;
  EXPECT_TRUE(u == 128);
  // A negative number in an unsigned count is a large one.
  v = -1;
  EXPECT_TRUE((u >> v) == 0);
}

TEST_F(CInt128Test, DivisionByZeroIsAFaultAndChangesNothing) {
  u = 7;
  v = 0;
  s = -7;
  const auto load = [](Address at) {
    return MemoryFault{FaultCode::kIntegerTrap, Access::kLoad, at, 16};
  };
  const auto update = [](Address at) {
    return MemoryFault{FaultCode::kIntegerTrap, Access::kUpdate, at, 16};
  };
  const Digest before = heap_->ComputeDigest();
  EXPECT_EQ(FaultOf([&] { (void)(u / v); }), load(u.address()));
  EXPECT_EQ(FaultOf([&] { (void)(u % v); }), load(u.address()));
  EXPECT_EQ(FaultOf([&] { (void)(s / 0); }), load(s.address()));
  EXPECT_EQ(FaultOf([&] { (void)(7 / v); }), load(v.address()));
  EXPECT_EQ(FaultOf([&] { (void)(7 % v); }), load(v.address()));
  EXPECT_EQ(FaultOf([&] { u /= v; }), update(u.address()));
  EXPECT_EQ(FaultOf([&] { u %= 0; }), update(u.address()));
  EXPECT_EQ(FaultOf([&] { s /= v; }), update(s.address()));
  EXPECT_EQ(heap_->ComputeDigest(), before);
}

TEST_F(CInt128Test, TheLowestNumberDividedByMinusOneIsItself) {
  s = kMin;
  EXPECT_TRUE(s / -1 == kMin);
  EXPECT_TRUE(s % -1 == 0);
  s /= -1;
  EXPECT_TRUE(s == kMin);
  s %= -1;
  EXPECT_TRUE(s == 0);
}

TEST_F(CInt128Test, ConversionsToHostNumbers) {
  s = -3;
  EXPECT_EQ(static_cast<std::int64_t>(s), -3);
  EXPECT_EQ(static_cast<std::uint8_t>(s), 253);
  EXPECT_EQ(static_cast<double>(s), -3.0);
  EXPECT_TRUE(static_cast<UInt128>(s) == kUMax - 2);
  u = kUMax;
  EXPECT_EQ(static_cast<double>(u), 340282366920938463463374607431768211456.0);
  u.SetFromDouble(1e20);
  EXPECT_EQ(u.ToDecimal(), "100000000000000000000");
  s.SetFromDouble(-1e300);
  EXPECT_TRUE(s == kMin);
}

TEST_F(CInt128Test, TextIsWrittenAndRead) {
  ASSERT_TRUE(s.ParseDecimal("-12345678901234567890123").ok());
  EXPECT_EQ(s.ToDecimal(), "-12345678901234567890123");
  EXPECT_EQ(s.ToHex(), "0xfffffffffffffd62bd49b1898ebdbb35");
  ASSERT_TRUE(t.ParseHex(s.ToHex()).ok());
  EXPECT_TRUE(s == t);
  std::ostringstream out;
  out << s << ' ' << u;
  EXPECT_EQ(out.str(), "-12345678901234567890123 0");
}

TEST_F(CInt128Test, ARefusedTextLeavesTheValue) {
  u = 9;
  EXPECT_EQ(u.ParseDecimal("-1").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(u.ParseDecimal("340282366920938463463374607431768211456").code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(u.ParseHex("0x").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(u == 9);
}

TEST_F(CInt128Test, BadAddressesFault) {
  C_UInt128 null(*heap_, kNullAddress);
  const auto null_load =
      MemoryFault{FaultCode::kNullDereference, Access::kLoad, kNullAddress, 16};
  EXPECT_EQ(FaultOf([&] { (void)null.value(); }), null_load);
  EXPECT_EQ(FaultOf([&] { null += 1; }), null_load);
  EXPECT_EQ(FaultOf([&] { null = 1; }),
            (MemoryFault{FaultCode::kNullDereference, Access::kStore,
                         kNullAddress, 16}));
}

TEST(CInt128CheckedTest, AValueMustBeInitialised) {
  const auto heap = MakeCheckedHeap();
  const Address at = heap->layout().begin(Region::kData);
  heap->shadow()->Set(at, 16, ShadowByte::kUninitialised);
  C_Int128 x(*heap, at);
  EXPECT_EQ(
      FaultOf([&] { (void)(x + 1); }),
      (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad, at, 16}));
  x = 1;
  EXPECT_TRUE(x + 1 == 2);
}

// ---- defects of the origin --------------------------------------------------

TEST_F(CInt128Test, Regression128BitAddThrowsInsteadOfWrapping) {
  u = kUMax;
  v = 2;
  EXPECT_TRUE(u + v == 1);
  u += v;
  EXPECT_TRUE(u == 1);
  s = kMax;
  t = kMax;
  EXPECT_TRUE(s + t == -2);
  s += t;
  EXPECT_TRUE(s == -2);
}

}  // namespace
}  // namespace kheap
