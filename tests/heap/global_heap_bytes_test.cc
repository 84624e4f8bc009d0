// SPDX-License-Identifier: Apache-2.0
// Spans, and the operations on ranges of bytes.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "rapidcheck/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kRangeBytes = 96;

// A small heap whose data region counts 1, 2, 3 … and the same in a host
// array, to which the host's functions do what the heap's are told to do.
class ByteRanges {
 public:
  explicit ByteRanges(bool checked)
      : heap_(MakeHeap(SmallHeapOptions(checked))), model_(kRangeBytes) {
    if (checked) {
      heap_->shadow()->Set(begin(), kRangeBytes, ShadowByte::kInitialised);
    }
    for (std::uint64_t i = 0; i < kRangeBytes; ++i) {
      model_[i] = static_cast<std::byte>(i + 1);
      heap_->sb(begin() + i, static_cast<std::uint8_t>(i + 1));
    }
  }

  GlobalHeap& heap() { return *heap_; }
  Address begin() const { return heap_->layout().begin(Region::kData); }
  std::byte* model(std::uint64_t offset) { return model_.data() + offset; }

  bool HeapEqualsModel() const {
    const auto span = std::as_const(*heap_).Span(begin(), kRangeBytes);
    return std::memcmp(span.data(), model_.data(), kRangeBytes) == 0;
  }

 private:
  const std::unique_ptr<GlobalHeap> heap_;
  std::vector<std::byte> model_;
};

TEST(GlobalHeapBytesTest, ASpanIsTheArenaItself) {
  ByteRanges ranges(false);
  GlobalHeap& heap = ranges.heap();
  const auto span = heap.Span(ranges.begin() + 3, 5, Access::kStore);
  ASSERT_EQ(span.size(), 5u);
  EXPECT_EQ(span.data(), heap.base() + ranges.begin().offset() + 3);
  span[4] = std::byte{200};
  EXPECT_EQ(heap.lbu(ranges.begin() + 7), 200);
  EXPECT_EQ(heap.TrySpan(ranges.begin() + 3, 5, Access::kLoad)->data(),
            span.data());
}

// Every overlap of two ranges of every small size.
TEST(GlobalHeapBytesTest, MoveCopiesAsMemmoveAtEveryOverlap) {
  for (const bool checked : {false, true}) {
    for (std::uint64_t size = 0; size <= 20; ++size) {
      for (std::uint64_t to = 0; to <= 40; ++to) {
        ByteRanges ranges(checked);
        ranges.heap().Move(ranges.begin() + to, ranges.begin() + 20, size);
        std::memmove(ranges.model(to), ranges.model(20), size);
        ASSERT_TRUE(ranges.HeapEqualsModel()) << size << " " << to;
      }
    }
  }
}

TEST(GlobalHeapBytesTest, CopyFaultsAtEveryOverlapInCheckedMode) {
  for (std::uint64_t size = 1; size <= 20; ++size) {
    for (std::uint64_t to = 0; to <= 40; ++to) {
      ByteRanges ranges(true);
      const Address destination = ranges.begin() + to;
      const bool overlaps = to + size > 20 && to < 20 + size;
      const auto fault = FaultOf(
          [&] { ranges.heap().Copy(destination, ranges.begin() + 20, size); });
      if (overlaps) {
        ASSERT_EQ(fault, (MemoryFault{FaultCode::kOverlappingCopy,
                                      Access::kStore, destination, size}));
      } else {
        ASSERT_EQ(fault, std::nullopt);
        std::memmove(ranges.model(to), ranges.model(20), size);
      }
      ASSERT_TRUE(ranges.HeapEqualsModel()) << size << " " << to;
    }
  }
}

TEST(GlobalHeapBytesTest, ABadRangeIsReportedBeforeAnOverlap) {
  const auto heap = MakeHeap(SmallHeapOptions(true));
  EXPECT_EQ(FaultOf([&] { heap->Copy(kNullAddress, kNullAddress, 8); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kLoad,
                         kNullAddress, 8}));
}

TEST(GlobalHeapBytesTest, CopyMovesWhereNothingIsChecked) {
  ByteRanges ranges(false);
  ranges.heap().Copy(ranges.begin() + 3, ranges.begin(), 20);
  std::memmove(ranges.model(3), ranges.model(0), 20);
  EXPECT_TRUE(ranges.HeapEqualsModel());
}

TEST(GlobalHeapBytesTest, FillWritesItsRangeOnly) {
  for (std::uint64_t from = 0; from <= 20; ++from) {
    for (std::uint64_t size = 0; size <= 70; ++size) {
      ByteRanges ranges(false);
      ranges.heap().Fill(ranges.begin() + from, std::byte{250}, size);
      std::memset(ranges.model(from), 250, size);
      ASSERT_TRUE(ranges.HeapEqualsModel()) << from << " " << size;
    }
  }
}

TEST(GlobalHeapBytesTest, CompareOrdersAsUnsignedBytes) {
  ByteRanges ranges(false);
  GlobalHeap& heap = ranges.heap();
  const Address a = ranges.begin();
  const Address b = ranges.begin() + 48;
  heap.Copy(b, a, 40);
  EXPECT_EQ(heap.Compare(a, b, 40), 0);
  for (std::uint64_t i = 0; i < 40; ++i) {
    heap.Copy(b, a, 40);
    heap.sb(b + i, 255);
    EXPECT_LT(heap.Compare(a, b, 40), 0);
    EXPECT_GT(heap.Compare(b, a, 40), 0);
    EXPECT_EQ(heap.Compare(a, b, i), 0);
  }
}

// A random program of range operations against the host's functions.
RC_GTEST_PROP(GlobalHeapBytesTest, AnyProgramOfRangeOperationsAgrees,
              (bool checked)) {
  ByteRanges ranges(checked);
  const int count = *rc::gen::inRange(1, 30);
  for (int i = 0; i < count; ++i) {
    const auto size = *rc::gen::inRange<std::uint64_t>(0, kRangeBytes / 2);
    const auto to = *rc::gen::inRange<std::uint64_t>(0, kRangeBytes - size);
    const auto from = *rc::gen::inRange<std::uint64_t>(0, kRangeBytes - size);
    if (*rc::gen::arbitrary<bool>()) {
      const auto value = *rc::gen::arbitrary<std::uint8_t>();
      ranges.heap().Fill(ranges.begin() + to, std::byte{value}, size);
      std::memset(ranges.model(to), value, size);
    } else {
      ranges.heap().Move(ranges.begin() + to, ranges.begin() + from, size);
      std::memmove(ranges.model(to), ranges.model(from), size);
    }
    RC_ASSERT(ranges.HeapEqualsModel());
  }
}

}  // namespace
}  // namespace kheap
