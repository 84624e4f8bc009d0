// SPDX-License-Identifier: Apache-2.0
// Checked mode: what may be touched of the collector's space, and what the
// faults of the rest are.
#include "gc/shading.h"

#include <cstdint>

#include "gc/collector.h"
#include "gtest/gtest.h"
#include "tests/gc/world.h"
#include "tests/support/faults.h"

namespace kheap::gc {
namespace {

class ShadingTest : public testing::Test {
 protected:
  ShadingTest() : world_(kSmallOptions, true), frame_(world_.mutator()) {}

  Collector& collector() { return world_.collector(); }
  // Loading the byte at the address is that fault, and so is storing one.
  void ExpectFault(Address address, FaultCode code) {
    EXPECT_EQ(FaultOf([&] { world_.heap().lbu(address); }),
              (MemoryFault{code, Access::kLoad, address, 1}));
    EXPECT_EQ(FaultOf([&] { world_.heap().sb(address, 1); }),
              (MemoryFault{code, Access::kStore, address, 1}));
  }

  World world_;
  Frame<3> frame_;
};

TEST_F(ShadingTest, AHeaderAndTheSlackBehindAnObjectAreOutOfBounds) {
  frame_[0] = world_.mutator().AllocateArray(world_.bytes(), 21);
  for (int round = 0; round < 2; ++round) {
    const Address object = frame_[0].get();
    EXPECT_EQ(world_.heap().lbu(object), 0u);
    EXPECT_EQ(world_.heap().lbu(object + 20), 0u);
    ExpectFault(object - 8, FaultCode::kOutOfBounds);
    ExpectFault(object - 1, FaultCode::kOutOfBounds);
    ExpectFault(object + 21, FaultCode::kOutOfBounds);
    collector().CollectMinor();
  }
}

TEST_F(ShadingTest, TheOldPlaceOfWhatMovedIsFreed) {
  frame_[0] = world_.Leaf(1);
  const Address young = frame_[0].get();
  collector().CollectMinor();
  ASSERT_NE(frame_[0].get(), young);
  ExpectFault(young, FaultCode::kUseAfterFree);
  ExpectFault(young + 23, FaultCode::kUseAfterFree);
  // Until the memory is used again.
  EXPECT_EQ(world_.Leaf(2), young);
  EXPECT_EQ(world_.Number(young), 2u);
}

TEST_F(ShadingTest, WhatDiedBesideAPinIsFreed) {
  const Address before = world_.Leaf(1);
  const Address pinned = world_.Leaf(2);
  const Address behind = world_.Leaf(3);
  ASSERT_TRUE(collector().Pin(pinned));
  collector().CollectMinor();
  ExpectFault(before, FaultCode::kUseAfterFree);
  EXPECT_EQ(world_.Number(pinned), 2u);
  ExpectFault(behind, FaultCode::kUseAfterFree);
}

TEST_F(ShadingTest, WhatASweepTookIsFreed) {
  // A small one in a block that lives on, and a large one.
  frame_[0] = world_.Leaf(1);
  frame_[1] = world_.Leaf(2);
  frame_[2] = world_.mutator().AllocateArray(world_.bytes(), 40000);
  collector().CollectMinor();
  const Address small = frame_[0].get();
  const Address large = frame_[2].get();
  frame_[0] = kNullAddress;
  frame_[2] = kNullAddress;
  collector().CollectMajor();
  ExpectFault(small, FaultCode::kUseAfterFree);
  ExpectFault(large, FaultCode::kUseAfterFree);
  ExpectFault(large + 39999, FaultCode::kUseAfterFree);
  EXPECT_EQ(world_.Number(frame_[1].get()), 2u);
  // The whole of a block.
  const Address last = frame_[1].get();
  frame_[1] = kNullAddress;
  collector().CollectMajor();
  ExpectFault(last, FaultCode::kUseAfterFree);
}

TEST_F(ShadingTest, WhatWasNeverAllocatedIsOutOfBounds) {
  const Address first = world_.Leaf(1);
  ExpectFault(first + 32, FaultCode::kOutOfBounds);
  ExpectFault(first + kSmallNurseryBytes, FaultCode::kOutOfBounds);
}

}  // namespace
}  // namespace kheap::gc
