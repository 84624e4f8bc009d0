// SPDX-License-Identifier: Apache-2.0
#include "allocators/buffers.h"

#include <string>
#include <vector>

#include "allocators/stack_alloc.h"
#include "tests/allocators/registry_arena.h"

namespace kheap {
namespace {

class BuffersTest : public InBothModes {
 protected:
  void ExpectSound() {
    EXPECT_EQ(buffers_.CheckInvariants(), absl::OkStatus());
    EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
  }
  std::string TextAt(Address address) {
    std::string text;
    for (; heap().lbu(address) != 0; address += 1) {
      text += static_cast<char>(heap().lbu(address));
    }
    return text;
  }
  void ExpectNoMemory(Address address) {
    EXPECT_EQ(address, kNullAddress);
    EXPECT_EQ(heap().guest_errno(), kErrnoNoMemory);
    heap().set_guest_errno(0);
  }

  Buffers buffers_{registry()};
  BumpAllocator bump_ =
      BumpAllocator::Create(registry(), {.name = "scope"}).value();
};
INSTANTIATE_TEST_SUITE_P(Modes, BuffersTest, testing::Bool(), NameOfMode);

TEST_P(BuffersTest, BuffersAreAlignedAndZeroedAsAsked) {
  for (std::uint64_t alignment = 16; alignment <= 4096; alignment *= 4) {
    // What was there before shows that it is zeroed.
    const Address dirty = buffers_.Buffer(100, {.alignment = alignment});
    heap().Fill(dirty, std::byte{255}, 100);
    buffers_.Free(dirty);
    const Address buffer =
        buffers_.Buffer(100, {.alignment = alignment, .zeroed = true});
    EXPECT_EQ(buffer.offset() % alignment, 0u);
    for (std::uint64_t i = 0; i < 100; ++i) {
      EXPECT_EQ(heap().lbu(buffer + i), 0);
    }
  }
  EXPECT_EQ(buffers_.Buffer(8, {.alignment = 3}), kNullAddress);
  EXPECT_EQ(heap().guest_errno(), kErrnoInvalid);
  ExpectSound();
}

TEST_P(BuffersTest, StringsAreTerminated) {
  EXPECT_EQ(TextAt(buffers_.String("hello")), "hello");
  EXPECT_EQ(TextAt(buffers_.String("")), "");
  const Address empty = buffers_.EmptyString(10);
  for (std::uint64_t i = 0; i <= 10; ++i) EXPECT_EQ(heap().lbu(empty + i), 0);
  ExpectNoMemory(buffers_.EmptyString(~std::uint64_t{0}));
}

TEST_P(BuffersTest, ProductsThatOverflowAreNoRoom) {
  const Address array = buffers_.Array(10, 12, {.zeroed = true});
  EXPECT_EQ(heap().lw(array + 116), 0);
  ExpectNoMemory(
      buffers_.Array(std::uint64_t{1} << 32, std::uint64_t{1} << 32));
  ExpectNoMemory(buffers_.Array(~std::uint64_t{0}, 2));
  ExpectNoMemory(buffers_.Array(3, ~std::uint64_t{0} / 2));
  ExpectNoMemory(buffers_.Buffer(~std::uint64_t{0}));
  const AllocationScope scope(bump_);
  ExpectNoMemory(buffers_.Array(~std::uint64_t{0}, 2));
  ExpectNoMemory(buffers_.Buffer(~std::uint64_t{0} - 15));
  ExpectNoMemory(buffers_.Buffer(16, {.alignment = std::uint64_t{1} << 63}));
}

TEST_P(BuffersTest, TheLedgerIsExactAfterResizeAndFree) {
  const auto usable = [&](Address a) { return malloc().MallocUsableSize(a); };
  const Address a = buffers_.Buffer(100);
  const std::uint64_t first = usable(a);
  EXPECT_EQ(TallyOf(Holder::kManual).live_bytes, first);
  const Address grown = buffers_.Resize(a, 5000);
  const std::uint64_t second = usable(grown);
  const Address shrunk = buffers_.Resize(grown, 10);
  EXPECT_EQ(TallyOf(Holder::kManual),
            (Tally{.live_count = 1,
                   .live_bytes = usable(shrunk),
                   .peak_bytes = second,
                   .total_count = 1,
                   .total_bytes = first + second + usable(shrunk)}));
  ExpectSound();
  EXPECT_EQ(buffers_.Resize(shrunk, 0), kNullAddress);
  EXPECT_EQ(TallyOf(Holder::kManual).live_bytes, 0u);
  EXPECT_EQ(TallyOf(Holder::kManual).live_count, 0u);
  ExpectSound();
}

TEST_P(BuffersTest, ResizingKeepsTheBytes) {
  Address buffer = buffers_.Resize(kNullAddress, 10);
  heap().Fill(buffer, std::byte{5}, 10);
  buffer = buffers_.Resize(buffer, 10000);
  for (std::uint64_t i = 0; i < 10; ++i) EXPECT_EQ(heap().lbu(buffer + i), 5);
  ExpectNoMemory(buffers_.Resize(buffer, arena_.heap_bytes()));
  EXPECT_EQ(heap().lbu(buffer), 5);
  ExpectSound();
}

TEST_P(BuffersTest, OnlyABufferIsFreed) {
  const Address buffer = buffers_.Buffer(40);
  const Address foreign = malloc().Malloc(40);
  for (const Address bad : {buffer + 8, buffer + 16, foreign, Address(4096),
                            Address(~std::uint64_t{0})}) {
    EXPECT_EQ(FaultOf([&] { buffers_.Free(bad); })->code,
              FaultCode::kInvalidFree);
    EXPECT_EQ(FaultOf([&] { buffers_.Resize(bad, 4); })->code,
              FaultCode::kInvalidFree);
  }
  buffers_.Free(kNullAddress);
  buffers_.Free(buffer);
  EXPECT_EQ(FaultOf([&] { buffers_.Free(buffer); })->code,
            FaultCode::kDoubleFree);
  ExpectSound();
}

TEST_P(BuffersTest, InABumpAllocatorOnlyABufferIsFreed) {
  Address buffer;
  {
    const AllocationScope scope(bump_);
    buffer = buffers_.Buffer(40);
  }
  const Address object = bump_.Allocate(40);
  const std::vector<std::byte> before = BytesOf(heap());
  for (const Address bad : {buffer + 1, buffer + 16, buffer - 16, object,
                            Address(buffer.offset() / 4096 * 4096)}) {
    EXPECT_EQ(FaultOf([&] { buffers_.Free(bad); }),
              FreeFault(FaultCode::kInvalidFree, bad));
    EXPECT_EQ(FaultOf([&] { buffers_.Resize(bad, 4); }),
              FreeFault(FaultCode::kInvalidFree, bad));
  }
  buffers_.Free(buffer);
  EXPECT_EQ(BytesOf(heap()), before);
}

TEST_P(BuffersTest, WhatMallocItselfFreesStaysInTheLedger) {
  const Address buffer = buffers_.Buffer(40);
  malloc().Free(buffer);
  EXPECT_EQ(TallyOf(Holder::kManual).live_count, 1u);
  EXPECT_EQ(buffers_.CheckInvariants().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(FaultOf([&] { buffers_.Free(buffer); })->code,
            FaultCode::kDoubleFree);
}

TEST_P(BuffersTest, OnlyBuffersAskForTheScope) {
  Pool pool = Pool::Create(registry(), {.object_bytes = 8}).value();
  const AllocationScope scope(bump_);
  EXPECT_TRUE(bump_.Owns(buffers_.Buffer(8)));
  EXPECT_FALSE(bump_.Owns(malloc().Malloc(8)));
  EXPECT_FALSE(bump_.Owns(pool.Allocate()));
  EXPECT_FALSE(bump_.Owns(PageAllocator(registry()).Allocate(8)));
}

TEST_P(BuffersTest, AScopesAllocationsComeFromItsAllocator) {
  BumpAllocator inner_bump = BumpAllocator::Create(registry()).value();
  const Address outside = buffers_.String("outside");
  {
    const AllocationScope scope(bump_);
    EXPECT_TRUE(bump_.Owns(buffers_.String("outer")));
    {
      const AllocationScope inner(inner_bump);
      EXPECT_TRUE(inner_bump.Owns(buffers_.Array(3, 8)));
    }
    const Address buffer = buffers_.Buffer(100, {.alignment = 256});
    EXPECT_TRUE(bump_.Owns(buffer));
    EXPECT_EQ(buffer.offset() % 256, 0u);
    buffers_.Free(buffer);  // stays until the allocator lets go of it
    heap().Fill(buffer, std::byte{1}, 100);
    buffers_.Free(outside);  // is malloc's, wherever it is freed
  }
  EXPECT_FALSE(bump_.Owns(buffers_.Buffer(1)));
  EXPECT_EQ(TallyOf(Holder::kManual).live_count, 1u);
  ExpectSound();
}

TEST_P(BuffersTest, AScopeEndsWithItsAllocator) {
  const AllocationScope scope(bump_);
  bump_.Destroy();
  EXPECT_FALSE(AllocationScope::Current(registry()).has_value());
  EXPECT_EQ(FaultOf([&] { const AllocationScope second(bump_); })->code,
            FaultCode::kUseAfterFree);
  EXPECT_EQ(TallyOf(Holder::kManual).live_count, 0u);
  (void)buffers_.Buffer(1);
  EXPECT_EQ(TallyOf(Holder::kManual).live_count, 1u);
}

TEST_P(BuffersTest, WithAnInnerScopesAllocatorTheOuterScopeCountsAgain) {
  BumpAllocator inner_bump = BumpAllocator::Create(registry()).value();
  const AllocationScope outer(bump_);
  {
    const AllocationScope inner(inner_bump);
    // The allocator's end is that of both its scopes.
    const AllocationScope innermost(inner_bump);
    inner_bump.Destroy();
    EXPECT_TRUE(bump_.Owns(buffers_.Buffer(8)));
    // Whoever has its record next is not in their place.
    const BumpAllocator next = BumpAllocator::Create(registry()).value();
    EXPECT_TRUE(bump_.Owns(buffers_.Buffer(8)));
    const AllocationScope again(next);
    EXPECT_TRUE(next.Owns(buffers_.Buffer(8)));
  }
  EXPECT_TRUE(bump_.Owns(buffers_.Buffer(8)));
  EXPECT_EQ(TallyOf(Holder::kManual).live_count, 0u);
}

TEST_P(BuffersTest, ResizingInAScopeStaysInTheAllocator) {
  Address text;
  {
    const AllocationScope scope(bump_);
    text = buffers_.String("hello");
  }
  const Address longer = buffers_.Resize(text, 100);
  EXPECT_TRUE(bump_.Owns(longer));
  EXPECT_EQ(TextAt(longer), "hello");
  EXPECT_EQ(FaultOf([&] { buffers_.Resize(longer + 16, 7); })->code,
            FaultCode::kInvalidFree);
}

TEST_P(BuffersTest, StatisticsNameTheScopeAndCountEveryone) {
  (void)buffers_.Buffer(64);
  const AllocationScope scope(bump_);
  Pool pool = Pool::Create(registry(), {.object_bytes = 32}).value();
  (void)pool.Allocate();
  const MemoryStats stats = MemoryStatsOf(registry());
  EXPECT_TRUE(stats.in_scope);
  EXPECT_EQ(stats.scope, "scope");
  EXPECT_EQ(stats.Of(Holder::kBump).live_count, 1u);
  EXPECT_EQ(stats.Of(Holder::kPool).live_bytes, 32u);
  EXPECT_EQ(stats.Of(Holder::kPages).live_count, 2u);
  EXPECT_EQ(stats.Of(Holder::kTotal).live_bytes,
            stats.Of(Holder::kManual).live_bytes +
                stats.Of(Holder::kPages).live_bytes);
  EXPECT_EQ(stats.Of(Holder::kTotal).live_count, 3u);
  const std::string text = ToString(stats);
  EXPECT_EQ(
      text.find("strategy    pages, scope `scope`\n"
                "holder       count  live bytes  peak bytes  total bytes\n"
                "manual           1 "),
      0u)
      << text;
  EXPECT_NE(text.find("executable       0           0"), std::string::npos);
}

TEST_P(BuffersTest, StackAllocTakesFromTheFrameAndChecksTheProduct) {
  KStack stack(heap());
  const Address before = stack.pointer();
  stack.WithFrame("f", [&] {
    const Address array = StackAlloc(stack, 10, 4, 64);
    EXPECT_EQ(array.offset() % 64, 0u);
    heap().Fill(array, std::byte{1}, 40);
    EXPECT_EQ(FaultOf([&] { StackAlloc(stack, std::uint64_t{1} << 62, 8); }),
              (MemoryFault{FaultCode::kStackOverflow, Access::kPush,
                           stack.pointer(), ~std::uint64_t{0}}));
  });
  EXPECT_EQ(stack.pointer(), before);
}

}  // namespace
}  // namespace kheap
