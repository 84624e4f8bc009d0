// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_var.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

class CVarTest : public testing::Test {
 protected:
  CVarTest()
      : heap_(MakeFastHeap()), data_(heap_->layout().begin(Region::kData)) {}

  template <typename T>
  CVar<T> At(std::uint64_t offset) {
    return CVar<T>(*heap_, data_ + offset);
  }

  const std::unique_ptr<GlobalHeap> heap_;
  const Address data_;
};

TEST_F(CVarTest, EveryWriteAndReadGoesStraightToTheArena) {
  CIntVar n = At<std::int32_t>(0);
  n = -2;
  EXPECT_EQ(heap_->lw(data_), -2);
  heap_->sw(data_, 7);
  EXPECT_EQ(n, 7);
  CVar<std::uint8_t> low = At<std::uint8_t>(0);
  low = 255;
  EXPECT_EQ(n, 255);
}

TEST_F(CVarTest, CopyingNamesTheSameVariableAssigningCopiesTheValue) {
  CIntVar a = At<std::int32_t>(0);
  CIntVar b = At<std::int32_t>(4);
  a = 1;
  b = 2;
  CIntVar same = a;
  same = 5;
  EXPECT_EQ(a, 5);
  a = b;
  b = 9;
  EXPECT_EQ(a, 2);
  EXPECT_EQ(b, 9);
  a = b = 3;
  EXPECT_EQ(a, 3);
}

TEST_F(CVarTest, SwapExchangesTheValues) {
  CIntVar a = At<std::int32_t>(0);
  CIntVar b = At<std::int32_t>(4);
  a = 1;
  b = 2;
  using std::swap;
  swap(a, b);
  EXPECT_EQ(a, 2);
  EXPECT_EQ(b, 1);
  swap(a, a);
  EXPECT_EQ(a, 2);
}

TEST_F(CVarTest, ASwapThatFaultsChangesNothing) {
  CIntVar a = At<std::int32_t>(0);
  CIntVar constant(*heap_, heap_->layout().begin(Region::kReadOnly));
  a = 1;
  const Digest before = heap_->ComputeDigest();
  const MemoryFault fault = {FaultCode::kReadOnlyWrite, Access::kStore,
                             constant.address(), 4};
  EXPECT_EQ(FaultOf([&] { swap(a, constant); }), fault);
  EXPECT_EQ(FaultOf([&] { swap(constant, a); }), fault);
  EXPECT_EQ(heap_->ComputeDigest(), before);
}

// Every offset, every width: the bytes on both sides stay as they were.
template <typename T>
void ExpectNeighboursUntouched(GlobalHeap& heap, Address data) {
  for (std::uint64_t offset = 1; offset < 24; ++offset) {
    heap.Fill(data, std::byte{90}, 48);
    CVar<T> variable(heap, data + offset);
    variable = 17;
    variable += 20;
    variable *= 3;
    EXPECT_EQ(variable, T{111});
    for (std::uint64_t i = 0; i < 48; ++i) {
      if (i < offset || i >= offset + sizeof(T)) {
        ASSERT_EQ(heap.lbu(data + i), 90) << offset << " " << i;
      }
    }
  }
}

TEST_F(CVarTest, RegressionUnaligned32BitStoreCorruptsNoNeighbour) {
  ExpectNeighboursUntouched<std::int32_t>(*heap_, data_);
}

TEST_F(CVarTest, NoStoreOfAnyWidthAtAnyAlignmentTouchesItsNeighbours) {
  ExpectNeighboursUntouched<std::int8_t>(*heap_, data_);
  ExpectNeighboursUntouched<std::uint16_t>(*heap_, data_);
  ExpectNeighboursUntouched<std::int64_t>(*heap_, data_);
  ExpectNeighboursUntouched<float>(*heap_, data_);
  ExpectNeighboursUntouched<double>(*heap_, data_);
}

TEST_F(CVarTest, RegressionAddressZeroIsNull) {
  CIntVar null(*heap_, kNullAddress);
  const auto fault = [](Access access) {
    return MemoryFault{FaultCode::kNullDereference, access, kNullAddress, 4};
  };
  EXPECT_EQ(FaultOf([&] { (void)null.get(); }), fault(Access::kLoad));
  EXPECT_EQ(FaultOf([&] { null = 1; }), fault(Access::kStore));
  EXPECT_EQ(FaultOf([&] { null += 1; }), fault(Access::kUpdate));
  EXPECT_EQ(FaultOf([&] { null++; }), fault(Access::kUpdate));
}

TEST_F(CVarTest, ADoublesRawBitsAreItsEncoding) {
  CDoubleVar d = At<double>(0);
  d = -0.0;
  EXPECT_EQ(d.raw_bits(), std::uint64_t{1} << 63);
  d.set_raw_bits(0x3FF0'0000'0000'0000);
  EXPECT_EQ(d, 1.0);
  CFloatVar f = At<float>(8);
  f = 1;
  EXPECT_EQ(f.raw_bits(), 0x3F80'0000u);
}

TEST_F(CVarTest, NanPayloadsSurviveLoadsStoresAndCopies) {
  CDoubleVar a = At<double>(0);
  CDoubleVar b = At<double>(8);
  for (const std::uint64_t bits :
       {0x7FF0'0000'0000'0001u, 0xFFF4'1234'5678'9ABCu, 0x7FF8'0000'0000'0000u,
        0xFFFF'FFFF'FFFF'FFFFu}) {
    a.set_raw_bits(bits);
    b = a;
    EXPECT_EQ(b.raw_bits(), bits);
    const double host = a;
    b = 0;
    b = host;
    EXPECT_EQ(b.raw_bits(), bits);
    swap(a, b);
    EXPECT_EQ(a.raw_bits(), bits);
  }
}

TEST_F(CVarTest, OperandsAreReadBeforeTheVariableChanges) {
  CUIntVar x = At<std::uint32_t>(0);
  x = 3;
  x += x;
  EXPECT_EQ(x, 6u);
  x *= x;
  EXPECT_EQ(x, 36u);
  x.SubAssign(x);
  EXPECT_EQ(x, 0u);
  // Overlapping variables: the operand is the value before.
  CUByteVar high = At<std::uint8_t>(1);
  x = 0x0201;
  x += high;
  EXPECT_EQ(x, 0x0203u);
}

TEST_F(CVarTest, OperatorsReturnWhatCSaysTheyDo) {
  CIntVar n = At<std::int32_t>(0);
  n = 5;
  EXPECT_EQ(n++, 5);
  EXPECT_EQ(n--, 6);
  EXPECT_EQ(++n, 6);
  EXPECT_EQ(--n, 5);
  (n += 2) *= 3;
  EXPECT_EQ(n, 21);
  EXPECT_EQ((n.AddAssign(1).SubAssign(2)), 20);
}

TEST_F(CVarTest, ADivisionWithoutResultIsFault122AndChangesNothing) {
  CIntVar n = At<std::int32_t>(0);
  CLongVar l = At<std::int64_t>(8);
  CUByteVar zero = At<std::uint8_t>(16);
  n = std::numeric_limits<std::int32_t>::min();
  l = std::numeric_limits<std::int64_t>::min();
  zero = 0;
  const Digest before = heap_->ComputeDigest();
  const MemoryFault trap_n = {FaultCode::kIntegerTrap, Access::kUpdate,
                              n.address(), 4};
  const MemoryFault trap_l = {FaultCode::kIntegerTrap, Access::kUpdate,
                              l.address(), 8};
  EXPECT_EQ(FaultOf([&] { n /= 0; }), trap_n);
  EXPECT_EQ(FaultOf([&] { n %= zero; }), trap_n);
  EXPECT_EQ(FaultOf([&] { n /= -1; }), trap_n);
  EXPECT_EQ(FaultOf([&] { n %= -1; }), trap_n);
  EXPECT_EQ(FaultOf([&] { l /= -1; }), trap_l);
  EXPECT_EQ(FaultOf([&] { l.RemAssign(-1); }), trap_l);
  EXPECT_EQ(heap_->ComputeDigest(), before);
  // In 64 bits the quotient exists and is then converted.
  n /= std::int64_t{-1};
  EXPECT_EQ(n, std::numeric_limits<std::int32_t>::min());
  CDoubleVar d = At<double>(24);
  d = 1;
  d /= 0;
  EXPECT_EQ(d, std::numeric_limits<double>::infinity());
}

TEST_F(CVarTest, ACompoundAssignmentToAConstantIsFault120) {
  const Address address = heap_->layout().begin(Region::kReadOnly);
  CIntVar constant(*heap_, address);
  EXPECT_EQ(constant, 0);
  EXPECT_EQ(
      FaultOf([&] { constant += 1; }),
      (MemoryFault{FaultCode::kReadOnlyWrite, Access::kUpdate, address, 4}));
}

TEST_F(CVarTest, ABoolHoldsZeroOrOne) {
  CBoolVar b = At<bool>(0);
  b = 256;
  EXPECT_EQ(heap_->lbu(data_), 1);
  b = 0.5;
  EXPECT_EQ(heap_->lbu(data_), 1);
  b -= 1;
  EXPECT_EQ(heap_->lbu(data_), 0);
  // A byte that no C program stores through a bool reads as true.
  heap_->sb(data_, 170);
  EXPECT_TRUE(b);
}

TEST(CVarCheckedTest, AnUninitialisedVariableCannotBeReadOrUpdated) {
  const auto heap = MakeCheckedHeap();
  const Address address = heap->layout().begin(Region::kData);
  heap->shadow()->Set(address, 16, ShadowByte::kUninitialised);
  CIntVar n(*heap, address);
  CIntVar other(*heap, address + 4);
  const MemoryFault fault = {FaultCode::kUninitialisedRead, Access::kLoad,
                             address, 4};
  EXPECT_EQ(FaultOf([&] { (void)n.get(); }), fault);
  EXPECT_EQ(FaultOf([&] { n += 1; }),
            (MemoryFault{FaultCode::kUninitialisedRead, Access::kUpdate,
                         address, 4}));
  EXPECT_EQ(FaultOf([&] { other = n; }), fault);
  // Of two operands that fault, the right one does.
  EXPECT_EQ(FaultOf([&] { other += n; }), fault);
  n = 1;
  n += 1;
  EXPECT_EQ(n, 2);
}

}  // namespace
}  // namespace kheap
