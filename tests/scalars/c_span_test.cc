// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_span.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>

#include "gtest/gtest.h"
#include "scalars/ptr.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

template <typename Span>
concept Assignable = requires(Span span) {
  span[0] = 1;
};
static_assert(Assignable<CSpan<std::int32_t>>);
static_assert(!Assignable<CSpan<const std::int32_t>>);

class CSpanTest : public testing::Test {
 protected:
  CSpanTest()
      : heap_(MakeFastHeap()), data_(heap_->layout().begin(Region::kData)) {}

  const std::unique_ptr<GlobalHeap> heap_;
  const Address data_;
};

TEST_F(CSpanTest, ElementsAreTheArenasNumbersAtAnyAlignment) {
  for (std::uint64_t offset = 0; offset < 9; ++offset) {
    const Ptr<std::int16_t> p(*heap_, data_ + offset);
    const auto span = p.Span(5, Access::kStore);
    ASSERT_EQ(span.size(), 5u);
    for (int i = 0; i < 5; ++i) span[i] = -i;
    span[0] = span[4];
    EXPECT_EQ(heap_->lh(data_ + offset), -4);
    int sum = 0;
    for (const std::int16_t value : std::as_const(p).Span(5)) sum += value;
    EXPECT_EQ(sum, -14);
  }
}

TEST_F(CSpanTest, TheWholeSpanIsCheckedBeforeItIsThere) {
  const Ptr<std::int32_t> p(*heap_, heap_->break_address() - 8);
  EXPECT_EQ(p.Span(2).size(), 2u);
  EXPECT_EQ(
      FaultOf([&] { (void)p.Span(3); }),
      (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, p.address(), 12}));
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t count : {kMax / 4 + 1, kMax / 4 + 3, kMax}) {
    EXPECT_EQ(FaultOf([&] { (void)p.Span(count, Access::kStore); }),
              (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, p.address(),
                           kMax}));
  }
  const Ptr<std::int32_t> null(*heap_, nullptr);
  EXPECT_EQ(null.Span(0).size(), 0u);
}

}  // namespace
}  // namespace kheap
