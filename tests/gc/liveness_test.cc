// SPDX-License-Identifier: Apache-2.0
// Frames, global roots, pins and weak references.
#include <cstdint>
#include <optional>
#include <vector>

#include "gc/collector.h"
#include "gtest/gtest.h"
#include "tests/gc/world.h"
#include "tests/support/faults.h"

namespace kheap::gc {
namespace {

// ---- roots -----------------------------------------------------------------

TEST(LivenessTest, AFrameKeepsItsObjectsUntilItIsPopped) {
  World world;
  const Mutator mutator = world.mutator();
  const Address outer = mutator.PushFrame(1);
  const Address inner = mutator.PushFrame(2);
  EXPECT_EQ(inner, outer + 8);
  for (const Address slot : {outer, inner, inner + 8}) {
    EXPECT_EQ(world.heap().Load<Address>(slot), kNullAddress);
    world.heap().Store<Address>(slot, world.Leaf(slot.offset()));
  }
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Stats().old_objects, 3u);
  mutator.PopFrame(inner);
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Stats().old_objects, 1u);
  EXPECT_EQ(world.Number(world.heap().Load<Address>(outer)), outer.offset());
  // The outer frame's end is that of a frame within it, too.
  mutator.PushFrame(5);
  mutator.PopFrame(outer);
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Stats().old_objects, 0u);
  EXPECT_EQ(mutator.PushFrame(1), outer);
  world.ExpectIntact();
}

TEST(LivenessTest, AFullShadowStackIsAFault) {
  World world;
  const std::uint64_t slots = kSmallOptions.root_slots;
  const Address all = world.mutator().PushFrame(slots);
  const Digest before = world.heap().ComputeDigest();
  const MemoryFault fault{FaultCode::kStackOverflow, Access::kPush,
                          all + slots * 8, 8};
  EXPECT_EQ(FaultOf([&] { world.mutator().PushFrame(1); }), fault);
  EXPECT_EQ(FaultOf([&] { world.mutator().PushFrame(~std::uint64_t{0}); }),
            fault);
  EXPECT_EQ(world.heap().ComputeDigest(), before);
  world.mutator().PopFrame(all);
  EXPECT_EQ(world.mutator().PushFrame(slots), all);
}

TEST(LivenessTest, OnlyAPlaceOnTheStackCanBePopped) {
  World world;
  const Mutator mutator = world.mutator();
  const Address outer = mutator.PushFrame(1);
  const Address inner = mutator.PushFrame(2);
  const Address end = inner + 16;
  const Digest before = world.heap().ComputeDigest();
  for (const Address frame : {kNullAddress, outer - 8, outer + 4, end - 1,
                              end + 8, Address(~std::uint64_t{7})}) {
    EXPECT_EQ(FaultOf([&] { mutator.PopFrame(frame); }),
              (MemoryFault{FaultCode::kInvalidFree, Access::kFree, frame, 0}));
  }
  EXPECT_EQ(world.heap().ComputeDigest(), before);
  mutator.PopFrame(end);
  EXPECT_EQ(world.heap().ComputeDigest(), before);
  mutator.PopFrame(inner);
  EXPECT_EQ(mutator.PushFrame(1), inner);
  world.ExpectIntact();
}

TEST(LivenessTest, AGlobalRootIsKeptUpToDate) {
  World world;
  const Address root = KMalloc(world.heap()).Calloc(1, 8);
  ASSERT_EQ(world.collector().AddRoot(root), absl::OkStatus());
  ASSERT_EQ(world.collector().AddRoot(root), absl::OkStatus());
  const Address young = world.Leaf(7);
  world.heap().Store<Address>(root, young);
  world.collector().CollectMajor();
  const Address old = world.heap().Load<Address>(root);
  EXPECT_NE(old, young);
  EXPECT_EQ(world.Number(old), 7u);
  // Added twice, removed twice.
  EXPECT_TRUE(world.collector().RemoveRoot(root));
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Stats().old_objects, 1u);
  EXPECT_TRUE(world.collector().RemoveRoot(root));
  EXPECT_FALSE(world.collector().RemoveRoot(root));
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Stats().old_objects, 0u);
}

TEST(LivenessTest, AGlobalRootIsAWordOutsideOfSpaceAndTables) {
  World world;
  const Address leaf = world.Leaf(1);
  const Address end = world.heap().break_address();
  const auto code = [&](Address slot) {
    return world.collector().AddRoot(slot).code();
  };
  EXPECT_EQ(code(leaf), absl::StatusCode::kInvalidArgument);
  const CollectorState& state = StateAt(world.heap().base());
  const Address tables(state.tables);
  const Address tables_end(TablesEnd(state));
  EXPECT_EQ(code(tables - 8), absl::StatusCode::kOk);
  EXPECT_EQ(code(tables - 7), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(tables_end - 1), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(tables_end), absl::StatusCode::kOk);
  EXPECT_EQ(code(kNullAddress), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(end), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(end - 7), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(end - 8), absl::StatusCode::kOk);
}

// ---- pins ------------------------------------------------------------------

TEST(LivenessTest, TheNurseryWorksAroundPinnedObjects) {
  World world;
  std::vector<Address> pinned;
  for (std::uint64_t i = 0; i < 10; ++i) {
    pinned.push_back(world.Leaf(i));
    ASSERT_TRUE(world.collector().Pin(pinned.back()));
    world.Litter(4096);
  }
  for (int round = 0; round < 5; ++round) {
    world.Litter(kSmallNurseryBytes);
    world.collector().CollectMinor();
    world.ExpectIntact();
  }
  for (std::uint64_t i = 0; i < 10; ++i) {
    EXPECT_EQ(world.Number(pinned[i]), i);
    EXPECT_FALSE(world.IsOld(pinned[i]));
    world.collector().Unpin(pinned[i]);
  }
  world.collector().CollectMinor();
  EXPECT_EQ(world.collector().Stats().nursery_objects, 0u);
}

TEST(LivenessTest, OnlyObjectsArePinnedWatchedOrFinalized) {
  World world;
  const Frame<1> frame(world.mutator());
  frame[0] = world.Leaf(1);
  const Digest before = world.heap().ComputeDigest();
  for (const Address address :
       {kNullAddress, frame[0].get() + 8, frame[0].get() + 32,
        world.heap().break_address(), Address(~std::uint64_t{0})}) {
    const MemoryFault fault{FaultCode::kOutOfBounds, Access::kLoad, address, 0};
    Collector& collector = world.collector();
    EXPECT_EQ(FaultOf([&] { (void)collector.Pin(address); }), fault);
    EXPECT_EQ(FaultOf([&] { collector.Unpin(address); }), fault);
    EXPECT_EQ(FaultOf([&] { collector.IsPinned(address); }), fault);
    EXPECT_EQ(FaultOf([&] { collector.NewWeak(address); }), fault);
    EXPECT_EQ(FaultOf([&] { (void)collector.AddFinalizer(address, 1); }),
              fault);
  }
  EXPECT_EQ(world.heap().ComputeDigest(), before);
}

// Where a nursery in fast mode goes by the word before an address, and what is
// exact elsewhere.
void ExpectBelieved(World& world, Address address, bool believed) {
  const auto fault = FaultOf([&] { world.collector().IsPinned(address); });
  if (believed) {
    EXPECT_EQ(fault, std::nullopt);
  } else {
    EXPECT_EQ(fault, (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad,
                                  address, 0}));
  }
}

TEST(LivenessTest, WhatLooksLikeAHeaderIsOneInAFastNurseryOnly) {
  for (const bool checked : {false, true}) {
    for (const bool old : {false, true}) {
      World world(kSmallOptions, checked);
      const Frame<1> frame(world.mutator());
      frame[0] = world.mutator().AllocateArray(world.bytes(), 100);
      if (old) world.collector().CollectMinor();
      ASSERT_EQ(world.IsOld(frame[0].get()), old);
      const ObjectHeader header = ObjectHeader::Of(world.node().id(), 24);
      world.heap().Store<std::uint64_t>(
          frame[0].get() + 8,
          old ? header.Without(ObjectHeader::kNursery).word() : header.word());
      ExpectBelieved(world, frame[0].get(), true);
      ExpectBelieved(world, frame[0].get() + 16, !checked && !old);
    }
  }
}

TEST(LivenessTest, WhatWasCollectedIsAnObjectInAFastNurseryOnly) {
  for (const bool checked : {false, true}) {
    World world(kSmallOptions, checked);
    // Two that are dead between two that stay.
    const Address first = world.Leaf(1);
    world.Leaf(2);
    const Address dead = world.Leaf(3);
    const Address last = world.Leaf(4);
    ASSERT_TRUE(world.collector().Pin(first));
    ASSERT_TRUE(world.collector().Pin(last));
    world.collector().CollectMinor();
    ExpectBelieved(world, first, true);
    ExpectBelieved(world, dead, !checked);
    EXPECT_EQ(world.collector().HeaderOf(dead), std::nullopt);
  }
}

TEST(LivenessTest, AnObjectThatIsNotCollectedYetLivesAgainByAPin) {
  for (const bool checked : {false, true}) {
    World world(kSmallOptions, checked);
    const Frame<1> frame(world.mutator());
    world.MakeList(frame[0], 10);
    world.collector().CollectMajor();
    const Address list = frame[0].get();
    frame[0] = kNullAddress;
    world.collector().CollectMinor();
    ASSERT_TRUE(world.collector().Pin(list));
    world.collector().CollectMajor();
    EXPECT_EQ(world.ListLength(list), 10u);
    world.ExpectIntact();
    // What a collection has taken is none.
    world.collector().Unpin(list);
    world.collector().CollectMajor();
    ExpectBelieved(world, list, false);
  }
}

// ---- weak references -------------------------------------------------------

TEST(LivenessTest, AWeakReferenceFollowsAndIsCleared) {
  World world;
  const Frame<1> frame(world.mutator());
  frame[0] = world.Leaf(1);
  const WeakReference kept = *world.collector().NewWeak(frame[0].get());
  const WeakReference dead = *world.collector().NewWeak(world.Leaf(2));
  world.collector().CollectMinor();
  EXPECT_EQ(world.collector().Get(kept), frame[0].get());
  EXPECT_EQ(world.collector().Get(dead), kNullAddress);
  // Of an old object, only a major collection says that it is gone.
  frame[0] = kNullAddress;
  world.collector().CollectMinor();
  EXPECT_NE(world.collector().Get(kept), kNullAddress);
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Get(kept), kNullAddress);
  world.ExpectIntact();
}

TEST(LivenessTest, NumbersOfWeakReferencesAreUsedAgain) {
  World world;
  const Frame<1> frame(world.mutator());
  frame[0] = world.Leaf(1);
  Collector& collector = world.collector();
  const WeakReference first = *collector.NewWeak(frame[0].get());
  const WeakReference second = *collector.NewWeak(frame[0].get());
  EXPECT_NE(first, second);
  collector.DeleteWeak(first);
  collector.DeleteWeak(first);
  EXPECT_EQ(collector.Get(first), kNullAddress);
  EXPECT_EQ(collector.Get(second), frame[0].get());
  EXPECT_EQ(*collector.NewWeak(frame[0].get()), first);
  // No collection takes what is unused for a reference.
  for (const auto collect :
       {&Collector::CollectMinor, &Collector::CollectMajor}) {
    collector.DeleteWeak(second);
    collector.DeleteWeak(first);
    (collector.*collect)();
    world.ExpectIntact();
    EXPECT_EQ(*collector.NewWeak(frame[0].get()), first);
    EXPECT_EQ(*collector.NewWeak(frame[0].get()), second);
    EXPECT_EQ(collector.Get(first), frame[0].get());
  }
  EXPECT_EQ(collector.Get(WeakReference{99}), kNullAddress);
  collector.DeleteWeak(WeakReference{99});
  world.ExpectIntact();
}

}  // namespace
}  // namespace kheap::gc
