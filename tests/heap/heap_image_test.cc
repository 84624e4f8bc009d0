// SPDX-License-Identifier: Apache-2.0
#include "heap/heap_image.h"

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "heap/global_heap.h"

namespace kheap {
namespace {

class HeapImageTest : public testing::TestWithParam<bool> {
 protected:
  // An arena with something in every region that has a used end.
  std::unique_ptr<GlobalHeap> Furnished() {
    auto heap = GlobalHeap::Create({.checked = GetParam()}).value();
    const MemoryLayout& layout = heap->layout();
    EXPECT_TRUE(heap->SetBreak(layout.begin(Region::kHeap) + 300000));
    for (const Region region : {Region::kSymbols, Region::kReadOnly}) {
      const Address begin = layout.begin(region);
      heap->SetUsedEnd(region, begin + 5000);
      heap->base()[begin.offset() + 4999] = std::byte{1};
    }
    for (const Region region :
         {Region::kLibrary, Region::kStack, Region::kData, Region::kHeap}) {
      heap->base()[layout.begin(region).offset() + 17] = std::byte{2};
    }
    heap->set_guest_errno(12);
    if (Shadow* const shadow = heap->shadow()) {
      shadow->Set(layout.begin(Region::kHeap), 100, ShadowByte::kUninitialised);
    }
    return heap;
  }
};

bool HaveEqualShadows(const GlobalHeap& a, const GlobalHeap& b) {
  for (Address at = kNullAddress; at < a.break_address(); at += 1) {
    if (a.shadow()->At(at) != b.shadow()->At(at)) return false;
  }
  return true;
}

TEST_P(HeapImageTest, AFreshArenaHasItsBytesAndShadow) {
  const auto heap = Furnished();
  const HeapImage image = heap->CaptureImage().value();
  const auto fresh = GlobalHeap::CreateFrom(image).value();
  EXPECT_TRUE(*fresh == *heap);
  EXPECT_EQ(fresh->ComputeDigest(), heap->ComputeDigest());
  EXPECT_EQ(fresh->break_address(), heap->break_address());
  EXPECT_EQ(fresh->checked(), GetParam());
  if (GetParam()) {
    EXPECT_TRUE(HaveEqualShadows(*fresh, *heap));
  }
}

TEST_P(HeapImageTest, ArenasOfOneImageShareNothing) {
  const auto heap = Furnished();
  const HeapImage image = heap->CaptureImage().value();
  const auto one = GlobalHeap::CreateFrom(image).value();
  const auto two = GlobalHeap::CreateFrom(image).value();
  const Address data = one->layout().begin(Region::kHeap);
  one->Store<std::uint64_t>(data, 1);
  two->Store<std::uint64_t>(data, 2);
  EXPECT_EQ(one->Load<std::uint64_t>(data), 1u);
  EXPECT_EQ(two->Load<std::uint64_t>(data), 2u);
  EXPECT_TRUE(*GlobalHeap::CreateFrom(image).value() == *heap);
}

TEST_P(HeapImageTest, ResetLeavesNothingOfIt) {
  const auto heap = Furnished();
  const auto fresh =
      GlobalHeap::CreateFrom(heap->CaptureImage().value()).value();
  fresh->Reset();
  const auto empty = GlobalHeap::Create({.checked = GetParam()}).value();
  EXPECT_TRUE(*fresh == *empty);
  // Where nothing is in use, too.
  ASSERT_TRUE(fresh->SetBreak(heap->break_address()));
  ASSERT_TRUE(empty->SetBreak(heap->break_address()));
  EXPECT_TRUE(*fresh == *empty);
  if (GetParam()) {
    EXPECT_TRUE(HaveEqualShadows(*fresh, *empty));
  }
}

TEST_P(HeapImageTest, TheBreakMovesAsInAnyArena) {
  const auto heap = Furnished();
  const auto fresh =
      GlobalHeap::CreateFrom(heap->CaptureImage().value()).value();
  const Address begin = fresh->layout().begin(Region::kHeap);
  ASSERT_TRUE(fresh->SetBreak(begin));
  ASSERT_TRUE(fresh->SetBreak(begin + 8 * 1024 * 1024));
  EXPECT_EQ(fresh->base()[begin.offset() + 17], std::byte{0});
}

INSTANTIATE_TEST_SUITE_P(Modes, HeapImageTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& mode) {
                           return std::string(mode.param ? "checked" : "fast");
                         });

}  // namespace
}  // namespace kheap
