// SPDX-License-Identifier: Apache-2.0
#include "bitshift/limb_view.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "tests/support/bit_reference.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

template <typename L>
class LimbViewTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kSizeBytes = 256;

  LimbViewTest()
      : heap_(MakeFastHeap()), begin_(heap_->layout().begin(Region::kData)) {
    const Bytes pattern = PatternBytes(kSizeBytes, 7);
    const auto bytes = heap_->Span(begin_, kSizeBytes, Access::kStore);
    std::copy(pattern.begin(), pattern.end(), bytes.begin());
  }

  Bytes Copy() {
    const auto bytes = heap_->Span(begin_, kSizeBytes, Access::kLoad);
    return Bytes(bytes.begin(), bytes.end());
  }
  LimbView<L> View(std::uint64_t above, std::uint64_t count) {
    return LimbView<L>(*heap_, begin_ + above, count);
  }

  const std::unique_ptr<GlobalHeap> heap_;
  const Address begin_;
};

using LimbTypes =
    testing::Types<std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(LimbViewTest, LimbTypes);

TYPED_TEST(LimbViewTest, ALimbIsTheLittleEndianNumberAtItsPlace) {
  using L = TypeParam;
  LimbView<L> view = this->View(3, 9);
  for (std::uint64_t i = 0; i < 9; ++i) {
    EXPECT_EQ(view.Get(i),
              this->heap_->template Load<L>(this->begin_ + 3 + i * sizeof(L)));
  }
  Bytes expected = this->Copy();
  for (std::size_t byte = 0; byte < sizeof(L); ++byte) {
    expected[3 + 5 * sizeof(L) + byte] = static_cast<std::byte>(0xA0 + byte);
  }
  view.Set(5, static_cast<L>(0xA7A6A5A4A3A2A1A0));
  EXPECT_EQ(this->Copy(), expected);
}

TYPED_TEST(LimbViewTest, FillSetsEveryLimbAndNoByteBeside) {
  using L = TypeParam;
  for (std::uint64_t count = 0; count < 20; ++count) {
    Bytes expected = this->Copy();
    const auto value = static_cast<L>(0xB7B6B5B4B3B2B1B0 + count);
    for (std::uint64_t i = 0; i < count; ++i) {
      for (std::size_t byte = 0; byte < sizeof(L); ++byte) {
        expected[5 + i * sizeof(L) + byte] =
            static_cast<std::byte>(value >> (8 * byte));
      }
    }
    this->View(5, count).Fill(value);
    ASSERT_EQ(this->Copy(), expected);
  }
}

TYPED_TEST(LimbViewTest, CopyReadsAnOverlappingSourceAsItWas) {
  using L = TypeParam;
  for (std::uint64_t to = 0; to < 40; ++to) {
    for (std::uint64_t from = 0; from < 40; ++from) {
      Bytes expected = this->Copy();
      std::copy_n(this->Copy().begin() + static_cast<std::ptrdiff_t>(from),
                  10 * sizeof(L),
                  expected.begin() + static_cast<std::ptrdiff_t>(to));
      this->View(to, 11).CopyFrom(this->View(from, 10));
      ASSERT_EQ(this->Copy(), expected) << from << " to " << to;
    }
  }
}

TYPED_TEST(LimbViewTest, CopyFromAnotherArena) {
  using L = TypeParam;
  const auto other = MakeFastHeap();
  LimbView<L> source(*other, other->layout().begin(Region::kData) + 1, 8);
  for (std::uint64_t i = 0; i < 8; ++i) source.Set(i, static_cast<L>(i + 100));
  this->View(2, 8).CopyFrom(source);
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(this->View(2, 8).Get(i), static_cast<L>(i + 100));
  }
  const Bytes before = this->Copy();
  this->View(0, 0).CopyFrom(LimbView<L>(*other, kNullAddress, 0));
  EXPECT_EQ(this->Copy(), before);
}

TYPED_TEST(LimbViewTest, ASliceSeesTheSameLimbs) {
  using L = TypeParam;
  LimbView<L> view = this->View(1, 12);
  for (std::uint64_t first = 0; first <= 12; ++first) {
    for (std::uint64_t count = 0; first + count <= 12; ++count) {
      LimbView<L> slice = view.Slice(first, count);
      ASSERT_EQ(slice.count(), count);
      ASSERT_EQ(slice.size_bytes(), count * sizeof(L));
      ASSERT_EQ(slice.address(), view.address() + first * sizeof(L));
      if (count == 0) continue;
      slice.Set(count - 1, static_cast<L>(first + count));
      ASSERT_EQ(view.Get(first + count - 1), static_cast<L>(first + count));
    }
  }
}

TYPED_TEST(LimbViewTest, IterationYieldsTheLimbsInOrder) {
  using L = TypeParam;
  LimbView<L> view = this->View(1, 12);
  std::vector<L> limbs;
  for (const L limb : view) limbs.push_back(limb);
  ASSERT_EQ(limbs.size(), 12u);
  for (std::uint64_t i = 0; i < 12; ++i) EXPECT_EQ(limbs[i], view.Get(i));
  EXPECT_EQ(std::vector<L>(view.begin(), view.end()), limbs);
  auto iterator = view.begin();
  EXPECT_EQ(*iterator++, limbs[0]);
  EXPECT_EQ(*iterator, limbs[1]);
  EXPECT_TRUE(this->View(1, 0).begin() == this->View(1, 0).end());
}

TYPED_TEST(LimbViewTest, IndicesAndSlicesBeyondTheViewFault) {
  using L = TypeParam;
  LimbView<L> view = this->View(0, 4);
  const Bytes before = this->Copy();
  const auto out = [&](Access access, std::uint64_t index,
                       std::uint64_t count) {
    return MemoryFault{FaultCode::kOutOfBounds, access,
                       this->begin_ + index * sizeof(L), count * sizeof(L)};
  };
  view.Set(3, view.Get(3));
  EXPECT_EQ(FaultOf([&] { view.Get(4); }), out(Access::kLoad, 4, 1));
  EXPECT_EQ(FaultOf([&] { view.Set(4, 0); }), out(Access::kStore, 4, 1));
  EXPECT_EQ(FaultOf([&] { view.Get(kMax); }), out(Access::kLoad, kMax, 1));
  EXPECT_EQ(FaultOf([&] { view.Slice(4, 0); }), std::nullopt);
  EXPECT_EQ(FaultOf([&] { view.Slice(5, 0); }), out(Access::kLoad, 5, 0));
  EXPECT_EQ(FaultOf([&] { view.Slice(3, 2); }), out(Access::kLoad, 3, 2));
  EXPECT_EQ(FaultOf([&] { view.Slice(1, kMax); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad,
                         this->begin_ + sizeof(L), kMax}));
  EXPECT_EQ(FaultOf([&] { view.CopyFrom(this->View(64, 5)); }),
            out(Access::kStore, 0, 5));
  EXPECT_EQ(FaultOf([&] { *view.end(); }), out(Access::kLoad, 4, 1));
  EXPECT_EQ(this->Copy(), before);
}

TYPED_TEST(LimbViewTest, TheGuestsRulesHoldWithinTheView) {
  using L = TypeParam;
  LimbView<L> null(*this->heap_, kNullAddress, 4);
  EXPECT_EQ(FaultOf([&] { null.Get(1); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kLoad,
                         Address(sizeof(L)), sizeof(L)}));
  EXPECT_EQ(FaultOf([&] { null.Fill(1); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kStore,
                         kNullAddress, 4 * sizeof(L)}));
  EXPECT_EQ(FaultOf([&] { null.CopyFrom(this->View(0, 2)); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kStore,
                         kNullAddress, 2 * sizeof(L)}));
  EXPECT_EQ(FaultOf([&] { this->View(0, 4).CopyFrom(null); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kLoad,
                         kNullAddress, 4 * sizeof(L)}));
}

TYPED_TEST(LimbViewTest, AViewEndsWhereTheAddressesDo) {
  using L = TypeParam;
  LimbView<L> view(*this->heap_, this->begin_, kMax);
  EXPECT_EQ(view.count(), (kMax - this->begin_.offset()) / sizeof(L));
  EXPECT_EQ(FaultOf([&] { view.Fill(0); })->code, FaultCode::kOutOfBounds);
  EXPECT_EQ(FaultOf([&] { view.Get(view.count() - 1); })->code,
            FaultCode::kOutOfBounds);
  EXPECT_EQ(view.Get(0), this->heap_->template Load<L>(this->begin_));
}

}  // namespace
}  // namespace kheap
