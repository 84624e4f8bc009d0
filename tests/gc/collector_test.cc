// SPDX-License-Identifier: Apache-2.0
// Set-up, statistics, limits, and looking inside.
#include "gc/collector.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "gtest/gtest.h"
#include "tests/gc/world.h"
#include "tests/support/faults.h"

namespace kheap::gc {
namespace {

static_assert(Field<double> && Field<bool> && Field<Local>);
static_assert(!Field<long double> && !Field<Address>);

constexpr std::uint64_t kBlock = 32768;
constexpr std::uint64_t kNodeFootprint = 32;

// ---- set-up ----------------------------------------------------------------

absl::StatusCode Creating(GlobalHeap& heap, const CollectorOptions& options) {
  return Collector::Create(heap, options).status().code();
}

TEST(CollectorTest, ImpossibleOptionsAreRefused) {
  const auto heap = MakeFastHeap();
  ASSERT_TRUE(KMalloc::Create(*heap).ok());
  const Digest before = heap->ComputeDigest();
  CollectorOptions options = kSmallOptions;
  options.limit_bytes = kSmallNurseryBytes + kBlock - 1;
  EXPECT_EQ(Creating(*heap, options), absl::StatusCode::kInvalidArgument);
  options = kSmallOptions;
  options.root_slots = 0;
  EXPECT_EQ(Creating(*heap, options), absl::StatusCode::kInvalidArgument);
  for (const auto member :
       {&CollectorOptions::nursery_bytes, &CollectorOptions::limit_bytes,
        &CollectorOptions::root_slots, &CollectorOptions::mark_stack_slots}) {
    options = kSmallOptions;
    options.*member = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(Creating(*heap, options), absl::StatusCode::kInvalidArgument);
  }
  options = kSmallOptions;
  options.limit_bytes = std::uint64_t{128} * 1024 * 1024;
  EXPECT_EQ(Creating(*heap, options), absl::StatusCode::kResourceExhausted);
  // Nothing is kept of any of them; the arena may have grown meanwhile.
  EXPECT_EQ(KMalloc(*heap).CheckInvariants(), absl::OkStatus());
  EXPECT_EQ(Creating(*heap, kSmallOptions), absl::StatusCode::kOk);
  EXPECT_NE(heap->ComputeDigest(), before);
}

TEST(CollectorTest, AnArenaHasOneCollectorAndThatNeedsMalloc) {
  const auto heap = MakeFastHeap();
  EXPECT_EQ(Creating(*heap, kSmallOptions),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(KMalloc::Create(*heap).ok());
  EXPECT_EQ(Collector::Attach(*heap).status().code(),
            absl::StatusCode::kFailedPrecondition);
  const auto collector = Collector::Create(*heap, kSmallOptions).value();
  EXPECT_EQ(Creating(*heap, kSmallOptions),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Collector::Attach(*heap).status(), absl::OkStatus());
  collector->Destroy();
  EXPECT_EQ(KMalloc(*heap).Stats().live_blocks, 0u);
  EXPECT_EQ(Creating(*heap, kSmallOptions), absl::StatusCode::kOk);
}

// An arena that came from an image has its objects, roots, pins and types.
TEST(CollectorTest, AnArenaFromAnImageGoesOn) {
  World world;
  const Frame<2> frame(world.mutator());
  world.MakeList(frame[0], 100);
  frame[1] = world.Leaf(7);
  const Address pinned = frame[1].get();
  ASSERT_TRUE(world.collector().Pin(pinned));
  const HeapImage image = world.heap().CaptureImage().value();

  const auto heap = GlobalHeap::CreateFrom(image).value();
  const auto collector = Collector::Attach(*heap).value();
  const GcType node = *collector->TypeAt(world.node().id());
  Local list(heap->base() + StateAt(heap->base()).roots);
  collector->CollectMajor();
  EXPECT_EQ(collector->Stats().promoted_objects, 100u);
  EXPECT_TRUE(collector->IsPinned(pinned));
  EXPECT_EQ(heap->Load<std::uint64_t>(pinned + 16), 7u);
  for (std::uint64_t i = 100; i < 5000; ++i) {
    list = collector->mutator().New(node, list, nullptr, i);
  }
  std::uint64_t next = 5000;
  for (Address at = list.get(); !at.is_null(); at = heap->Load<Address>(at)) {
    EXPECT_EQ(heap->Load<std::uint64_t>(at + 16), --next);
  }
  EXPECT_EQ(next, 0u);
  EXPECT_EQ(collector->CheckInvariants(), absl::OkStatus());
  // The arena that the image is of is as it was.
  EXPECT_EQ(world.collector().Stats().promoted_objects, 0u);
  world.ExpectIntact();
}

// ---- statistics ------------------------------------------------------------

TEST(CollectorTest, EveryFigureIsExact) {
  World world;
  const CollectorStats empty = world.collector().Stats();
  EXPECT_EQ(empty.nursery_size_bytes, kSmallNurseryBytes);
  EXPECT_EQ(empty.old_size_bytes, 1024 * 1024 - kSmallNurseryBytes);
  EXPECT_EQ(empty.old_free_blocks_bytes, empty.old_size_bytes);
  // The lists of types and of their references.
  EXPECT_EQ(empty.table_bytes, kSmallTableBytes + 2 * kListBytes);
  EXPECT_EQ(empty.allocated_objects, 0u);
  const Frame<3> frame(world.mutator());
  world.MakeList(frame[0], 10);
  world.Litter(20 * kNodeFootprint);
  frame[1] = world.mutator().AllocateArray(world.bytes(), 40000);
  frame[2] = world.Leaf(1);
  ASSERT_TRUE(world.collector().Pin(frame[2].get()));
  const std::uint64_t large = 40016;  // with its header, in granules

  CollectorStats stats = world.collector().Stats();
  EXPECT_EQ(stats.nursery_objects, 31u);
  EXPECT_EQ(stats.nursery_used_bytes, 31 * kNodeFootprint);
  EXPECT_EQ(stats.old_objects, 1u);
  EXPECT_EQ(stats.old_used_bytes, large);
  EXPECT_EQ(stats.old_free_blocks_bytes, stats.old_size_bytes - 2 * kBlock);
  EXPECT_EQ(stats.allocated_objects, 32u);
  EXPECT_EQ(stats.allocated_bytes, 31 * kNodeFootprint + large);
  EXPECT_EQ(stats.pinned_objects, 1u);
  EXPECT_EQ(stats.table_bytes, empty.table_bytes + kListBytes);
  EXPECT_EQ(stats.minor_collections, 0u);

  world.collector().CollectMinor();
  stats = world.collector().Stats();
  EXPECT_EQ(stats.nursery_objects, 1u);
  EXPECT_EQ(stats.nursery_used_bytes, kNodeFootprint);
  EXPECT_EQ(stats.promoted_objects, 10u);
  EXPECT_EQ(stats.promoted_bytes, 10 * kNodeFootprint);
  EXPECT_EQ(stats.collected_objects, 20u);
  EXPECT_EQ(stats.collected_bytes, 20 * kNodeFootprint);
  EXPECT_EQ(stats.old_objects, 11u);
  EXPECT_EQ(stats.old_used_bytes, large + 10 * kNodeFootprint);
  EXPECT_EQ(stats.minor_collections, 1u);
  EXPECT_EQ(stats.major_collections, 0u);

  for (int i = 0; i < 3; ++i) frame[i] = kNullAddress;
  world.collector().CollectMajor();
  stats = world.collector().Stats();
  EXPECT_EQ(stats.nursery_objects, 1u);  // pinned
  EXPECT_EQ(stats.old_objects, 0u);
  EXPECT_EQ(stats.old_used_bytes, 0u);
  EXPECT_EQ(stats.old_free_blocks_bytes, stats.old_size_bytes);
  EXPECT_EQ(stats.collected_objects, 31u);
  EXPECT_EQ(stats.collected_bytes, 30 * kNodeFootprint + large);
  EXPECT_EQ(stats.allocated_objects, 32u);
  EXPECT_EQ(stats.minor_collections, 2u);
  EXPECT_EQ(stats.major_collections, 1u);
  EXPECT_EQ(world.collector().minor_pauses().count, 2u);
  EXPECT_EQ(world.collector().major_pauses().count, 1u);
  EXPECT_LE(world.collector().minor_pauses().last_nanoseconds,
            world.collector().minor_pauses().total_nanoseconds);
  EXPECT_GT(world.collector().major_pauses().longest_nanoseconds, 0u);
}

// ---- limits ----------------------------------------------------------------

TEST(CollectorTest, BeyondTheHeapLimitThereIsNull) {
  World world;
  const Frame<2> frame(world.mutator());
  frame[0] = world.Leaf(1);
  const std::uint64_t old_bytes = 1024 * 1024 - kSmallNurseryBytes;
  EXPECT_TRUE(
      world.mutator().AllocateArray(world.bytes(), old_bytes).is_null());
  EXPECT_TRUE(world.mutator()
                  .AllocateArray(world.bytes(),
                                 std::numeric_limits<std::uint64_t>::max())
                  .is_null());
  frame[1] =
      world.mutator().AllocateArray(world.bytes(), old_bytes - kBlock - 8);
  EXPECT_FALSE(frame[1].get().is_null());
  EXPECT_TRUE(world.mutator().AllocateArray(world.bytes(), kBlock).is_null());
  EXPECT_EQ(world.Number(frame[0].get()), 1u);
  frame[1] = kNullAddress;
  EXPECT_FALSE(world.mutator().AllocateArray(world.bytes(), kBlock).is_null());
  world.ExpectIntact();
}

TEST(CollectorTest, StressCollectsAtEveryAllocation) {
  CollectorOptions options = kSmallOptions;
  options.stress = true;
  World world(options);
  const Frame<1> frame(world.mutator());
  world.MakeList(frame[0], 50);
  EXPECT_EQ(world.collector().Stats().major_collections, 50u);
  world.collector().SetStress(false);
  world.Leaf(1);
  EXPECT_EQ(world.collector().Stats().major_collections, 50u);
  world.collector().SetStress(true);
  world.Leaf(1);
  EXPECT_EQ(world.collector().Stats().major_collections, 51u);
  EXPECT_EQ(world.ListLength(frame[0].get()), 50u);
}

// More objects to look at than the stack of marking has room for.
TEST(CollectorTest, AFullMarkStackLosesNothing) {
  World world;
  const Frame<2> frame(world.mutator());
  constexpr std::uint64_t kCount = 5000;
  ASSERT_GT(kCount, kSmallOptions.mark_stack_slots);
  frame[0] = world.mutator().AllocateArray(world.references(), kCount);
  for (std::uint64_t i = 0; i < kCount; ++i) {
    frame[1] = world.Leaf(i);
    const Address parent =
        world.mutator().New(world.node(), frame[1], nullptr, i);
    world.mutator().SetReference(frame[0].get(), i * 8, parent);
  }
  frame[1] = kNullAddress;
  world.collector().CollectMajor();
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Stats().old_objects, 2 * kCount + 1);
  for (std::uint64_t i = 0; i < kCount; ++i) {
    const Address parent = world.heap().Load<Address>(frame[0].get() + i * 8);
    ASSERT_EQ(world.Number(world.Left(parent)), i);
  }
  world.ExpectIntact();
}

// Eight arrays fill the only block; where every other one was, others come to
// lie, and nothing else in the arena has changed.
TEST(CollectorTest, WhatASweepFreesWithinABlockIsUsedAgain) {
  CollectorOptions options = kSmallOptions;
  options.limit_bytes = kSmallNurseryBytes + kBlock;
  World world(options);
  const std::vector<std::byte> low(world.heap().base(),
                                   world.heap().base() + kControlBase.offset());
  const Frame<8> frame(world.mutator());
  const auto fill = [&](int first, int step) {
    for (int i = first; i < 8; i += step) {
      frame[i] = world.mutator().AllocateArray(world.bytes(), 4088);
    }
    world.collector().CollectMinor();
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(world.IsOld(frame[i].get())) << i;
    EXPECT_EQ(world.collector().Stats().old_used_bytes, kBlock);
    world.ExpectIntact();
  };
  fill(0, 1);
  for (int i = 1; i < 8; i += 2) frame[i] = kNullAddress;
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Stats().old_used_bytes, kBlock / 2);
  fill(1, 2);
  EXPECT_TRUE(std::equal(low.begin(), low.end(), world.heap().base()));
}

// ---- looking inside --------------------------------------------------------

TEST(CollectorTest, EveryByteOfAnObjectLeadsToIt) {
  World world;
  const Frame<3> frame(world.mutator());
  frame[0] = world.Leaf(1);
  frame[1] = world.mutator().AllocateArray(world.bytes(), 100);
  frame[2] = world.mutator().AllocateArray(world.bytes(), 40000);
  for (int round = 0; round < 2; ++round) {
    const Collector& collector = world.collector();
    for (int i = 0; i < 3; ++i) {
      const Address object = frame[i].get();
      const ObjectHeader header = collector.HeaderOf(object).value();
      const Address end = object - 8 + header.footprint_bytes();
      for (Address at = object - 8; at < end; at = at + 1) {
        ASSERT_EQ(collector.FindObject(at), object);
        ASSERT_EQ(collector.HeaderOf(at).has_value(), at == object);
      }
      EXPECT_NE(collector.FindObject(object - 9), object);
      EXPECT_NE(collector.FindObject(end), object);
    }
    EXPECT_EQ(collector.LengthOf(frame[1].get()), 100u);
    EXPECT_EQ(collector.LengthOf(frame[0].get()), 1u);
    world.collector().CollectMinor();
  }
}

TEST(CollectorTest, TheSpaceIsOneRange) {
  World world;
  const Collector& collector = world.collector();
  const Address begin = world.Leaf(1) - 8;
  EXPECT_TRUE(collector.IsHeapAddress(begin));
  EXPECT_FALSE(collector.IsHeapAddress(begin - 1));
  EXPECT_TRUE(collector.IsHeapAddress(begin + (1024 * 1024 - 1)));
  EXPECT_FALSE(collector.IsHeapAddress(begin + 1024 * 1024));
  EXPECT_FALSE(collector.IsHeapAddress(kNullAddress));
  EXPECT_EQ(collector.FindObject(begin + 40), std::nullopt);
  EXPECT_EQ(collector.FindObject(begin + 512 * 1024), std::nullopt);
  EXPECT_EQ(collector.FindObject(kNullAddress), std::nullopt);
}

TEST(CollectorTest, ReferencesAreStoredInTheSpaceOnly) {
  for (const bool checked : {false, true}) {
    World world(kSmallOptions, checked);
    const Address leaf = world.Leaf(1);
    const Address outside = leaf - 8 - 8;
    const Digest before = world.heap().ComputeDigest();
    const MemoryFault fault{FaultCode::kOutOfBounds, Access::kStore, outside,
                            8};
    EXPECT_EQ(FaultOf([&] { world.mutator().SetReference(outside, 0, leaf); }),
              fault);
    EXPECT_EQ(FaultOf([&] {
                world.mutator().SetReference(leaf, ~std::uint64_t{15}, leaf);
              }),
              fault);
    EXPECT_EQ(world.heap().ComputeDigest(), before);
  }
}

TEST(CollectorTest, NewObjectsAreZeroWhereNoFieldIs) {
  World world;
  const GcType wide = world.Register({.size_bytes = 1000});
  for (int round = 0; round < 300; ++round) {
    const Address object =
        world.mutator().New(wide, std::uint8_t{1}, std::uint16_t{515});
    EXPECT_EQ(world.heap().lbu(object), 1u);
    EXPECT_EQ(world.heap().Load<std::uint8_t>(object + 1), 3u);
    EXPECT_EQ(world.heap().Load<std::uint8_t>(object + 2), 2u);
    for (std::uint64_t i = 3; i < 1000; ++i) {
      ASSERT_EQ(world.heap().lbu(object + i), 0u);
    }
    world.heap().Fill(object, std::byte{255}, 1000);
  }
}

TEST(CollectorTest, ATypeThatNoCollectorKnowsStopsTheHost) {
  for (const bool checked : {false, true}) {
    World world(kSmallOptions, checked);
    EXPECT_DEATH(world.mutator().Allocate(GcType()),
                 "a type of no collector has no objects");
    const GcType large(ObjectHeader::Of(world.bytes().id() + 1, 20000));
    EXPECT_DEATH(world.mutator().Allocate(large),
                 "an object's type is registered");
  }
}

// 4 bytes beyond the object, yet within what it takes.
TEST(CollectorTest, FieldsThatExceedTheTypeStopTheHost) {
  for (const bool checked : {false, true}) {
    World world(kSmallOptions, checked);
    const GcType type = world.Register({.size_bytes = 20});
    const std::uint64_t eight = 8;
    EXPECT_DEATH(world.mutator().New(type, eight, eight, eight),
                 "an object has room for its fields");
    const Address object =
        world.mutator().New(type, eight, eight, std::uint32_t{4});
    EXPECT_EQ(world.heap().Load<std::uint64_t>(object + 8), 8u);
    EXPECT_EQ(world.heap().Load<std::uint32_t>(object + 16), 4u);
    world.ExpectIntact();
  }
}

}  // namespace
}  // namespace kheap::gc
