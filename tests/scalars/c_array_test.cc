// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_array.h"

#include <cstdint>
#include <limits>
#include <memory>

#include "gtest/gtest.h"
#include "scalars/ptr_var.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

class CArrayTest : public testing::Test {
 protected:
  CArrayTest()
      : heap_(MakeFastHeap()), data_(heap_->layout().begin(Region::kData)) {}

  const std::unique_ptr<GlobalHeap> heap_;
  const Address data_;
};

TEST_F(CArrayTest, ElementsLieSideBySide) {
  const CArray<std::int16_t, 4> array(*heap_, data_);
  for (int i = 0; i < 4; ++i) array[i] = i * i;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(heap_->lh(data_ + 2 * i), i * i);
  EXPECT_EQ(array.size(), 4u);
  int sum = 0;
  for (const auto element : array) sum += element;
  EXPECT_EQ(sum, 14);
  for (auto element : array) element = 1;
  for (const std::int16_t value : array.Span()) sum += value;
  EXPECT_EQ(sum, 18);
}

TEST_F(CArrayTest, ItDecaysToAPointerToItsFirstElement) {
  const CArray<double, 3> array(*heap_, data_);
  const Ptr<double> p = array;
  EXPECT_EQ(p, array.data());
  p[2] = 1.5;
  EXPECT_EQ(array[2], 1.5);
  EXPECT_EQ(array.end() - array.begin(), 3);
}

TEST_F(CArrayTest, ArraysNestRowByRow) {
  const CArray<CArray<std::int32_t, 3>, 2> matrix(*heap_, data_);
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) matrix[i][j] = 10 * i + j;
  }
  EXPECT_EQ(heap_->lw(data_ + 20), 12);
  Ptr<CArray<std::int32_t, 3>> row = matrix;
  ++row;
  EXPECT_EQ((*row)[1], 11);
  EXPECT_EQ(row[-1][2], 2);
  EXPECT_EQ(SizeOf<decltype(matrix)>(), 24u);
}

TEST_F(CArrayTest, ArraysOfPointersHoldPointers) {
  const CArray<Ptr<std::int32_t>, 3> array(*heap_, data_);
  array[2] = Ptr<std::int32_t>(*heap_, data_ + 64);
  *array[2] = 5;
  EXPECT_EQ(heap_->lw(data_ + 64), 5);
  EXPECT_EQ(heap_->ld(data_ + 16),
            static_cast<std::int64_t>((data_ + 64).offset()));
}

TEST_F(CArrayTest, AnIndexOutsideIsFault111) {
  const CArray<std::int32_t, 4> array(*heap_, data_ + 64);
  for (const std::int64_t index :
       {std::int64_t{-1}, std::int64_t{4}, std::int64_t{5},
        std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(FaultOf([&] { array[index] = 1; }),
              (MemoryFault{
                  FaultCode::kOutOfBounds, Access::kUpdate,
                  array.address() + 4 * static_cast<std::uint64_t>(index), 4}));
  }
  array[3] = 1;
  // The pointer that it decays to does not know the bounds.
  array.data()[4] = 2;
  EXPECT_EQ(heap_->lw(data_ + 80), 2);
}

}  // namespace
}  // namespace kheap
