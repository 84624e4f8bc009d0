// SPDX-License-Identifier: Apache-2.0
#include "allocators/page_allocator.h"

#include <array>
#include <vector>

#include "tests/allocators/registry_arena.h"

namespace kheap {
namespace {

constexpr std::uint64_t kHeaderBytes = sizeof(PageHeader);

class PageAllocatorTest : public InBothModes {
 protected:
  std::vector<PageBlock> Blocks() {
    std::vector<PageBlock> blocks;
    EXPECT_TRUE(
        pages_.ForEach([&](const PageBlock& b) { blocks.push_back(b); }).ok());
    return blocks;
  }
  void ExpectSound() {
    EXPECT_EQ(pages_.CheckInvariants(), absl::OkStatus());
    EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
  }

  PageAllocator pages_{registry()};
};
INSTANTIATE_TEST_SUITE_P(Modes, PageAllocatorTest, testing::Bool(), NameOfMode);

TEST_P(PageAllocatorTest, ABlockIsWholePagesBehindAHeader) {
  for (const std::uint64_t size : {0u, 1u, 4048u, 4049u, 8144u, 8145u}) {
    const Address payload = pages_.Allocate(size);
    EXPECT_EQ((payload - kHeaderBytes).offset() % kOwnedPageBytes, 0u);
    const std::uint64_t usable = pages_.UsableBytes(payload);
    EXPECT_GE(usable, size);
    EXPECT_LT(usable, size + kOwnedPageBytes);
    EXPECT_EQ((usable + kHeaderBytes) % kOwnedPageBytes, 0u);
    heap().Fill(payload, std::byte{7}, usable);
  }
  ExpectSound();
}

TEST_P(PageAllocatorTest, TheListHasEveryBlockInOrder) {
  arena_.set_time(100);
  const Address a = pages_.Allocate(10);
  arena_.set_time(200);
  const Address b = pages_.Allocate(10000);
  const Address c = pages_.Allocate(10);
  std::vector<PageBlock> blocks = Blocks();
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0].payload(), a);
  EXPECT_EQ(blocks[1].payload(), b);
  EXPECT_EQ(blocks[2].payload(), c);
  EXPECT_EQ(blocks[0].timestamp, 100u);
  EXPECT_EQ(blocks[1].timestamp, 200u);
  EXPECT_EQ(blocks[1].previous, blocks[0].begin);
  EXPECT_EQ(blocks[1].next, blocks[2].begin);
  EXPECT_EQ(pages_.block_count(), 3u);
  EXPECT_EQ(pages_.block_bytes(), 4096u + 12288u + 4096u);

  pages_.Free(b);
  blocks = Blocks();
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].next, blocks[1].begin);
  EXPECT_EQ(blocks[1].previous, blocks[0].begin);
  ExpectSound();
}

TEST_P(PageAllocatorTest, ReclaimsWhatIsOlder) {
  std::vector<Address> payloads;
  for (std::uint64_t time = 1; time <= 5; ++time) {
    arena_.set_time(time * 10);
    payloads.push_back(pages_.Allocate(5000));
  }
  EXPECT_EQ(pages_.ReclaimOlderThan(10), 0u);
  EXPECT_EQ(pages_.ReclaimOlderThan(30), 2u);
  EXPECT_EQ(Blocks().front().payload(), payloads[2]);
  ExpectSound();
  EXPECT_EQ(pages_.ReclaimAll(), 3u);
  EXPECT_EQ(pages_.block_bytes(), 0u);
  EXPECT_EQ(TallyOf(Holder::kPages).live_count, 0u);
  EXPECT_EQ(TallyOf(Holder::kPages).live_bytes, 0u);
  EXPECT_EQ(TallyOf(Holder::kPages).total_count, 5u);
  EXPECT_EQ(TallyOf(Holder::kPages).peak_bytes, 5 * 8192u);
  ExpectSound();
}

TEST_P(PageAllocatorTest, RefusesWhatIsNoBlock) {
  const Address payload = pages_.Allocate(100);
  const Address block = malloc().Malloc(10);
  const std::vector<std::byte> before = BytesOf(heap());
  for (const Address bad :
       {payload + 1, payload + 16, payload - kHeaderBytes, payload + 4096,
        block, Address(48), Address(1), heap().break_address(),
        Address(heap().layout().capacity_bytes() + 48),
        Address(~std::uint64_t{0})}) {
    EXPECT_EQ(FaultOf([&] { pages_.Free(bad); }),
              FreeFault(FaultCode::kInvalidFree, bad));
  }
  EXPECT_EQ(BytesOf(heap()), before);
  pages_.Free(kNullAddress);
  pages_.Free(payload);
  EXPECT_EQ(FaultOf([&] { pages_.Free(payload); }),
            FreeFault(FaultCode::kDoubleFree, payload));
  ExpectSound();
}

TEST_P(PageAllocatorTest, FindsEveryOverwrittenByteOfAHeader) {
  const Address payload = pages_.Allocate(100);
  const Address begin = payload - kHeaderBytes;
  for (std::uint64_t i = 0; i < kHeaderBytes; ++i) {
    std::byte& byte = heap().base()[(begin + i).offset()];
    byte ^= std::byte{4};
    EXPECT_EQ(FaultOf([&] { pages_.Free(payload); }), OverwrittenFault(begin));
    EXPECT_EQ(pages_.CheckInvariants(), OverwrittenAt(begin));
    EXPECT_EQ(pages_.ForEach([](const PageBlock&) {}).code(),
              absl::StatusCode::kDataLoss);
    byte ^= std::byte{4};
  }
  // A neighbour's links are looked at before anything is given back.
  const Address second = pages_.Allocate(100);
  std::byte& link = heap().base()[begin.offset()];
  link ^= std::byte{4};
  const std::vector<std::byte> before = BytesOf(heap());
  EXPECT_EQ(FaultOf([&] { pages_.Free(second); })->code,
            FaultCode::kHeapCorruption);
  EXPECT_EQ(BytesOf(heap()), before);
  link ^= std::byte{4};
  ExpectSound();
}

TEST_P(PageAllocatorTest, ReclaimingABrokenListChangesNothing) {
  std::array<Address, 3> begins;
  for (Address& begin : begins) begin = pages_.Allocate(10) - kHeaderBytes;
  const std::vector<PageBlock> blocks = Blocks();
  const auto expect_refused = [&](Address where) {
    const std::vector<std::byte> before = BytesOf(heap());
    // None is older than 0, and all are older than 1.
    for (const std::uint64_t time : {0u, 1u}) {
      EXPECT_EQ(FaultOf([&] { pages_.ReclaimOlderThan(time); }),
                OverwrittenFault(where));
    }
    EXPECT_EQ(FaultOf([&] { pages_.ReclaimAll(); }), OverwrittenFault(where));
    EXPECT_EQ(BytesOf(heap()), before);
  };
  const auto forge = [&](PageBlock block, Address previous, Address next) {
    block.previous = previous;
    block.next = next;
    WritePageHeader(heap(), block);
  };
  // A circle of two, whichever way it is gone round.
  forge(blocks[1], begins[0], begins[0]);
  expect_refused(begins[1]);
  forge(blocks[1], begins[2], begins[2]);
  expect_refused(begins[2]);
  WritePageHeader(heap(), blocks[1]);
  // The oldest block goes on.
  forge(blocks[0], begins[1], begins[1]);
  expect_refused(begins[0]);
  WritePageHeader(heap(), blocks[0]);
  heap().base()[begins[2].offset() + 17] ^= std::byte{1};
  expect_refused(begins[2]);
  heap().base()[begins[2].offset() + 17] ^= std::byte{1};
  EXPECT_EQ(pages_.ReclaimAll(), 3u);
}

TEST_P(PageAllocatorTest, NoRoomChangesNothing) {
  const Address payload = pages_.Allocate(100);
  for (const std::uint64_t size : {arena_.heap_bytes(), arena_.heap_bytes() + 1,
                                   ~std::uint64_t{0}, ~std::uint64_t{0} - 47}) {
    heap().set_guest_errno(0);
    const Digest before = heap().ComputeDigest();
    EXPECT_EQ(pages_.Allocate(size), kNullAddress);
    EXPECT_EQ(heap().guest_errno(), kErrnoNoMemory);
    heap().set_guest_errno(0);
    EXPECT_EQ(heap().ComputeDigest(), before);
  }
  pages_.Free(payload);
}

TEST_P(PageAllocatorTest, TheShadowKnowsHeadersAndFreedBlocks) {
  const Address payload = pages_.Allocate(100);
  EXPECT_EQ(CodeAt(payload), InChecked(FaultCode::kUninitialisedRead));
  EXPECT_EQ(CodeAt(payload - 1), InChecked(FaultCode::kOutOfBounds));
  pages_.Free(payload);
  EXPECT_EQ(CodeAt(payload), InChecked(FaultCode::kUseAfterFree));
}

TEST_P(PageAllocatorTest, AViewMadeAnewKnowsTheList) {
  const Address payload = pages_.Allocate(100);
  Registry again = Registry::Attach(malloc()).value();
  PageAllocator(again).Free(payload);
  EXPECT_EQ(pages_.block_count(), 0u);
}

TEST_P(PageAllocatorTest, AViewWithoutAClockHasTheNewestStamp) {
  Registry again = Registry::Attach(malloc()).value();
  PageAllocator(again).Allocate(1);
  arena_.set_time(50);
  pages_.Allocate(1);
  arena_.set_time(70);
  PageAllocator(again).Allocate(1);
  std::vector<std::uint64_t> stamps;
  for (const PageBlock& block : Blocks()) stamps.push_back(block.timestamp);
  EXPECT_EQ(stamps, (std::vector<std::uint64_t>{0, 50, 50}));
}

TEST(RegistryTest, NeedsARegionAndIsMadeOnce) {
  const auto heap = MakeFastHeap();
  KMalloc malloc = KMalloc::Create(*heap).value();
  EXPECT_EQ(Registry::Create(malloc).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Registry::Attach(malloc).status().code(),
            absl::StatusCode::kFailedPrecondition);
  RegistryArena arena(false);
  EXPECT_EQ(Registry::Create(arena.malloc()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Registry::Attach(arena.malloc()).ok());
}

}  // namespace
}  // namespace kheap
