// SPDX-License-Identifier: Apache-2.0
#include "scalars/ptr.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "scalars/c_array.h"
#include "scalars/ptr_var.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

using CIntPtr = Ptr<std::int32_t>;

static_assert(std::is_convertible_v<CIntPtr, Ptr<void>>);
static_assert(!std::is_convertible_v<Ptr<void>, CIntPtr>);
static_assert(!std::is_convertible_v<CIntPtr, Ptr<std::int64_t>>);

struct Triple : CStruct {
  static constexpr std::uint64_t kSizeBytes = 3;
  static constexpr std::uint64_t kAlignment = 1;
  using CStruct::CStruct;
};

class PtrTest : public testing::Test {
 protected:
  PtrTest()
      : heap_(MakeFastHeap()), data_(heap_->layout().begin(Region::kData)) {}

  template <typename T>
  Ptr<T> At(std::uint64_t offset) {
    return Ptr<T>(*heap_, data_ + offset);
  }
  // p[i], *(p + i), ++p and differences all step by `size_bytes`.
  template <typename T>
  void ExpectStride(std::uint64_t size_bytes) {
    const Ptr<T> p = At<T>(4096);
    for (std::int64_t i = -100; i <= 100; ++i) {
      const Address expected = p.address() + i * size_bytes;
      EXPECT_EQ((p + i).address(), expected);
      EXPECT_EQ((i + p).address(), expected);
      EXPECT_EQ((p - -i).address(), expected);
      EXPECT_EQ((*(p + i)).address(), expected);
      EXPECT_EQ(p[i].address(), expected);
      EXPECT_EQ((p + i) - p, i);
      EXPECT_EQ(p - (p + i), -i);
    }
    Ptr<T> q = p;
    EXPECT_EQ((++q).address(), p.address() + size_bytes);
    EXPECT_EQ((q++).address(), p.address() + size_bytes);
    EXPECT_EQ((--q).address(), p.address() + size_bytes);
    EXPECT_EQ((q--).address(), p.address() + size_bytes);
    EXPECT_EQ(q, p);
    EXPECT_EQ(SizeOf<T>(), size_bytes);
  }

  const std::unique_ptr<GlobalHeap> heap_;
  const Address data_;
};

TEST_F(PtrTest, TheStrideIsTheSameInEveryNotationForEveryType) {
  ExpectStride<std::int8_t>(1);
  ExpectStride<std::uint16_t>(2);
  ExpectStride<std::int32_t>(4);
  ExpectStride<float>(4);
  ExpectStride<std::uint64_t>(8);
  ExpectStride<double>(8);
  ExpectStride<Triple>(3);
  ExpectStride<CArray<std::int16_t, 7>>(14);
}

TEST_F(PtrTest, RegressionDoublePointersStride8) {
  ExpectStride<double>(8);
  ExpectStride<Ptr<double>>(8);
}

TEST_F(PtrTest, PointersToPointersStride8) {
  ExpectStride<Ptr<std::int8_t>>(8);
  ExpectStride<Ptr<void>>(8);
  ExpectStride<Ptr<Ptr<std::int32_t>>>(8);
}

TEST_F(PtrTest, DereferencingReadsAndWritesTheTarget) {
  const CIntPtr p = At<std::int32_t>(0);
  *p = 5;
  p[1] = *p + 1;
  EXPECT_EQ(heap_->lw(data_), 5);
  EXPECT_EQ(heap_->lw(data_ + 4), 6);
  p->AddAssign(10);
  EXPECT_EQ(*p, 15);
}

TEST_F(PtrTest, NullIsNullAndFaultsWhenFollowed) {
  CIntPtr p(*heap_, nullptr);
  EXPECT_TRUE(p.is_null());
  EXPECT_FALSE(p);
  EXPECT_TRUE(p == nullptr && nullptr == p);
  EXPECT_EQ(FaultOf([&] { *p = 1; }),
            (MemoryFault{FaultCode::kNullDereference, Access::kStore,
                         kNullAddress, 4}));
  EXPECT_EQ(FaultOf([&] { (void)p[3].get(); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kLoad,
                         Address(12), 4}));
  p = At<std::int32_t>(0);
  EXPECT_TRUE(p);
  EXPECT_FALSE(p == nullptr);
  p = nullptr;
  EXPECT_TRUE(p.is_null());
}

TEST_F(PtrTest, ComparisonsFollowTheAddresses) {
  const CIntPtr a = At<std::int32_t>(0);
  const CIntPtr b = a + 1;
  EXPECT_TRUE(a < b && b > a && a <= a && a >= a && a != b && a == a);
  EXPECT_FALSE(b < a);
  const auto other_heap = MakeFastHeap();
  EXPECT_NE(a, CIntPtr(*other_heap, a.address()));
}

TEST_F(PtrTest, DifferencesAreSignedAndRoundedToZero) {
  const CIntPtr p = At<std::int32_t>(8);
  EXPECT_EQ(At<std::int32_t>(15) - p, 1);
  EXPECT_EQ(At<std::int32_t>(1) - p, -1);
  EXPECT_EQ(At<std::int32_t>(5) - p, 0);
}

TEST_F(PtrTest, ArithmeticBeyondEverythingWrapsAndIsCaughtWhereItIsUsed) {
  const CIntPtr p = At<std::int32_t>(0);
  const auto far = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(p + far - far, p);
  EXPECT_EQ((CIntPtr(*heap_, nullptr) - 1).address(), Address(0) - 4);
  const std::int64_t beyond = std::int64_t{1} << 40;
  EXPECT_EQ(FaultOf([&] { (void)p[beyond].get(); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad,
                         (p + beyond).address(), 4}));
}

TEST_F(PtrTest, CastsKeepTheAddress) {
  const CIntPtr p = At<std::int32_t>(0);
  *p = 0x01020304;
  EXPECT_EQ(p.Cast<std::int8_t>()[0], 4);
  EXPECT_EQ(p.Cast<std::int8_t>()[3], 1);
  const Ptr<void> v = p;
  EXPECT_EQ(v.Cast<std::int32_t>(), p);
  EXPECT_EQ(v, Ptr<void>(p));
  EXPECT_FALSE(v == nullptr);
}

}  // namespace
}  // namespace kheap
