// SPDX-License-Identifier: Apache-2.0
#include "scalars/ptr_var.h"

#include <cstdint>
#include <limits>
#include <memory>

#include "gtest/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

using CIntPtr = Ptr<std::int32_t>;

class PtrVarTest : public testing::Test {
 protected:
  PtrVarTest()
      : heap_(MakeFastHeap()), data_(heap_->layout().begin(Region::kData)) {}

  template <typename T>
  Ptr<T> At(std::uint64_t offset) {
    return Ptr<T>(*heap_, data_ + offset);
  }

  const std::unique_ptr<GlobalHeap> heap_;
  const Address data_;
};

TEST_F(PtrVarTest, APointerToAPointerLeadsThroughTheArena) {
  CPtrVar<std::int32_t> p(*heap_, data_);
  p = At<std::int32_t>(64);
  const Ptr<Ptr<std::int32_t>> pp = AddressOf(p);
  **pp = 7;
  EXPECT_EQ(heap_->lw(data_ + 64), 7);
  (*pp)[1] = 8;
  EXPECT_EQ(heap_->lw(data_ + 68), 8);
  *pp = At<std::int32_t>(128);
  EXPECT_EQ(p, At<std::int32_t>(128));
  CPtrVar<Ptr<std::int32_t>> ppp(*heap_, data_ + 8);
  ppp = pp;
  ***AddressOf(ppp) = 9;
  EXPECT_EQ(heap_->lw(data_ + 128), 9);
}

TEST_F(PtrVarTest, PointerVariablesBehaveAsPointers) {
  CPtrVar<std::int32_t> p(*heap_, data_);
  const CIntPtr array = At<std::int32_t>(64);
  p = array;
  for (int i = 0; i < 4; ++i) array[i] = i;
  EXPECT_EQ(*p, 0);
  EXPECT_EQ(*p++, 0);
  EXPECT_EQ(*++p, 2);
  EXPECT_EQ(*p--, 2);
  EXPECT_EQ(*p, 1);
  p += 2;
  EXPECT_EQ(p - array, 3);
  p -= 3;
  EXPECT_EQ(p, array);
  EXPECT_EQ(p[3], 3);
  p->SubAssign(1);
  EXPECT_EQ(array[0], -1);
  --p;
  EXPECT_TRUE(p < array);
  p = nullptr;
  EXPECT_FALSE(p);
  EXPECT_TRUE(p == nullptr);
  CPtrVar<void> v(*heap_, data_ + 8);
  v = array;
  p = v.get().Cast<std::int32_t>();
  EXPECT_EQ(p, array);
  EXPECT_EQ(heap_->ld(data_), heap_->ld(data_ + 8));
}

TEST_F(PtrVarTest, SwappingPointerVariablesExchangesTheirValues) {
  CPtrVar<std::int32_t> a(*heap_, data_);
  CPtrVar<std::int32_t> b(*heap_, data_ + 8);
  a = At<std::int32_t>(64);
  b = nullptr;
  swap(a, b);
  EXPECT_TRUE(a == nullptr);
  EXPECT_EQ(b, At<std::int32_t>(64));
}

TEST_F(PtrVarTest, AssigningOnePointerVariableToAnotherCopiesTheValue) {
  CPtrVar<std::int32_t> a(*heap_, data_);
  CPtrVar<std::int32_t> b(*heap_, data_ + 8);
  a = At<std::int32_t>(64);
  b = nullptr;
  a = b;
  b = At<std::int32_t>(128);
  EXPECT_TRUE(a == nullptr);
}

TEST_F(PtrVarTest, APointerOfAnotherArenaIsRefused) {
  CPtrVar<std::int32_t> p(*heap_, data_);
  const auto other_heap = MakeFastHeap();
  EXPECT_DEATH(p = CIntPtr(*other_heap, data_), "stays in its own arena");
}

TEST_F(PtrVarTest, StepsWrapAtBothEnds) {
  CPtrVar<std::int64_t> p(*heap_, data_);
  p = nullptr;
  --p;
  EXPECT_EQ(p.get().address(), Address(0) - 8);
  ++p;
  EXPECT_TRUE(p == nullptr);
  p -= std::numeric_limits<std::int64_t>::min();
  EXPECT_TRUE(p == nullptr);
}

TEST_F(PtrVarTest, AStepOfANullVariableIsAFaultOfTheVariable) {
  CPtrVar<std::int32_t> p(*heap_, kNullAddress);
  EXPECT_EQ(FaultOf([&] { p++; }),
            (MemoryFault{FaultCode::kNullDereference, Access::kUpdate,
                         kNullAddress, 8}));
}

}  // namespace
}  // namespace kheap
