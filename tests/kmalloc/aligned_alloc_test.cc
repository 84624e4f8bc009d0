// SPDX-License-Identifier: Apache-2.0
// AlignedAlloc and PosixMemalign.
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/arena.h"
#include "tests/support/faults.h"

namespace kheap {
namespace {

constexpr std::int32_t kUntouched = 99;
constexpr std::uint64_t kMiB = 1024 * 1024;

class AlignedAllocTest : public InEverySetting {
 protected:
  AlignedAllocTest() { result_ = malloc().Calloc(1, 8); }

  Address result_;  // where PosixMemalign stores
};

INSTANTIATE_TEST_SUITE_P(All, AlignedAllocTest,
                         testing::ValuesIn(kEverySetting), NameOfParam);

TEST_P(AlignedAllocTest, EveryPowerOfTwoIsHonouredAndFreeTakesTheBlock) {
  MallocArena arena(GetParam(), 8 * kMiB);
  KMalloc& malloc = arena.malloc();
  for (const bool hot : {false, true}) {
    for (std::uint64_t alignment = 1; alignment <= kMiB; alignment *= 2) {
      for (const std::uint64_t size : {0, 1, 16, 100, 1000, 1024, 5000}) {
        if (hot) arena.Heat(size);
        const Address block = malloc.AlignedAlloc(alignment, size);
        ASSERT_FALSE(block.is_null()) << alignment << " " << size;
        EXPECT_EQ(block.offset() % alignment, 0u);
        EXPECT_EQ(block.offset() % 16, 0u);
        EXPECT_GE(malloc.MallocUsableSize(block), size);
        arena.heap().Fill(block, std::byte{0xFF}, size);
        malloc.Free(block);
        ASSERT_EQ(malloc.CheckInvariants(), absl::OkStatus());
      }
    }
  }
  EXPECT_EQ(malloc.Stats().live_blocks, 0u);
}

TEST_P(AlignedAllocTest, AlignedBlocksThatAreHotDoNotOverlap) {
  for (const std::uint64_t alignment : {32, 64, 256, 1024}) {
    std::vector<Address> blocks;
    for (int i = 0; i < kEnoughToBeHot + 20; ++i) {
      const Address block = malloc().AlignedAlloc(alignment, 24);
      ASSERT_EQ(block.offset() % alignment, 0u);
      heap().Fill(block, static_cast<std::byte>(i), 24);
      blocks.push_back(block);
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      for (const std::byte byte : heap().Span(blocks[i], 24)) {
        ASSERT_EQ(byte, static_cast<std::byte>(i));
      }
      malloc().Free(blocks[i]);
    }
    ExpectSound();
  }
}

TEST_P(AlignedAllocTest, OtherAlignmentsAreInvalid) {
  const auto before = arena_.BytesButErrno();
  for (const std::uint64_t alignment :
       {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{6}, std::uint64_t{24},
        std::uint64_t{4095}, ~std::uint64_t{0}, (std::uint64_t{1} << 63) + 1}) {
    heap().set_guest_errno(kUntouched);
    EXPECT_EQ(malloc().AlignedAlloc(alignment, 16), kNullAddress) << alignment;
    EXPECT_EQ(heap().guest_errno(), kErrnoInvalid);
  }
  EXPECT_TRUE(arena_.BytesButErrno() == before);
}

TEST_P(AlignedAllocTest, AlignmentsBeyondTheHeapFindNoMemory) {
  const auto before = arena_.BytesButErrno();
  for (int log2 = 21; log2 < 64; ++log2) {
    heap().set_guest_errno(kUntouched);
    EXPECT_EQ(malloc().AlignedAlloc(std::uint64_t{1} << log2, 16),
              kNullAddress);
    EXPECT_EQ(heap().guest_errno(), kErrnoNoMemory);
  }
  EXPECT_TRUE(arena_.BytesButErrno() == before);
}

TEST_P(AlignedAllocTest, PosixMemalignStoresTheBlockAndLeavesErrno) {
  heap().set_guest_errno(kUntouched);
  for (std::uint64_t alignment = 8; alignment <= 65536; alignment *= 2) {
    ASSERT_EQ(malloc().PosixMemalign(result_, alignment, 40), 0);
    const Address block = heap().Load<Address>(result_);
    EXPECT_EQ(block.offset() % alignment, 0u);
    malloc().Free(block);
  }
  EXPECT_EQ(heap().guest_errno(), kUntouched);
  ExpectSound();
}

TEST_P(AlignedAllocTest, PosixMemalignReturnsItsErrorAndChangesNothing) {
  heap().set_guest_errno(kUntouched);
  heap().sd(result_, 4711);
  const Digest before = heap().ComputeDigest();
  for (const std::uint64_t alignment : {0, 1, 2, 4, 7, 12, 24, 4100}) {
    EXPECT_EQ(malloc().PosixMemalign(result_, alignment, 16), kErrnoInvalid);
  }
  for (const std::uint64_t size :
       {arena_.heap_bytes(), ~std::uint64_t{0}, std::uint64_t{1} << 63}) {
    EXPECT_EQ(malloc().PosixMemalign(result_, 8, size), kErrnoNoMemory);
    EXPECT_EQ(malloc().PosixMemalign(result_, 4096, size), kErrnoNoMemory);
  }
  EXPECT_EQ(malloc().PosixMemalign(result_, std::uint64_t{1} << 63, 8),
            kErrnoNoMemory);
  EXPECT_EQ(heap().ComputeDigest(), before);
}

TEST_P(AlignedAllocTest, PosixMemalignFaultsWhereItCannotStore) {
  const Digest before = heap().ComputeDigest();
  const Address top = heap().break_address();
  for (const Address result : {kNullAddress, Address(8), top, top - 4}) {
    const auto fault =
        FaultOf([&] { malloc().PosixMemalign(result, 64, 100); });
    ASSERT_TRUE(fault.has_value());
    EXPECT_EQ(fault->access, Access::kStore);
    EXPECT_EQ(fault->address, result);
    EXPECT_EQ(fault->size_bytes, 8u);
  }
  EXPECT_EQ(heap().ComputeDigest(), before);
}

}  // namespace
}  // namespace kheap
