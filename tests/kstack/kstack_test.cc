// SPDX-License-Identifier: Apache-2.0
#include "kstack/kstack.h"

#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kStackBytes = 64 * 1024;
constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();

std::unique_ptr<GlobalHeap> MakeSmallHeap(bool checked) {
  return MakeHeap({.layout = {.capacity_bytes = 1024 * 1024,
                              .stack_bytes = kStackBytes,
                              .data_bytes = 4096,
                              .symbol_bytes = 4096},
                   .checked = checked});
}

// What holds in both modes.
class KStackTest : public testing::TestWithParam<bool> {
 protected:
  KStackTest() : heap_(MakeSmallHeap(GetParam())), stack_(*heap_) {}

  Address begin() const { return heap_->layout().begin(Region::kStack); }
  Address end() const { return heap_->layout().end(Region::kStack); }

  const std::unique_ptr<GlobalHeap> heap_;
  KStack stack_;
};

INSTANTIATE_TEST_SUITE_P(BothModes, KStackTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                           return info.param ? "Checked" : "Fast";
                         });

// What only fast mode does; for checked mode see kstack_checked_test.cc.
class KStackFastTest : public KStackTest {};
INSTANTIATE_TEST_SUITE_P(Fast, KStackFastTest, testing::Values(false));

TEST_P(KStackTest, AnEmptyStackBeginsAtTheTopOfItsRegion) {
  EXPECT_EQ(stack_.pointer(), end());
  EXPECT_EQ(stack_.depth(), 0u);
  EXPECT_EQ(stack_.unused_bytes(), kStackBytes);
  EXPECT_EQ(stack_.CheckInvariants(), absl::OkStatus());
}

TEST_P(KStackTest, PopRestoresThePointerExactlyAfterEveryOddSize) {
  for (std::uint64_t size = 0; size < 64; ++size) {
    const FrameMarker outer = stack_.PushFrame("outer");
    stack_.Alloca(size, 1);
    const Address before = stack_.pointer();
    const FrameMarker inner = stack_.PushFrame("inner");
    EXPECT_EQ(stack_.pointer().offset() % 16, 0u);
    stack_.Alloca(3 * size, 64);
    EXPECT_EQ(stack_.PopFrame(inner), absl::OkStatus());
    EXPECT_EQ(stack_.pointer(), before);
    EXPECT_EQ(stack_.PopFrame(outer), absl::OkStatus());
  }
  EXPECT_EQ(stack_.pointer(), end());
}

TEST_P(KStackTest, RegressionPoppedFrameLeaksNoPadding) {
  const FrameMarker outer = stack_.PushFrame();
  stack_.Alloca(1, 1);
  const Address before = stack_.pointer();
  for (int i = 0; i < 10000; ++i) {
    const FrameMarker inner = stack_.PushFrame();
    stack_.Alloca(1, 1);
    ASSERT_EQ(stack_.PopFrame(inner), absl::OkStatus());
    ASSERT_EQ(stack_.pointer(), before);
  }
  EXPECT_EQ(stack_.PopFrame(outer), absl::OkStatus());
}

TEST_P(KStackTest, RegressionAlloca64Aligned64Is64Aligned) {
  const FrameMarker frame = stack_.PushFrame();
  stack_.Alloca(16);
  EXPECT_EQ(stack_.Alloca(64, 64).offset() % 64, 0u);
  EXPECT_EQ(stack_.PopFrame(frame), absl::OkStatus());
}

TEST_P(KStackTest, EveryAlignmentHoldsForTheAbsoluteAddress) {
  for (std::uint64_t alignment = 1; alignment <= kStackObjectAlignmentMax;
       alignment *= 2) {
    for (std::uint64_t offset = 0; offset < 64; offset += 7) {
      stack_.WithFrame([&] {
        stack_.Alloca(offset, 1);
        for (const std::uint64_t size : {0, 1, 8, 100}) {
          EXPECT_EQ(stack_.Alloca(size, alignment).offset() % alignment, 0u);
        }
        EXPECT_EQ(stack_.CheckInvariants(), absl::OkStatus());
      });
    }
  }
}

TEST_P(KStackTest, OtherAlignmentsFaultAndChangeNothing) {
  stack_.PushFrame();
  const Digest before = heap_->ComputeDigest();
  for (const std::uint64_t alignment :
       {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{24},
        2 * kStackObjectAlignmentMax, kMax}) {
    EXPECT_EQ(FaultOf([&] { stack_.Alloca(8, alignment); }),
              (MemoryFault{FaultCode::kMisaligned, Access::kPush,
                           stack_.pointer(), 8}));
  }
  EXPECT_EQ(heap_->ComputeDigest(), before);
}

TEST_P(KStackTest, AllocaOverflowIsFault112BeforeAnyByteIsTouched) {
  stack_.PushFrame("deep");
  stack_.Alloca(1000);
  const Digest before = heap_->ComputeDigest();
  const std::uint64_t unused = stack_.unused_bytes();
  for (const std::uint64_t size :
       {unused + 1, unused + 16, kStackBytes, kStackBytes + kStackGuardBytes,
        stack_.pointer().offset(), stack_.pointer().offset() + 1, kMax / 2,
        kMax / 2 + 1, kMax - 4096, kMax - 64, kMax - 63, kMax - 15, kMax}) {
    for (const std::uint64_t alignment : {1, 16, 4096}) {
      EXPECT_EQ(FaultOf([&] { stack_.Alloca(size, alignment); }),
                (MemoryFault{FaultCode::kStackOverflow, Access::kPush,
                             stack_.pointer(), size}));
    }
  }
  EXPECT_EQ(heap_->ComputeDigest(), before);
  EXPECT_EQ(stack_.CheckInvariants(), absl::OkStatus());
}

TEST_P(KStackTest, PushOverflowIsFault112BeforeAnyByteIsTouched) {
  const std::string name(kFrameNameBytesMax, 'f');
  std::uint64_t depth = 0;
  while (stack_.unused_bytes() >= FrameRecordBytes(name)) {
    stack_.PushFrame(name);
    ++depth;
  }
  EXPECT_EQ(stack_.depth(), depth);
  const Digest before = heap_->ComputeDigest();
  EXPECT_EQ(FaultOf([&] { stack_.PushFrame(name); }),
            (MemoryFault{FaultCode::kStackOverflow, Access::kPush,
                         stack_.pointer(), FrameRecordBytes(name)}));
  EXPECT_EQ(heap_->ComputeDigest(), before);
  EXPECT_EQ(stack_.CheckInvariants(), absl::OkStatus());
}

TEST_P(KStackFastTest, TheLastByteOfTheStackCanBeTakenAndNotOneMore) {
  stack_.PushFrame();
  EXPECT_EQ(stack_.Alloca(stack_.unused_bytes(), 1), begin());
  EXPECT_EQ(stack_.unused_bytes(), 0u);
  EXPECT_EQ(stack_.Alloca(0, 4096), begin());
  EXPECT_EQ(
      FaultOf([&] { stack_.Alloca(1, 1); }),
      (MemoryFault{FaultCode::kStackOverflow, Access::kPush, begin(), 1}));
}

TEST_P(KStackTest, PoppingOutOfOrderIsRefusedAndChangesNothing) {
  const FrameMarker a = stack_.PushFrame("a");
  const FrameMarker b = stack_.PushFrame("b");
  const Digest before = heap_->ComputeDigest();
  EXPECT_EQ(stack_.PopFrame(a).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(heap_->ComputeDigest(), before);
  EXPECT_EQ(stack_.PopFrame(b), absl::OkStatus());
  EXPECT_EQ(stack_.PopFrame(b).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(stack_.PopFrame(a), absl::OkStatus());
  EXPECT_EQ(stack_.PopFrame(a).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(stack_.PopFrame({}).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_P(KStackTest, AMarkerDoesNotPopALaterFrameAtTheSameAddress) {
  const FrameMarker first = stack_.PushFrame("first");
  ASSERT_EQ(stack_.PopFrame(first), absl::OkStatus());
  const FrameMarker second = stack_.PushFrame("other");
  ASSERT_EQ(first.record(), second.record());
  EXPECT_NE(first, second);
  EXPECT_EQ(stack_.PopFrame(first).code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(stack_.PopFrame(second), absl::OkStatus());
}

TEST_P(KStackTest, AnOverwrittenRecordIsFault116OnPop) {
  const FrameMarker frame = stack_.PushFrame("smashed");
  for (std::uint64_t i = 0; i < FrameRecordBytes("smashed"); ++i) {
    // As a stray store of fast mode would.
    std::byte& byte = heap_->RuntimeSpan(frame.record() + i, 1)[0];
    byte ^= std::byte{1};
    const Digest before = heap_->ComputeDigest();
    EXPECT_EQ(FaultOf([&] { (void)stack_.PopFrame(frame); }),
              (MemoryFault{FaultCode::kHeapCorruption, Access::kLoad,
                           frame.record(), sizeof(FrameRecord)}));
    EXPECT_EQ(heap_->ComputeDigest(), before);
    EXPECT_FALSE(stack_.CheckInvariants().ok());
    byte ^= std::byte{1};
  }
  EXPECT_EQ(stack_.PopFrame(frame), absl::OkStatus());
}

TEST_P(KStackFastTest, AForgedRecordIsFault116OnPop) {
  stack_.PushFrame("main");
  const FrameMarker frame = stack_.PushFrame("f");
  FrameFacts facts = *ReadFrameRecord(*heap_, frame.record());
  facts.caller_frame = kNullAddress;
  WriteFrameRecord(*heap_, facts);
  EXPECT_EQ(FaultOf([&] { (void)stack_.PopFrame(frame); }),
            (MemoryFault{FaultCode::kHeapCorruption, Access::kLoad,
                         frame.record(), sizeof(FrameRecord)}));
}

TEST_P(KStackTest, AForgedCircleOfFramesEndsTheWalk) {
  stack_.PushFrame("main");
  const FrameMarker f = stack_.PushFrame("f");
  for (const Address caller : {f.record(), f.record() - 64}) {
    FrameFacts facts = *ReadFrameRecord(*heap_, f.record());
    facts.caller_frame = caller;
    WriteFrameRecord(*heap_, facts);
    int visited = 0;
    EXPECT_EQ(stack_.ForEachFrame([&](const StackFrame&) { ++visited; }).code(),
              absl::StatusCode::kDataLoss);
    EXPECT_EQ(visited, 1);
    EXPECT_FALSE(stack_.CheckInvariants().ok());
  }
}

// Every byte of the stack becomes anything at all: nothing but faults and
// refusals may follow (under asan, any host access outside is an error).
TEST_P(KStackTest, AStackFullOfRubbishNeverLeadsOutOfTheArena) {
  for (int fill = 0; fill < 256; fill += 5) {
    heap_->Reset();
    const FrameMarker main = stack_.PushFrame("main");
    const FrameMarker f = stack_.PushFrame("f");
    for (std::byte& byte : heap_->RuntimeSpan(begin(), kStackBytes)) {
      byte = static_cast<std::byte>(fill);
    }
    EXPECT_FALSE(stack_.CheckInvariants().ok());
    EXPECT_EQ(stack_.FrameAt(end() - 1), std::nullopt);
    EXPECT_FALSE(stack_.PopFrame(main).ok());
    EXPECT_TRUE(FaultOf([&] { (void)stack_.PopFrame(f); }).has_value());
  }
}

TEST_P(KStackTest, FramesAreVisitedNewestFirstWithTheirNamesAndExtents) {
  const FrameMarker main = stack_.PushFrame("main");
  stack_.Alloca(5, 1);
  const Address main_pointer = stack_.pointer();
  const FrameMarker f = stack_.PushFrame("f");
  stack_.Alloca(100);
  std::vector<StackFrame> frames;
  EXPECT_EQ(stack_.ForEachFrame(
                [&](const StackFrame& frame) { frames.push_back(frame); }),
            absl::OkStatus());
  EXPECT_EQ(frames, (std::vector<StackFrame>{
                        {"f", stack_.pointer(), f.record(), main_pointer, 2},
                        {"main", main_pointer, main.record(), end(), 1},
                    }));
  EXPECT_EQ(stack_.FrameAt(stack_.pointer()), frames[0]);
  EXPECT_EQ(stack_.FrameAt(main_pointer - 1), frames[0]);
  EXPECT_EQ(stack_.FrameAt(main_pointer), frames[1]);
  EXPECT_EQ(stack_.FrameAt(end() - 1), frames[1]);
  EXPECT_EQ(stack_.FrameAt(end()), std::nullopt);
  EXPECT_EQ(stack_.FrameAt(stack_.pointer() - 1), std::nullopt);
}

TEST_P(KStackTest, ALongNameIsKeptUpToItsLimit) {
  const std::string name = std::string(kFrameNameBytesMax, 'n') + "more";
  stack_.PushFrame(name);
  EXPECT_EQ(stack_.FrameAt(stack_.pointer())->name,
            name.substr(0, kFrameNameBytesMax));
}

TEST_P(KStackTest, TheWalkStopsAtAnOverwrittenRecord) {
  const FrameMarker main = stack_.PushFrame("main");
  stack_.PushFrame("f");
  heap_->RuntimeSpan(main.record(), 1)[0] ^= std::byte{1};
  int visited = 0;
  EXPECT_EQ(stack_.ForEachFrame([&](const StackFrame&) { ++visited; }).code(),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(visited, 1);
}

TEST_P(KStackTest, TwoViewsOfOneArenaAgree) {
  KStack other(*heap_);
  const FrameMarker frame = stack_.PushFrame();
  EXPECT_EQ(other.pointer(), stack_.pointer());
  EXPECT_EQ(other.depth(), 1u);
  EXPECT_EQ(other.PopFrame(frame), absl::OkStatus());
  EXPECT_EQ(stack_.depth(), 0u);
}

TEST_P(KStackTest, AllocaWithoutAFrameStaysBelowEveryFrame) {
  const Address argv = stack_.Alloca(40, 8);
  const Address before = stack_.pointer();
  stack_.WithFrame([&] { EXPECT_LT(stack_.Alloca(1), argv); });
  EXPECT_EQ(stack_.pointer(), before);
}

TEST_P(KStackTest, WithFrameReturnsWhatItsCallableReturns) {
  int host = 5;
  int& reference = stack_.WithFrame("f", [&]() -> int& { return host; });
  EXPECT_EQ(&reference, &host);
  EXPECT_EQ(stack_.WithFrame([&] { return stack_.depth(); }), 1u);
  EXPECT_EQ(stack_.depth(), 0u);
}

TEST_P(KStackTest, AFaultUnwindsTheFramesItPasses) {
  const Address before = stack_.pointer();
  const MemoryFault fault = {FaultCode::kNullDereference, Access::kLoad,
                             kNullAddress, 4};
  EXPECT_EQ(FaultOf([&] {
              stack_.WithFrame("main", [&] {
                stack_.WithFrame("f", [&] { heap_->lw(kNullAddress); });
              });
            }),
            fault);
  EXPECT_EQ(stack_.pointer(), before);
  EXPECT_EQ(stack_.depth(), 0u);
  EXPECT_EQ(stack_.CheckInvariants(), absl::OkStatus());
}

TEST_P(KStackTest, AScopedFrameTakesNewerFramesWithIt) {
  const Address before = stack_.pointer();
  {
    const ScopedFrame frame(stack_, "main");
    stack_.PushFrame("f");
    stack_.PushFrame("g");
  }
  EXPECT_EQ(stack_.pointer(), before);
  EXPECT_EQ(stack_.depth(), 0u);
}

TEST_P(KStackTest, AScopedFrameWhoseFrameIsGoneDoesNothing) {
  stack_.PushFrame("main");
  const Address before = stack_.pointer();
  {
    std::optional<ScopedFrame> f(std::in_place, stack_, "f");
    const ScopedFrame g(stack_, "g");
    f.reset();
    EXPECT_EQ(stack_.pointer(), before);
    stack_.PushFrame("h");
    stack_.PushFrame("i");
  }
  EXPECT_EQ(stack_.depth(), 3u);
  EXPECT_EQ(stack_.CheckInvariants(), absl::OkStatus());
}

TEST_P(KStackTest, TheEndOfAScopedFrameFindsItsRecordOverwritten) {
  const Address before = stack_.pointer();
  const Address record = before - FrameRecordBytes("smashed");
  EXPECT_EQ(FaultOf([&] {
              const ScopedFrame frame(stack_, "smashed");
              heap_->RuntimeSpan(record, 1)[0] ^= std::byte{1};
            }),
            (MemoryFault{FaultCode::kHeapCorruption, Access::kLoad, record,
                         sizeof(FrameRecord)}));
  EXPECT_EQ(stack_.pointer(), before);
}

TEST_P(KStackTest, AnExceptionOnItsWayOutranksAnOverwrittenRecord) {
  const Address before = stack_.pointer();
  EXPECT_THROW(stack_.WithFrame("smashed",
                                [&] {
                                  heap_->RuntimeSpan(stack_.pointer(), 1)[0] ^=
                                      std::byte{1};
                                  throw std::runtime_error("host");
                                }),
               std::runtime_error);
  EXPECT_EQ(stack_.pointer(), before);
}

TEST_P(KStackFastTest, AnOverrunOfALocalIsFoundAtTheReturn) {
  EXPECT_EQ(FaultOf([&] {
              stack_.WithFrame("f", [&] {
                const Address buffer = stack_.Alloca(16);
                heap_->Fill(buffer, std::byte{'A'}, 17);
              });
            }),
            (MemoryFault{FaultCode::kHeapCorruption, Access::kLoad,
                         end() - FrameRecordBytes("f"), sizeof(FrameRecord)}));
}

}  // namespace
}  // namespace kheap
