// SPDX-License-Identifier: Apache-2.0
// Loads and stores of single numbers: every type at every alignment.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "rapidcheck/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kAlignmentCount = 64;
constexpr std::byte kGuard{165};

template <typename T>
class ScalarTest : public testing::Test {};

using Scalars =
    testing::Types<char, signed char, unsigned char, short, unsigned short, int,
                   unsigned int, long, unsigned long, long long,
                   unsigned long long, char16_t, char32_t, float, double,
                   __int128, unsigned __int128, Address>;
TYPED_TEST_SUITE(ScalarTest, Scalars);

// A T with the bytes 1, 2, 3 … in the arena's order, whatever the host's.
template <typename T>
T CountingValue() {
  unsigned __int128 bits = 0;
  for (std::size_t i = sizeof(T); i > 0; --i) bits = bits * 256 + i;
  if constexpr (std::is_same_v<T, float>) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  } else if constexpr (std::is_same_v<T, double>) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(bits));
  } else if constexpr (std::is_same_v<T, Address>) {
    return Address(static_cast<std::uint64_t>(bits));
  } else {
    return static_cast<T>(bits);
  }
}

TYPED_TEST(ScalarTest, IsStoredInLittleEndianOrderBetweenItsNeighbours) {
  for (const bool checked : {false, true}) {
    const auto heap = MakeHeap(SmallHeapOptions(checked));
    const Address stack = heap->layout().begin(Region::kStack);
    if (checked) heap->shadow()->Set(stack, 4096, ShadowByte::kInitialised);
    for (std::uint64_t i = 0; i < kAlignmentCount; ++i) {
      heap->Fill(stack, kGuard, 128);
      const Address address = stack + 16 + i;
      heap->Store<TypeParam>(address, CountingValue<TypeParam>());
      for (std::uint64_t j = 0; j < 128; ++j) {
        const std::uint64_t place = j - 16 - i;
        const bool inside = j >= 16 + i && place < sizeof(TypeParam);
        ASSERT_EQ(heap->lbu(stack + j), inside ? place + 1 : 165)
            << "alignment " << i << ", byte " << j;
      }
      ASSERT_EQ(heap->Load<TypeParam>(address), CountingValue<TypeParam>());
      ASSERT_EQ(heap->TryLoad<TypeParam>(address), CountingValue<TypeParam>());
    }
  }
}

TYPED_TEST(ScalarTest, TryStoreStoresWhatStoreStores) {
  const auto heap = MakeHeap(SmallHeapOptions(false));
  const Address address = heap->layout().begin(Region::kStack) + 1;
  ASSERT_TRUE(heap->TryStore<TypeParam>(address, CountingValue<TypeParam>()));
  EXPECT_EQ(heap->Load<TypeParam>(address), CountingValue<TypeParam>());
}

// The last place before the break, which the fast range check leaves to the
// full one, and the first place that reaches beyond it.
TYPED_TEST(ScalarTest, FitsExactlyUpToTheBreak) {
  constexpr std::uint64_t kSize = sizeof(TypeParam);
  const auto heap = MakeHeap(SmallHeapOptions(false));
  ASSERT_TRUE(heap->SetBreak(heap->break_address() + 100));
  const TypeParam value = CountingValue<TypeParam>();
  for (std::uint64_t before = 0; before <= 32; ++before) {
    const Address address = heap->break_address() - before;
    if (before >= kSize) {
      heap->Store<TypeParam>(address, value);
      ASSERT_EQ(heap->Load<TypeParam>(address), value);
      continue;
    }
    const std::vector<std::byte> bytes = BytesOf(*heap);
    ASSERT_EQ(
        FaultOf([&] { heap->Load<TypeParam>(address); }),
        (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, address, kSize}));
    ASSERT_EQ(
        FaultOf([&] { heap->Store<TypeParam>(address, value); }),
        (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, address, kSize}));
    ASSERT_EQ(heap->TryLoad<TypeParam>(address), std::nullopt);
    ASSERT_FALSE(heap->TryStore<TypeParam>(address, value));
    ASSERT_EQ(BytesOf(*heap), bytes);
  }
}

class ShortNamesTest : public testing::Test {
 protected:
  const std::unique_ptr<GlobalHeap> heap_ = MakeHeap(SmallHeapOptions(false));
  const Address address_ = heap_->layout().begin(Region::kStack) + 3;
};

TEST_F(ShortNamesTest, SignedLoadsExtendTheSign) {
  heap_->Fill(address_, std::byte{255}, 8);
  EXPECT_EQ(std::int64_t{heap_->lb(address_)}, -1);
  EXPECT_EQ(std::int64_t{heap_->lh(address_)}, -1);
  EXPECT_EQ(std::int64_t{heap_->lw(address_)}, -1);
  EXPECT_EQ(heap_->ld(address_), -1);
}

TEST_F(ShortNamesTest, UnsignedLoadsExtendWithZeros) {
  heap_->Fill(address_, std::byte{255}, 8);
  EXPECT_EQ(std::uint64_t{heap_->lbu(address_)}, 255u);
  EXPECT_EQ(std::uint64_t{heap_->lhu(address_)}, 65535u);
  EXPECT_EQ(std::uint64_t{heap_->lwu(address_)}, 4294967295u);
}

TEST_F(ShortNamesTest, StoresWriteAsManyBytesAsTheirNamesSay) {
  const auto bytes_written = [&](auto&& store) {
    heap_->Fill(address_, std::byte{0}, 16);
    store();
    int count = 0;
    for (const std::byte byte : heap_->Span(address_, 16)) {
      count += byte != std::byte{0} ? 1 : 0;
    }
    return count;
  };
  EXPECT_EQ(bytes_written([&] { heap_->sb(address_, 0xFF); }), 1);
  EXPECT_EQ(bytes_written([&] { heap_->sh(address_, 0xFFFF); }), 2);
  EXPECT_EQ(bytes_written([&] { heap_->sw(address_, 0xFFFFFFFF); }), 4);
  EXPECT_EQ(bytes_written([&] { heap_->sd(address_, UINT64_MAX); }), 8);
}

TEST_F(ShortNamesTest, FloatingPointNamesAreTheirTypes) {
  heap_->swf(address_, 1.5F);
  EXPECT_EQ(heap_->lwf(address_), 1.5F);
  EXPECT_EQ(heap_->lwu(address_), std::bit_cast<std::uint32_t>(1.5F));
  heap_->sdf(address_, -0.1);
  EXPECT_EQ(heap_->ldf(address_), -0.1);
  EXPECT_EQ(heap_->ld(address_), std::bit_cast<std::int64_t>(-0.1));
}

RC_GTEST_PROP(ScalarPropertyTest, AnyBitsOfADoubleSurvive,
              (std::uint64_t bits)) {
  const auto heap = MakeHeap(SmallHeapOptions(false));
  const Address address = heap->layout().begin(Region::kStack) + 5;
  // Every second run a NaN: exponent all ones, any payload, signalling or not.
  const std::uint64_t exponent = *rc::gen::element<std::uint64_t>(
      0, 0x7FF0000000000000, 0xFFF0000000000000);
  const std::uint64_t pattern = bits | exponent;
  heap->sd(address, pattern);
  heap->sdf(address + 9, heap->ldf(address));
  RC_ASSERT(static_cast<std::uint64_t>(heap->ld(address + 9)) == pattern);
  heap->swf(address + 20, heap->lwf(address));
  RC_ASSERT(heap->lwu(address + 20) == heap->lwu(address));
}

// Regression: an unaligned 32-bit store once overwrote its neighbours.
RC_GTEST_PROP(ScalarPropertyTest, RegressionUnalignedStoresLeaveNeighboursAlone,
              ()) {
  const auto heap = MakeHeap(SmallHeapOptions(false));
  const Address stack = heap->layout().begin(Region::kStack);
  std::array<std::byte, 256> model{};
  const int count = *rc::gen::inRange(1, 50);
  for (int i = 0; i < count; ++i) {
    const auto place = *rc::gen::inRange<std::uint64_t>(0, model.size() - 4);
    const auto value = *rc::gen::arbitrary<std::uint32_t>();
    heap->sw(stack + place, value);
    for (std::uint64_t j = 0; j < 4; ++j) {
      model[place + j] = static_cast<std::byte>(value >> (8 * j));
    }
  }
  const auto bytes = heap->Span(stack, model.size());
  RC_ASSERT(std::equal(bytes.begin(), bytes.end(), model.begin()));
}

}  // namespace
}  // namespace kheap
