// SPDX-License-Identifier: Apache-2.0
#include "allocators/bump_allocator.h"

#include <array>
#include <string>
#include <vector>

#include "tests/allocators/registry_arena.h"

namespace kheap {
namespace {

class BumpAllocatorTest : public InBothModes {
 protected:
  void ExpectSound() {
    EXPECT_EQ(bump_.CheckInvariants(), absl::OkStatus());
    EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
    EXPECT_EQ(TallyOf(Holder::kBump).live_bytes, bump_.used_bytes());
  }

  BumpAllocator bump_ =
      BumpAllocator::Create(registry(), {.name = "a", .block_bytes = 4000})
          .value();
};
INSTANTIATE_TEST_SUITE_P(Modes, BumpAllocatorTest, testing::Bool(), NameOfMode);

TEST_P(BumpAllocatorTest, AllocationsFollowEachOther) {
  const Address a = bump_.Allocate(24);
  const Address b = bump_.Allocate(3, 1);
  const Address c = bump_.Allocate(8, 64);
  const std::uint64_t gap = checked() ? shade::kRedZoneBytes : 0;
  EXPECT_EQ(b, a + 24 + gap);
  EXPECT_EQ(c.offset() % 64, 0u);
  EXPECT_GE(c, b + 3 + gap);
  heap().Fill(a, std::byte{1}, 24);
  heap().Fill(b, std::byte{2}, 3);
  heap().Fill(c, std::byte{3}, 8);
  EXPECT_EQ(heap().lbu(a + 23), 1);
  EXPECT_EQ(heap().lbu(b + 2), 2);
  ExpectSound();
}

TEST_P(BumpAllocatorTest, EveryAlignmentUpToTheHeapIsKept) {
  for (std::uint64_t alignment = 1; alignment <= 65536; alignment *= 2) {
    const Address address = bump_.Allocate(1, alignment);
    ASSERT_FALSE(address.is_null()) << alignment;
    EXPECT_EQ(address.offset() % alignment, 0u);
  }
  ExpectSound();
}

TEST_P(BumpAllocatorTest, WhatCannotBeIsRefused) {
  const std::uint64_t used = bump_.used_bytes();
  for (const std::uint64_t alignment : {0u, 3u, 24u}) {
    heap().set_guest_errno(0);
    EXPECT_EQ(bump_.Allocate(1, alignment), kNullAddress);
    EXPECT_EQ(heap().guest_errno(), kErrnoInvalid);
  }
  for (const std::uint64_t size :
       {arena_.heap_bytes(), ~std::uint64_t{0}, ~std::uint64_t{0} - 15,
        ~std::uint64_t{0} - 16, std::uint64_t{1} << 63}) {
    heap().set_guest_errno(0);
    EXPECT_EQ(bump_.Allocate(size), kNullAddress);
    EXPECT_EQ(heap().guest_errno(), kErrnoNoMemory);
  }
  EXPECT_EQ(bump_.Allocate(1, std::uint64_t{1} << 63), kNullAddress);
  EXPECT_EQ(bump_.used_bytes(), used);
  ExpectSound();
}

TEST_P(BumpAllocatorTest, GrowsByBlocks) {
  EXPECT_EQ(bump_.block_count(), 1u);
  std::vector<Address> all;
  for (std::uint64_t i = 0; i < 100; ++i) {
    all.push_back(bump_.Allocate(i * 8));
    heap().Fill(all.back(), static_cast<std::byte>(i), i * 8);
  }
  EXPECT_GT(bump_.block_count(), 5u);
  const Address large = bump_.Allocate(20000);
  heap().Fill(large, std::byte{9}, 20000);
  for (std::uint64_t i = 1; i < 100; ++i) {
    EXPECT_EQ(heap().lbu(all[i]), i);
    EXPECT_EQ(heap().lbu(all[i] + i * 8 - 1), i);
    EXPECT_TRUE(bump_.Owns(all[i]));
  }
  EXPECT_LE(bump_.used_bytes(), bump_.capacity_bytes());
  EXPECT_GT(bump_.used_bytes(), 100u * 99 * 4 + 20000);
  ExpectSound();
}

TEST_P(BumpAllocatorTest, ResetFreesAllButTheFirstBlock) {
  const Address first = bump_.Allocate(100);
  const Address late = bump_.Allocate(30000);
  bump_.Reset();
  EXPECT_EQ(bump_.used_bytes(), 0u);
  EXPECT_EQ(bump_.block_count(), 1u);
  EXPECT_FALSE(bump_.Owns(late));
  ExpectSound();
  if (checked()) {
    EXPECT_EQ(CodeAt(first), FaultCode::kUseAfterFree);
    EXPECT_EQ(CodeAt(late), FaultCode::kUseAfterFree);
  }
  EXPECT_EQ(bump_.Allocate(100), first);
  if (checked()) {
    EXPECT_EQ(CodeAt(first), FaultCode::kUninitialisedRead);
  }
}

TEST_P(BumpAllocatorTest, ReleaseGoesBackToAMark) {
  (void)bump_.Allocate(100);
  const Address outer = bump_.Mark();
  const std::uint64_t used = bump_.used_bytes();
  const Address a = bump_.Allocate(10);
  const Address inner = bump_.Mark();
  (void)bump_.Allocate(50000);
  bump_.Release(inner);
  EXPECT_EQ(bump_.block_count(), 1u);
  if (checked()) {
    EXPECT_EQ(CodeAt(a), FaultCode::kUninitialisedRead);
  }
  bump_.Release(outer);
  EXPECT_EQ(bump_.used_bytes(), used);
  if (checked()) {
    EXPECT_EQ(CodeAt(a), FaultCode::kUseAfterFree);
  }
  EXPECT_EQ(FaultOf([&] { bump_.Release(inner); }),
            FreeFault(FaultCode::kInvalidFree, inner));
  // A mark may be released to again.
  (void)bump_.Allocate(7);
  bump_.Release(outer);
  EXPECT_EQ(bump_.used_bytes(), used);
  ExpectSound();
}

TEST_P(BumpAllocatorTest, NothingButALiveMarkIsReleasedTo) {
  BumpAllocator other = BumpAllocator::Create(registry()).value();
  (void)bump_.Allocate(8);
  const Address mark = bump_.Mark();
  const Address object = bump_.Allocate(100);
  ASSERT_NE(mark, object);
  const Address foreign = other.Mark();
  for (const Address bad : {object, mark + 1, mark + 8, foreign, kNullAddress,
                            Address(std::uint64_t{1} << 60)}) {
    EXPECT_EQ(FaultOf([&] { bump_.Release(bad); }),
              FreeFault(FaultCode::kInvalidFree, bad));
  }
  bump_.Reset();
  EXPECT_EQ(FaultOf([&] { bump_.Release(mark); }),
            FreeFault(FaultCode::kInvalidFree, mark));
}

TEST_P(BumpAllocatorTest, AMarkAtAFullBlocksEndIsItsOwn) {
  const Address begin = bump_.Allocate(0);
  (void)bump_.Allocate(
      bump_.capacity_bytes() - (checked() ? 2 * shade::kRedZoneBytes : 0), 1);
  EXPECT_EQ(bump_.used_bytes(), bump_.capacity_bytes());
  const Address mark = bump_.Mark();
  EXPECT_EQ(bump_.block_count(), 1u);
  (void)bump_.Allocate(100);
  bump_.Release(mark);
  EXPECT_EQ(bump_.used_bytes(), bump_.capacity_bytes());
  EXPECT_TRUE(bump_.Owns(begin));
  ExpectSound();
}

TEST_P(BumpAllocatorTest, WhatIsDestroyedIsGone) {
  BumpAllocator view = BumpAllocator::Find(registry(), "a").value();
  const Address object = bump_.Allocate(10000);
  bump_.Destroy();
  EXPECT_FALSE(view.exists());
  const auto code = [](auto action) { return FaultOf(action)->code; };
  EXPECT_EQ(code([&] { view.Allocate(1); }), FaultCode::kUseAfterFree);
  EXPECT_EQ(code([&] { view.Reset(); }), FaultCode::kUseAfterFree);
  EXPECT_EQ(code([&] { view.Mark(); }), FaultCode::kUseAfterFree);
  EXPECT_EQ(code([&] { view.Destroy(); }), FaultCode::kDoubleFree);
  EXPECT_FALSE(BumpAllocator::Find(registry(), "a").has_value());
  if (checked()) {
    EXPECT_EQ(CodeAt(object), FaultCode::kUseAfterFree);
  }
  EXPECT_EQ(TallyOf(Holder::kPages).live_bytes, 0u);
  EXPECT_EQ(TallyOf(Holder::kBump).live_bytes, 0u);
  EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
  // The record's next allocator is another one.
  bump_ = BumpAllocator::Create(registry(), {.name = "a"}).value();
  EXPECT_FALSE(view.exists());
}

TEST_P(BumpAllocatorTest, NamesAreUnique) {
  EXPECT_EQ(BumpAllocator::Create(registry(), {.name = "a"}).status().code(),
            absl::StatusCode::kAlreadyExists);
  const std::string longest(kAllocatorNameBytesMax, 'x');
  EXPECT_EQ(BumpAllocator::Create(registry(), {.name = longest}).value().name(),
            longest);
  EXPECT_EQ(BumpAllocator::Create(registry(), {.name = longest + "x"})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  using std::string_literals::operator""s;
  EXPECT_EQ(
      BumpAllocator::Create(registry(), {.name = "b\0c"s}).status().code(),
      absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(BumpAllocator::Create(registry()).value().name(), "");
  EXPECT_FALSE(BumpAllocator::Find(registry(), "").has_value());
}

TEST_P(BumpAllocatorTest, TooManyAllocatorsAreRefused) {
  RecordNumber made = 1;
  absl::Status status;
  for (; status.ok(); ++made) {
    status = Pool::Create(registry(), {.object_bytes = 8}).status();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(made, kRecordCount);
}

TEST_P(BumpAllocatorTest, NoRoomForTheFirstBlockIsNoAllocator) {
  constexpr std::uint64_t kMax = ~std::uint64_t{0};
  for (const std::uint64_t bytes :
       {arena_.heap_bytes(), kMax / 2 + 1, kMax - sizeof(PageHeader) - 8,
        kMax - sizeof(PageHeader), kMax - 8, kMax - 7, kMax}) {
    const auto none =
        BumpAllocator::Create(registry(), {.name = "b", .block_bytes = bytes});
    EXPECT_EQ(none.status().code(), absl::StatusCode::kResourceExhausted)
        << bytes;
    EXPECT_FALSE(BumpAllocator::Find(registry(), "b").has_value());
    EXPECT_EQ(TallyOf(Holder::kBump).live_count, 1u);
  }
}

TEST_P(BumpAllocatorTest, AnOverwrittenHeaderIsFound) {
  const Address object = bump_.Allocate(10);
  const Address header(object.offset() / 4096 * 4096);
  heap().base()[header.offset() + 24] ^= std::byte{1};
  const MemoryFault fault = OverwrittenFault(header);
  EXPECT_EQ(FaultOf([&] { bump_.Allocate(100000); }), fault);
  EXPECT_EQ(FaultOf([&] { bump_.Reset(); }), fault);
  EXPECT_EQ(FaultOf([&] { bump_.Destroy(); }), fault);
  EXPECT_EQ(bump_.CheckInvariants(), OverwrittenAt(header));
}

// Four blocks, and a mark in the first.
class BumpChainTest : public BumpAllocatorTest {
 protected:
  BumpChainTest() : mark_(bump_.Mark()) {
    for (Address& block : blocks_) {
      block = Address(bump_.Allocate(3000).offset() / 4096 * 4096);
    }
  }
  // What gives back more than one block is refused, and has changed nothing.
  void ExpectRefused(Address where) {
    const std::vector<std::byte> before = BytesOf(heap());
    EXPECT_EQ(FaultOf([&] { bump_.Reset(); }), OverwrittenFault(where));
    EXPECT_EQ(FaultOf([&] { bump_.Destroy(); }), OverwrittenFault(where));
    EXPECT_EQ(FaultOf([&] { bump_.Release(mark_); })->code,
              FaultCode::kHeapCorruption);
    EXPECT_EQ(BytesOf(heap()), before);
    EXPECT_EQ(TallyOf(Holder::kBump).live_bytes, bump_.used_bytes());
  }
  template <typename Change>
  void Forge(Address begin, Change change) {
    PageBlock block = ReadPageHeader(heap(), begin).value();
    change(block);
    WritePageHeader(heap(), block);
  }

  Address mark_;
  std::array<Address, 4> blocks_;
};
INSTANTIATE_TEST_SUITE_P(Modes, BumpChainTest, testing::Bool(), NameOfMode);

TEST_P(BumpChainTest, ADamagedBlockLosesNoOther) {
  heap().base()[blocks_[1].offset() + 24] ^= std::byte{1};
  ExpectRefused(blocks_[1]);
}

TEST_P(BumpChainTest, LinksInACircleEnd) {
  Forge(blocks_[2], [&](PageBlock& b) { b.previous = blocks_[3]; });
  ExpectRefused(blocks_[3]);
}

TEST_P(BumpChainTest, ALinkThatLeadsPastABlockIsFound) {
  Forge(blocks_[1], [&](PageBlock& b) { b.next = blocks_[3]; });
  ExpectRefused(blocks_[1]);
}

TEST_P(BumpChainTest, LinksThatLeaveOutABlockAreFound) {
  Forge(blocks_[2], [&](PageBlock& b) { b.previous = blocks_[0]; });
  Forge(blocks_[0], [&](PageBlock& b) { b.next = blocks_[2]; });
  const std::vector<std::byte> before = BytesOf(heap());
  EXPECT_EQ(FaultOf([&] { bump_.Reset(); }), OverwrittenFault(blocks_[0]));
  EXPECT_EQ(BytesOf(heap()), before);
}

TEST_P(BumpAllocatorTest, AnOverflowReachesNoNeighbour) {
  const Address a = bump_.Allocate(24);
  const Address b = bump_.Allocate(24);
  heap().Fill(a, std::byte{1}, 24);
  EXPECT_EQ(CodeAt(a + 24), InChecked(FaultCode::kOutOfBounds));
  EXPECT_EQ(CodeAt(b - 1), InChecked(FaultCode::kOutOfBounds));
  EXPECT_EQ(CodeAt(b + 24), InChecked(FaultCode::kOutOfBounds));
  EXPECT_EQ(CodeAt(b + 100), InChecked(FaultCode::kOutOfBounds));
}

}  // namespace
}  // namespace kheap
