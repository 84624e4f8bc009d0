// SPDX-License-Identifier: Apache-2.0
#include "process/process.h"

#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

ProcessOptions SmallProcess(bool checked, MallocPolicy policy) {
  return {.heap = SmallHeapOptions(checked), .malloc_policy = policy};
}

std::vector<ProcessOptions> AllModes() {
  std::vector<ProcessOptions> modes;
  for (const bool checked : {false, true}) {
    for (const MallocPolicy policy :
         {MallocPolicy::kPages, MallocPolicy::kTags}) {
      modes.push_back(SmallProcess(checked, policy));
    }
  }
  return modes;
}

TEST(ProcessTest, GlobalsBlocksAndFramesWorkInOneArena) {
  for (const ProcessOptions& options : AllModes()) {
    Process process = Process::Create(options).value();
    EXPECT_EQ(process.heap().checked(), options.heap.checked);
    EXPECT_EQ(process.malloc().policy(), options.malloc_policy);
    const Address global = process.data().DefineI32("answer", 42).value();
    const Address block = process.malloc().Malloc(100);
    const FrameMarker frame = process.stack().PushFrame("main");
    const Address local = process.stack().Alloca(8);
    process.heap().sw(local, 1);
    process.heap().sw(block, 2);
    EXPECT_EQ(process.heap().lw(global), 42);
    EXPECT_LT(local, global);
    EXPECT_LT(global, block);
    EXPECT_EQ(process.CheckInvariants(), absl::OkStatus());
    EXPECT_TRUE(process.stack().PopFrame(frame).ok());
    process.malloc().Free(block);
    EXPECT_EQ(process.CheckInvariants(), absl::OkStatus());
  }
}

TEST(ProcessTest, TwoProcessesShareNothing) {
  Process one = Process::Create(AllModes()[0]).value();
  Process two = Process::Create(AllModes()[0]).value();
  EXPECT_TRUE(one.heap() == two.heap());
  const Address block = one.malloc().Malloc(16);
  one.heap().sw(block, 7);
  EXPECT_FALSE(one.heap() == two.heap());
  EXPECT_EQ(FaultOf([&] { two.malloc().Free(block); }),
            (MemoryFault{FaultCode::kInvalidFree, Access::kFree, block, 0}));
}

TEST(ProcessTest, ViewsSurviveAMove) {
  Process first = Process::Create(AllModes()[0]).value();
  const Address block = first.malloc().Malloc(32);
  Process second = std::move(first);
  second.malloc().Free(block);
  EXPECT_EQ(second.CheckInvariants(), absl::OkStatus());
  EXPECT_EQ(&second.stack().heap(), &second.heap());
  EXPECT_EQ(&second.data().heap(), &second.heap());
}

TEST(ProcessTest, SizesThatDoNotFitAreRefused) {
  ProcessOptions options;
  options.heap.layout.capacity_bytes = 4096;
  EXPECT_EQ(Process::Create(options).status().code(),
            absl::StatusCode::kInvalidArgument);
  // Above the allocator's 64 GiB, below the arena's 1 TiB.
  options.heap.layout.capacity_bytes = 2 * kAllocatorCapacityMax;
  EXPECT_EQ(Process::Create(options).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ProcessTest, AttachFindsWhatTheArenaHolds) {
  for (const ProcessOptions& options : AllModes()) {
    std::unique_ptr<GlobalHeap> heap = MakeHeap(options.heap);
    GlobalData data = GlobalData::Create(*heap).value();
    KMalloc malloc = KMalloc::Create(*heap, options.malloc_policy).value();
    const Address global = data.DefineI64("total", -5).value();
    const Address block = malloc.Malloc(24);
    KStack(*heap).PushFrame("main");

    Process process = Process::Attach(std::move(heap)).value();
    EXPECT_EQ(process.data().Find("total")->address, global);
    EXPECT_EQ(process.heap().ld(global), -5);
    EXPECT_EQ(process.malloc().policy(), options.malloc_policy);
    EXPECT_EQ(process.malloc().Stats().live_blocks, 1u);
    EXPECT_EQ(process.stack().depth(), 1u);
    process.malloc().Free(block);
    EXPECT_EQ(process.CheckInvariants(), absl::OkStatus());
  }
}

TEST(ProcessTest, AttachRefusesAnArenaWithoutAProcess) {
  EXPECT_EQ(Process::Attach(MakeFastHeap()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  std::unique_ptr<GlobalHeap> without_allocator = MakeFastHeap();
  ASSERT_TRUE(GlobalData::Create(*without_allocator).ok());
  EXPECT_EQ(Process::Attach(std::move(without_allocator)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(ProcessTest, CheckInvariantsAsksEveryPart) {
  const auto is_whole = [](Region region, std::uint64_t offset) {
    Process process = Process::Create(AllModes()[0]).value();
    EXPECT_TRUE(process.data().DefineI32("x", 1).ok());
    process.stack().PushFrame("main");
    process.malloc().Malloc(2000);
    const Address target = process.heap().layout().begin(region) + offset;
    process.heap().base()[target.offset()] ^= std::byte{255};
    return process.CheckInvariants().ok();
  };
  EXPECT_FALSE(is_whole(Region::kSymbols, 0));
  EXPECT_FALSE(is_whole(Region::kStack, 4096 - 32));
  EXPECT_FALSE(is_whole(Region::kDirectory, 8));
}

}  // namespace
}  // namespace kheap
