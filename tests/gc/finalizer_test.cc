// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <utility>
#include <vector>

#include "gc/collector.h"
#include "gtest/gtest.h"
#include "tests/gc/world.h"

namespace kheap::gc {
namespace {

using Finalized = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

// Number and token of each object that was handed over, in order.
Finalized RunAll(World& world) {
  Finalized finalized;
  world.collector().RunFinalizers([&](Local object, std::uint64_t token) {
    finalized.emplace_back(world.Number(object.get()), token);
  });
  return finalized;
}

TEST(FinalizerTest, FinalizersRunOldestFirst) {
  World world;
  for (std::uint64_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(world.collector().AddFinalizer(world.Leaf(i), i + 100));
  }
  world.collector().CollectMinor();
  EXPECT_EQ(world.collector().pending_finalizers(), 5u);
  EXPECT_EQ(RunAll(world),
            Finalized({{0, 100}, {1, 101}, {2, 102}, {3, 103}, {4, 104}}));
  EXPECT_EQ(world.collector().Stats().finalized_objects, 5u);
  EXPECT_EQ(RunAll(world), Finalized());
}

// Not all that wait behind it, for each.
TEST(FinalizerTest, HandingOverMovesNoWaitingOneOften) {
  constexpr std::uint64_t kCount = 1000;
  World world;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(world.collector().AddFinalizer(world.Leaf(i), i));
  }
  world.collector().CollectMinor();
  const WordList& ready = StateAt(world.heap().base()).ready;
  const auto words = [&] {
    std::vector<std::uint64_t> all;
    for (std::uint64_t i = 0; i < ready.capacity; ++i) {
      all.push_back(
          world.heap().Load<std::uint64_t>(Address(ready.address + i * 8)));
    }
    return all;
  };
  std::vector<std::uint64_t> before = words();
  std::uint64_t next = 0;
  std::uint64_t changed = 0;
  world.collector().RunFinalizers([&](Local object, std::uint64_t token) {
    EXPECT_EQ(token, next);
    EXPECT_EQ(world.Number(object.get()), next);
    next += 1;
    EXPECT_EQ(world.collector().pending_finalizers(), kCount - next);
    const std::vector<std::uint64_t> after = words();
    for (std::size_t i = 0; i < after.size(); ++i) {
      changed += before[i] != after[i] ? 1 : 0;
    }
    before = after;
  });
  EXPECT_EQ(next, kCount);
  EXPECT_LE(changed, 2 * kCount);
  world.ExpectIntact();
}

TEST(FinalizerTest, WhatWaitsBehindAHandedOverOneIsKept) {
  World world;
  for (std::uint64_t i = 0; i < 10; ++i) {
    ASSERT_TRUE(world.collector().AddFinalizer(world.Leaf(i), i));
  }
  world.collector().CollectMinor();
  // Each hands over one more, and has another one wait.
  std::uint64_t next = 0;
  world.collector().RunFinalizers([&](Local object, std::uint64_t token) {
    EXPECT_EQ(world.Number(object.get()), token);
    EXPECT_EQ(token, next);
    next += 1;
    if (token < 20) {
      ASSERT_TRUE(
          world.collector().AddFinalizer(world.Leaf(token + 10), token + 10));
    }
    if (token % 2 == 0) world.collector().CollectMajor();
    world.collector().CollectMinor();
    world.ExpectIntact();
  });
  EXPECT_EQ(next, 30u);
  EXPECT_EQ(world.collector().Stats().finalized_objects, 30u);
  world.collector().CollectMajor();
  EXPECT_EQ(world.collector().Stats().old_objects, 0u);
}

TEST(FinalizerTest, AFinalizableObjectKeepsWhatItRefersTo) {
  World world;
  const Frame<1> frame(world.mutator());
  frame[0] = world.Leaf(1);
  const Address owner =
      world.mutator().New(world.node(), frame[0], nullptr, std::uint64_t{2});
  frame[0] = kNullAddress;
  ASSERT_TRUE(world.collector().AddFinalizer(owner, 7));
  world.collector().CollectMajor();
  world.collector().CollectMajor();
  std::uint64_t left = 0;
  world.collector().RunFinalizers([&](Local object, std::uint64_t) {
    left = world.Number(world.Left(object.get()));
  });
  EXPECT_EQ(left, 1u);
}

TEST(FinalizerTest, AFinalizerMayReviveCollectAndAllocate) {
  World world;
  const Frame<1> frame(world.mutator());
  ASSERT_TRUE(world.collector().AddFinalizer(world.Leaf(1), 7));
  world.collector().CollectMinor();
  world.collector().RunFinalizers([&](Local object, std::uint64_t) {
    world.Litter(3 * kSmallNurseryBytes);
    world.collector().CollectMajor();
    frame[0] = object.get();
  });
  world.collector().CollectMajor();
  EXPECT_EQ(world.Number(frame[0].get()), 1u);
  // Once only.
  frame[0] = kNullAddress;
  world.collector().CollectMajor();
  EXPECT_EQ(RunAll(world), Finalized());
  EXPECT_EQ(world.collector().Stats().old_objects, 0u);
  world.ExpectIntact();
}

TEST(FinalizerTest, AnObjectWithSeveralFinalizersIsHandedOverForEach) {
  World world;
  const Address leaf = world.Leaf(1);
  ASSERT_TRUE(world.collector().AddFinalizer(leaf, 10));
  ASSERT_TRUE(world.collector().AddFinalizer(leaf, 11));
  world.collector().CollectMajor();
  EXPECT_EQ(RunAll(world), Finalized({{1, 10}, {1, 11}}));
}

TEST(FinalizerTest, WeakReferencesAreClearedBeforeFinalizersAreLookedAt) {
  World world;
  const Address leaf = world.Leaf(1);
  const WeakReference weak = *world.collector().NewWeak(leaf);
  ASSERT_TRUE(world.collector().AddFinalizer(leaf, 10));
  world.collector().CollectMinor();
  EXPECT_EQ(world.collector().Get(weak), kNullAddress);
  EXPECT_EQ(RunAll(world), Finalized({{1, 10}}));
}

}  // namespace
}  // namespace kheap::gc
