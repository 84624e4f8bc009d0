// SPDX-License-Identifier: Apache-2.0
#include "kstack/frame_record.h"

#include <limits>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

// A record under the top of an empty stack.
FrameFacts FactsAt(const GlobalHeap& heap, std::string_view name,
                   std::uint64_t padding_bytes) {
  const Address top = heap.layout().end(Region::kStack) - 1024;
  const Address record = top - FrameRecordBytes(name);
  return {record, top + 128, top + padding_bytes, 7, name};
}

TEST(FrameRecordTest, ReadGivesBackWhatWriteWroteForEveryNameAndPadding) {
  const auto heap = MakeFastHeap();
  for (std::uint64_t size = 0; size <= kFrameNameBytesMax; ++size) {
    const std::string name(size, 'f');
    for (std::uint64_t padding = 0; padding < kStackAlignment; ++padding) {
      const FrameFacts facts = FactsAt(*heap, name, padding);
      WriteFrameRecord(*heap, facts);
      EXPECT_EQ(ReadFrameRecord(*heap, facts.record), facts);
    }
  }
}

TEST(FrameRecordTest, ANameEndsAtItsFirstZeroByte) {
  const auto heap = MakeFastHeap();
  const FrameFacts facts = FactsAt(*heap, std::string_view("a\0b", 3), 0);
  WriteFrameRecord(*heap, facts);
  EXPECT_EQ(ReadFrameRecord(*heap, facts.record)->name, "a");
}

TEST(FrameRecordTest, EveryOverwrittenBitIsFound) {
  const auto heap = MakeFastHeap();
  const FrameFacts facts = FactsAt(*heap, "parse_expression", 5);
  WriteFrameRecord(*heap, facts);
  for (std::uint64_t i = 0; i < FrameRecordBytes(facts.name); ++i) {
    const Address at = facts.record + i;
    for (int bit = 0; bit < 8; ++bit) {
      const std::uint8_t byte = heap->lbu(at);
      heap->sb(at, byte ^ (1 << bit));
      EXPECT_EQ(ReadFrameRecord(*heap, facts.record), std::nullopt)
          << "bit " << bit << " of byte " << i;
      heap->sb(at, byte);
    }
  }
  EXPECT_EQ(ReadFrameRecord(*heap, facts.record), facts);
}

TEST(FrameRecordTest, ARecordIsBoundToItsAddress) {
  const auto heap = MakeFastHeap();
  const FrameFacts facts = FactsAt(*heap, "f", 0);
  WriteFrameRecord(*heap, facts);
  heap->Copy(facts.record - 256, facts.record, FrameRecordBytes("f"));
  EXPECT_EQ(ReadFrameRecord(*heap, facts.record - 256), std::nullopt);
}

TEST(FrameRecordTest, AddressesThatCannotHoldARecordAreRefused) {
  const auto heap = MakeFastHeap();
  const Address begin = heap->layout().begin(Region::kStack);
  const Address end = heap->layout().end(Region::kStack);
  for (const Address record :
       {kNullAddress, Address(1), kControlBase, begin - 16, begin + 8, end - 16,
        end, end + 16, heap->break_address(),
        Address(std::numeric_limits<std::uint64_t>::max() - 15)}) {
    EXPECT_EQ(ReadFrameRecord(*heap, record), std::nullopt) << record;
  }
}

}  // namespace
}  // namespace kheap
