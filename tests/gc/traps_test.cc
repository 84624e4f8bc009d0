// SPDX-License-Identifier: Apache-2.0
// The ways in which collectors are known to go wrong, each once.
#include <cstdint>

#include "gc/collector.h"
#include "gc/space.h"
#include "gtest/gtest.h"
#include "tests/gc/world.h"

namespace kheap::gc {
namespace {

// A collector that lays itself out in the first call that needs it does so
// wherever that call happens to be. Here Create does everything: whatever comes
// first finds a collector that is ready, and asking changes nothing.
TEST(TrapsTest, NothingIsInitialisedLazily) {
  World world;
  const Digest before = world.heap().ComputeDigest();
  Collector& collector = world.collector();
  collector.Stats();
  collector.FindObject(Address(0));
  collector.pending_finalizers();
  collector.RunFinalizers([](Local, std::uint64_t) {});
  world.ExpectIntact();
  EXPECT_EQ(world.heap().ComputeDigest(), before);
  collector.CollectMajor();
  collector.CollectMinor();
  EXPECT_FALSE(world.Leaf(1).is_null());
  world.ExpectIntact();
}

TEST(TrapsTest, ACardIsScannedBeforeItIsCleared) {
  World world;
  const Frame<1> frame(world.mutator());
  frame[0] = world.Leaf(1);
  world.collector().CollectMinor();
  ASSERT_TRUE(world.IsOld(frame[0].get()));
  // The only reference to a young node, from an old one.
  const Address young = world.Leaf(2);
  world.mutator().SetReference(frame[0].get(), 8, young);
  world.collector().CollectMinor();
  EXPECT_EQ(world.Number(world.Right(frame[0].get())), 2u);
  world.ExpectIntact();
}

// One that never became clean again would be scanned at every collection.
TEST(TrapsTest, ACardIsCleanOnceItIsScanned) {
  World world;
  const Frame<1> frame(world.mutator());
  frame[0] = world.Leaf(1);
  world.collector().CollectMinor();
  world.mutator().SetReference(frame[0].get(), 8, world.Leaf(2));
  const Space space(world.heap());
  const std::uint64_t card = space.CardOf(frame[0].get().offset() + 8);
  ASSERT_NE(space.card(card), std::byte{0});
  world.collector().CollectMinor();
  EXPECT_EQ(space.card(card), std::byte{0});
  world.ExpectIntact();
}

// What stays in the nursery is scanned like what moves.
TEST(TrapsTest, APinnedObjectKeepsWhatItRefersTo) {
  World world;
  const Frame<1> frame(world.mutator());
  frame[0] = world.Leaf(1);
  ASSERT_TRUE(world.collector().Pin(frame[0].get()));
  world.mutator().SetReference(frame[0].get(), 8, world.Leaf(2));
  world.collector().CollectMinor();
  EXPECT_EQ(world.Number(world.Right(frame[0].get())), 2u);
  EXPECT_TRUE(world.IsOld(world.Right(frame[0].get())));
  world.ExpectIntact();
}

// What a card leads to stays in the nursery, so the card has to stay dirty.
TEST(TrapsTest, ACardStaysDirtyWhileItLeadsToTheNursery) {
  World world;
  const Frame<1> frame(world.mutator());
  frame[0] = world.Leaf(1);
  world.collector().CollectMinor();
  const Address pinned = world.Leaf(2);
  ASSERT_TRUE(world.collector().Pin(pinned));
  world.mutator().SetReference(frame[0].get(), 8, pinned);
  world.collector().CollectMinor();
  world.collector().CollectMinor();
  world.ExpectIntact();
  world.collector().Unpin(pinned);
  world.collector().CollectMinor();
  const Address moved = world.Right(frame[0].get());
  EXPECT_NE(moved, pinned);
  EXPECT_EQ(world.Number(moved), 2u);
  world.ExpectIntact();
}

// A copy that refers to what could not move needs a dirty card at once.
TEST(TrapsTest, ACopyThatLeadsToAPinnedObjectIsRemembered) {
  World world;
  const Frame<2> frame(world.mutator());
  frame[0] = world.Leaf(2);
  ASSERT_TRUE(world.collector().Pin(frame[0].get()));
  frame[1] =
      world.mutator().New(world.node(), frame[0], nullptr, std::uint64_t{1});
  world.collector().CollectMinor();
  ASSERT_TRUE(world.IsOld(frame[1].get()));
  world.ExpectIntact();
  world.collector().Unpin(frame[0].get());
  frame[0] = kNullAddress;
  world.collector().CollectMinor();
  EXPECT_EQ(world.Number(world.Left(frame[1].get())), 2u);
  world.ExpectIntact();
}

TEST(TrapsTest, MarkingTracesEverything) {
  World world;
  const Frame<1> frame(world.mutator());
  world.MakeList(frame[0], 2000);
  world.collector().CollectMajor();
  world.collector().CollectMajor();
  EXPECT_EQ(world.ListLength(frame[0].get()), 2000u);
  EXPECT_EQ(world.collector().Stats().old_objects, 2000u);
  world.ExpectIntact();
}

TEST(TrapsTest, TheSizeFieldHoldsEverySize) {
  World world;
  const Frame<1> frame(world.mutator());
  for (const std::uint64_t size :
       {0, 1, 7, 8, 9, 255, 256, 4095, 4096, 16375, 16376, 16377, 16384, 32760,
        32761, 65535, 65536, 65537, 300000}) {
    frame[0] = world.mutator().AllocateArray(world.bytes(), size);
    ASSERT_FALSE(frame[0].get().is_null()) << size;
    EXPECT_EQ(world.collector().LengthOf(frame[0].get()), size);
    world.heap().Fill(frame[0].get(), std::byte{171}, size);
    world.collector().CollectMajor();
    EXPECT_EQ(world.collector().LengthOf(frame[0].get()), size);
    for (std::uint64_t i = 0; i < size; ++i) {
      ASSERT_EQ(world.heap().lbu(frame[0].get() + i), 171u) << size << ' ' << i;
    }
    world.ExpectIntact();
  }
  // 64 GiB, in granules of 16 bytes.
  static_assert(ObjectHeader::Of(0, kPayloadBytesMax).payload_bytes() ==
                kPayloadBytesMax);
}

// More alive in the nursery than the old generation has room for: what does
// not fit stays where it is, and every reference is still good.
TEST(TrapsTest, AnEvacuationWithoutRoomLeavesNoDanglingRoot) {
  CollectorOptions options = kSmallOptions;
  options.limit_bytes = kSmallNurseryBytes + 32768;
  World world(options);
  const Frame<1> frame(world.mutator());
  std::uint64_t length = 0;
  for (;; ++length) {
    const Address node =
        world.mutator().New(world.node(), frame[0], nullptr, length);
    if (node.is_null()) break;
    frame[0] = node;
  }
  // Every byte of both generations was used.
  EXPECT_EQ(length, (kSmallNurseryBytes + 32768) / 32);
  EXPECT_EQ(world.ListLength(frame[0].get()), length);
  world.ExpectIntact();
  world.collector().CollectMajor();
  EXPECT_EQ(world.ListLength(frame[0].get()), length);
  world.ExpectIntact();
  // With room again, work goes on.
  frame[0] = kNullAddress;
  EXPECT_FALSE(world.Leaf(1).is_null());
  world.ExpectIntact();
}

// More kept in place at once than the table has room for that says which are
// still to be scanned: 1200 nodes, each the only one to refer to another.
TEST(TrapsTest, WhatAnyKeptObjectRefersToIsKept) {
  constexpr std::uint64_t kCount = 1200;
  CollectorOptions options = kSmallOptions;
  options.nursery_bytes = 2 * kSmallNurseryBytes;
  options.limit_bytes = options.nursery_bytes + kBlockBytes;
  ASSERT_GT(kCount, options.mark_stack_slots);
  World world(options);
  const Mutator mutator = world.mutator();
  const Frame<4> frame(mutator);
  // These fill the old generation to its last card.
  frame[0] = mutator.AllocateArray(world.references(), kCount);
  world.collector().CollectMinor();
  frame[1] = mutator.AllocateArray(world.bytes(), 16376);
  frame[2] = mutator.AllocateArray(world.bytes(), 6648);
  world.collector().CollectMinor();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.IsOld(frame[i].get()));
  for (std::uint64_t i = 0; i < kCount; ++i) {
    frame[3] = world.Leaf(i);
    const Address parent = mutator.New(world.node(), frame[3], nullptr, i);
    mutator.SetReference(frame[0].get(), i * 8, parent);
  }
  frame[3] = kNullAddress;
  ASSERT_EQ(world.collector().Stats().minor_collections, 2u);
  const auto expect_all = [&] {
    for (std::uint64_t i = 0; i < kCount; ++i) {
      const Address parent = world.heap().Load<Address>(frame[0].get() + i * 8);
      ASSERT_EQ(world.Number(parent), i);
      ASSERT_EQ(world.Number(world.Left(parent)), i);
    }
    world.ExpectIntact();
  };
  world.collector().CollectMinor();
  EXPECT_EQ(world.collector().Stats().nursery_objects, 2 * kCount);
  expect_all();
  // With room again, some move.
  frame[1] = kNullAddress;
  frame[2] = kNullAddress;
  world.collector().CollectMajor();
  world.collector().CollectMinor();
  EXPECT_LT(world.collector().Stats().nursery_objects, 2 * kCount);
  expect_all();
}

TEST(TrapsTest, ObjectsLargerThanTheNurseryAreAllocated) {
  World world;
  const Frame<2> frame(world.mutator());
  frame[0] = world.mutator().AllocateArray(world.references(),
                                           2 * kSmallNurseryBytes / 8);
  ASSERT_FALSE(frame[0].get().is_null());
  for (std::uint64_t i = 0; i < 2 * kSmallNurseryBytes / 8; i += 100) {
    const Address leaf = world.Leaf(i);
    world.mutator().SetReference(frame[0].get(), i * 8, leaf);
  }
  world.collector().CollectMinor();
  world.collector().CollectMajor();
  for (std::uint64_t i = 0; i < 2 * kSmallNurseryBytes / 8; i += 100) {
    const Address leaf = world.heap().Load<Address>(frame[0].get() + i * 8);
    EXPECT_EQ(world.Number(leaf), i);
  }
  world.ExpectIntact();
  frame[0] = kNullAddress;
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Stats().old_objects, 0u);
  world.ExpectIntact();
}

TEST(TrapsTest, APinIsCountedOnce) {
  World world;
  const Frame<1> frame(world.mutator());
  frame[0] = world.Leaf(1);
  const Address object = frame[0].get();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.collector().Pin(object));
  EXPECT_EQ(world.collector().Stats().pinned_objects, 1u);
  world.collector().Unpin(object);
  EXPECT_EQ(world.collector().Stats().pinned_objects, 0u);
  EXPECT_FALSE(world.collector().IsPinned(object));
  world.collector().Unpin(object);
  EXPECT_EQ(world.collector().Stats().pinned_objects, 0u);
  // Pinned anew before a collection could forget the first pin.
  ASSERT_TRUE(world.collector().Pin(object));
  EXPECT_EQ(world.collector().Stats().pinned_objects, 1u);
  world.ExpectIntact();
  world.collector().CollectMajor();
  EXPECT_EQ(frame[0].get(), object);
  EXPECT_EQ(world.collector().Stats().pinned_objects, 1u);
  world.ExpectIntact();
}

// A major collection while the nursery cannot be emptied has to trace through
// it: here the list's old end hangs on its young begin.
TEST(TrapsTest, OldObjectsThatOnlyTheNurseryRefersToLive) {
  World world;
  const Frame<1> frame(world.mutator());
  world.MakeList(frame[0], 100);
  world.collector().CollectMinor();
  frame[0] =
      world.mutator().New(world.node(), frame[0], nullptr, std::uint64_t{100});
  const Address young = frame[0].get();
  ASSERT_TRUE(world.collector().Pin(young));
  frame[0] = kNullAddress;
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Stats().old_objects, 100u);
  EXPECT_EQ(world.ListLength(young), 101u);
  world.ExpectIntact();
}

}  // namespace
}  // namespace kheap::gc
