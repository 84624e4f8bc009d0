// SPDX-License-Identifier: Apache-2.0
#include "scalars/guest_type.h"

#include <cstdint>
#include <memory>
#include <type_traits>

#include "gtest/gtest.h"
#include "scalars/c_array.h"
#include "scalars/ptr_var.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

static_assert(SizeOf<std::int8_t>() == 1 && AlignOf<std::int8_t>() == 1);
static_assert(SizeOf<bool>() == 1);
static_assert(SizeOf<std::uint16_t>() == 2 && AlignOf<std::uint16_t>() == 2);
static_assert(SizeOf<float>() == 4 && AlignOf<float>() == 4);
static_assert(SizeOf<double>() == 8 && AlignOf<double>() == 8);
static_assert(SizeOf<Ptr<char>>() == 8 && AlignOf<Ptr<void>>() == 8);
static_assert(SizeOf<CArray<std::int16_t, 5>>() == 10);
static_assert(AlignOf<CArray<std::int16_t, 5>>() == 2);
static_assert(std::is_same_v<PlaceOf<std::int32_t>, CIntVar>);
static_assert(std::is_same_v<PlaceOf<Ptr<double>>, CPtrVar<double>>);

// struct node { int key; struct node* next; };
struct Node : CStruct {
  static constexpr std::uint64_t kSizeBytes = 16;
  static constexpr std::uint64_t kAlignment = 8;
  using CStruct::CStruct;
  CIntVar key() const { return Member<std::int32_t>(0); }
  CPtrVar<Node> next() const { return Member<Ptr<Node>>(8); }
};
static_assert(SizeOf<Node>() == 16 && AlignOf<Node>() == 8);

class GuestTypeTest : public testing::Test {
 protected:
  GuestTypeTest()
      : heap_(MakeFastHeap()), data_(heap_->layout().begin(Region::kData)) {}

  const std::unique_ptr<GlobalHeap> heap_;
  const Address data_;
};

TEST_F(GuestTypeTest, AStructsMembersLieAtTheirOffsets) {
  const Node node(*heap_, data_);
  node.key() = 5;
  node.next() = Ptr<Node>(*heap_, data_ + 64);
  EXPECT_EQ(heap_->lw(data_), 5);
  EXPECT_EQ(heap_->ld(data_ + 8),
            static_cast<std::int64_t>((data_ + 64).offset()));
}

TEST_F(GuestTypeTest, AListIsWalkedThroughItsPointers) {
  Ptr<Node> first(*heap_, nullptr);
  for (int i = 0; i < 10; ++i) {
    const Ptr<Node> node(*heap_, data_ + 16 * i);
    node->key() = i;
    node->next() = first;
    first = node;
  }
  int sum = 0;
  for (Ptr<Node> node = first; node; node = node->next()) sum += node->key();
  EXPECT_EQ(sum, 45);
  EXPECT_EQ(first->next()->next()->key(), 7);
}

TEST_F(GuestTypeTest, AssignCopiesAllBytes) {
  const Node a(*heap_, data_);
  const Node b(*heap_, data_ + 16);
  heap_->Fill(data_, std::byte{7}, 16);
  heap_->Fill(data_ + 16, std::byte{0}, 32);
  Assign(b, a);
  EXPECT_EQ(heap_->Compare(data_, data_ + 16, 16), 0);
  EXPECT_EQ(heap_->lb(data_ + 32), 0);
  Assign(a, a);
  EXPECT_EQ(heap_->lb(data_), 7);
}

TEST(GuestTypeCheckedTest, AssignCopiesUninitialisedMembersAsSuch) {
  const auto heap = MakeCheckedHeap();
  const Address data = heap->layout().begin(Region::kData);
  heap->shadow()->Set(data, 32, ShadowByte::kUninitialised);
  const Node a(*heap, data);
  const Node b(*heap, data + 16);
  a.key() = 1;
  Assign(b, a);
  EXPECT_EQ(b.key(), 1);
  EXPECT_EQ(FaultOf([&] { (void)b.next().get(); }),
            (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad,
                         data + 24, 8}));
}

}  // namespace
}  // namespace kheap
