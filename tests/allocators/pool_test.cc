// SPDX-License-Identifier: Apache-2.0
#include "allocators/pool.h"

#include <array>
#include <set>
#include <vector>

#include "tests/allocators/registry_arena.h"

namespace kheap {
namespace {

class PoolTest : public InBothModes {
 protected:
  void ExpectSound(const Pool& pool) {
    EXPECT_EQ(pool.CheckInvariants(), absl::OkStatus());
    EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
  }
  Pool Make(std::uint64_t object_bytes, std::uint64_t alignment = 0) {
    return Pool::Create(registry(), {.object_bytes = object_bytes,
                                     .alignment = alignment,
                                     .block_bytes = 4000})
        .value();
  }
};
INSTANTIATE_TEST_SUITE_P(Modes, PoolTest, testing::Bool(), NameOfMode);

TEST_P(PoolTest, ObjectsOfEverySizeAreApartAndAligned) {
  for (const std::uint64_t size : {8u, 9u, 12u, 16u, 24u, 40u, 1000u, 5000u}) {
    Pool pool = Make(size);
    const std::uint64_t alignment = size % 16 == 0 ? 16 : 8;
    std::vector<Address> objects;
    for (std::uint64_t i = 0; i < 50; ++i) {
      objects.push_back(pool.Allocate());
      EXPECT_EQ(objects.back().offset() % alignment, 0u);
      heap().Fill(objects.back(), static_cast<std::byte>(i), size);
    }
    for (std::uint64_t i = 0; i < 50; ++i) {
      EXPECT_EQ(heap().lbu(objects[i]), i);
      EXPECT_EQ(heap().lbu(objects[i] + size - 1), i);
    }
    EXPECT_EQ(pool.live_objects(), 50u);
    EXPECT_GE(pool.capacity_objects(), 50u);
    ExpectSound(pool);
    pool.Destroy();
  }
}

TEST_P(PoolTest, TheNewestFreeObjectComesFirst) {
  Pool pool = Make(24);
  const Address a = pool.Allocate();
  const Address b = pool.Allocate();
  const Address c = pool.Allocate();
  pool.Free(b);
  pool.Free(a);
  pool.Free(c);
  ExpectSound(pool);
  EXPECT_EQ(pool.Allocate(), c);
  EXPECT_EQ(pool.Allocate(), a);
  EXPECT_EQ(pool.Allocate(), b);
  EXPECT_EQ(pool.peak_objects(), 3u);
  EXPECT_EQ(TallyOf(Holder::kPool).peak_bytes, 72u);
  EXPECT_EQ(TallyOf(Holder::kPool).total_bytes, 144u);
}

TEST_P(PoolTest, AlignmentIsKept) {
  for (std::uint64_t alignment = 8; alignment <= 4096; alignment *= 2) {
    Pool pool = Make(8, alignment);
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(pool.Allocate().offset() % alignment, 0u);
    }
    ExpectSound(pool);
    pool.Destroy();
  }
}

TEST_P(PoolTest, OptionsThatNoPoolHasAreRefused) {
  const auto code = [&](const PoolOptions& options) {
    return Pool::Create(registry(), options).status().code();
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code({}), kInvalid);
  EXPECT_EQ(code({.object_bytes = 7}), kInvalid);
  EXPECT_EQ(code({.object_bytes = arena_.heap_bytes() + 1}), kInvalid);
  EXPECT_EQ(code({.object_bytes = ~std::uint64_t{0}}), kInvalid);
  for (const std::uint64_t alignment : {1u, 4u, 24u, 8192u}) {
    EXPECT_EQ(code({.object_bytes = 8, .alignment = alignment}), kInvalid);
  }
  EXPECT_EQ(code({.object_bytes = 8}), absl::StatusCode::kOk);
  EXPECT_EQ(code({.object_bytes = 8, .block_bytes = ~std::uint64_t{0}}),
            absl::StatusCode::kOk);
}

TEST_P(PoolTest, OnlyALiveObjectOfThisPoolIsFreed) {
  Pool pool = Make(24);
  Pool other = Make(24);
  const Address a = pool.Allocate();
  const Address freed = pool.Allocate();
  const Address foreign = other.Allocate();
  const Address block = malloc().Malloc(24);
  pool.Free(freed);
  const std::vector<std::byte> before = BytesOf(heap());
  EXPECT_EQ(FaultOf([&] { pool.Free(freed); }),
            FreeFault(FaultCode::kDoubleFree, freed));
  for (const Address bad :
       {a + 1, a + 8, a + 16, foreign, block, Address(a.offset() / 4096 * 4096),
        freed + 24, freed + 2000, Address(8), Address(~std::uint64_t{0}),
        Address(std::uint64_t{1} << 40)}) {
    EXPECT_EQ(FaultOf([&] { pool.Free(bad); }),
              FreeFault(FaultCode::kInvalidFree, bad));
  }
  EXPECT_EQ(BytesOf(heap()), before);
  EXPECT_FALSE(pool.IsLive(freed));
  EXPECT_TRUE(pool.IsLive(a));
  pool.Free(kNullAddress);
  ExpectSound(pool);
  // Malloc does not take objects either.
  EXPECT_EQ(FaultOf([&] { malloc().Free(a); })->code, FaultCode::kInvalidFree);
}

TEST_P(PoolTest, ABadFreeEndsWhereBlocksLeadInACircle) {
  Pool pool = Make(2000);
  std::array<Address, 3> blocks;
  for (Address& block : blocks) {
    block = Address(pool.Allocate().offset() / 4096 * 4096);
    (void)pool.Allocate();
  }
  PageBlock forged = ReadPageHeader(heap(), blocks[1]).value();
  forged.previous = blocks[2];
  WritePageHeader(heap(), forged);
  const std::vector<std::byte> before = BytesOf(heap());
  EXPECT_EQ(FaultOf([&] { pool.Free(blocks[0] + 8); }),
            OverwrittenFault(blocks[2]));
  EXPECT_EQ(BytesOf(heap()), before);
}

TEST_P(PoolTest, EveryOverwrittenByteOfALinkIsFound) {
  Pool pool = Make(32);
  const Address below = pool.Allocate();
  const Address object = pool.Allocate();
  pool.Free(below);
  pool.Free(object);
  for (std::uint64_t i = 0; i < 8; ++i) {
    std::byte& byte = heap().base()[object.offset() + i];
    byte ^= std::byte{1};
    EXPECT_EQ(FaultOf([&] { pool.Allocate(); }),
              (MemoryFault{FaultCode::kHeapCorruption, Access::kLoad, object,
                           kPoolObjectBytesMin}));
    EXPECT_EQ(pool.CheckInvariants(),
              absl::InternalError("pool.link: a link was overwritten at " +
                                  ToString(object)));
    byte ^= std::byte{1};
  }
  EXPECT_EQ(pool.Allocate(), object);
}

// As if a guest had computed a link to where no object begins.
TEST_P(PoolTest, AForgedObjectMarksNothingBeyondTheHeap) {
  const std::uint64_t size = arena_.heap_bytes() / 2;
  Pool pool = Make(size);
  const Address object = pool.Allocate();
  ASSERT_FALSE(object.is_null());
  Address end(object.offset() / kOwnedPageBytes * kOwnedPageBytes);
  while (registry().OwnerOf(end) == registry().OwnerOf(object)) {
    end += kOwnedPageBytes;
  }
  const Address forged = end - kObjectGrainBytes;
  ASSERT_GT(forged + size, heap().break_address());
  registry().SetObject(forged);
  const auto fault = FaultOf([&] { pool.Free(forged); });
  EXPECT_EQ(fault,
            checked() ? std::optional(MemoryFault{FaultCode::kHeapCorruption,
                                                  Access::kStore, forged, size})
                      : std::nullopt);
}

TEST_P(PoolTest, NoRoomIsNull) {
  Pool pool = Make(40000);
  std::uint64_t count = 0;
  while (!pool.Allocate().is_null()) ++count;
  EXPECT_EQ(heap().guest_errno(), kErrnoNoMemory);
  EXPECT_EQ(pool.live_objects(), count);
  EXPECT_GT(count, 10u);
  ExpectSound(pool);
  pool.Destroy();
  EXPECT_EQ(TallyOf(Holder::kPool).live_bytes, 0u);
  EXPECT_EQ(TallyOf(Holder::kPool).live_count, 0u);
  EXPECT_EQ(TallyOf(Holder::kPages).live_bytes, 0u);
  EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
}

TEST_P(PoolTest, WhatIsDestroyedIsGone) {
  Pool pool =
      Pool::Create(registry(), {.name = "p", .object_bytes = 8}).value();
  Pool view = Pool::Find(registry(), "p").value();
  EXPECT_FALSE(BumpAllocator::Find(registry(), "p").has_value());
  const Address object = view.Allocate();
  EXPECT_EQ(pool.live_objects(), 1u);
  pool.Destroy();
  const auto code = [](auto action) { return FaultOf(action)->code; };
  EXPECT_EQ(code([&] { view.Allocate(); }), FaultCode::kUseAfterFree);
  EXPECT_EQ(code([&] { view.Free(object); }), FaultCode::kUseAfterFree);
  EXPECT_EQ(code([&] { view.Destroy(); }), FaultCode::kDoubleFree);
  EXPECT_FALSE(view.exists());
}

TEST_P(PoolTest, TheShadowKnowsWhatIsLive) {
  Pool pool = Make(24);
  const Address a = pool.Allocate();
  EXPECT_EQ(CodeAt(a), InChecked(FaultCode::kUninitialisedRead));
  EXPECT_EQ(CodeAt(a + 24), InChecked(FaultCode::kOutOfBounds));
  EXPECT_EQ(CodeAt(a - 1), InChecked(FaultCode::kOutOfBounds));
  EXPECT_EQ(CodeAt(a + 40), InChecked(FaultCode::kOutOfBounds));
  heap().Fill(a, std::byte{1}, 24);
  pool.Free(a);
  EXPECT_EQ(CodeAt(a), InChecked(FaultCode::kUseAfterFree));
  EXPECT_EQ(CodeAt(a + 23), InChecked(FaultCode::kUseAfterFree));
  EXPECT_EQ(pool.Allocate(), a);
  EXPECT_EQ(CodeAt(a), InChecked(FaultCode::kUninitialisedRead));
}

}  // namespace
}  // namespace kheap
