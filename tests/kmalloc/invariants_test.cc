// SPDX-License-Identifier: Apache-2.0
// Rules about the allocator as a whole, broken by hand and named.
#include <cstdint>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/broken_rules.h"

namespace kheap {
namespace {

using InvariantsTest = BrokenRules;

TEST_F(InvariantsTest, NothingIsBrokenInAHeapInUse) {
  Slot();
  FreeChunk(64);
  EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
}

TEST_F(InvariantsTest, StartBitInsideABlock) {
  const Address block = malloc().Malloc(100);
  directory_.SetStart(GranuleOf(block + 32));
  ExpectBroken("a live block begins where a block can begin", block + 32);
}

TEST_F(InvariantsTest, StartBitInsideASlot) {
  arena_.Heat(32);
  const Address slot = malloc().Malloc(32);
  directory_.SetStart(GranuleOf(slot + 16));
  ExpectBroken("a live block begins where a block can begin", slot + 16);
}

TEST_F(InvariantsTest, CountersThatAreOff) {
  malloc().Malloc(100);
  const Address at = heap().layout().begin(Region::kDirectory);
  for (Word* counter : {&header().held_bytes, &header().held_blocks}) {
    *counter += 1;
    ExpectBroken("the counters count what is held", at);
    *counter -= 1;
  }
  for (Word* peak : {&header().peak_bytes, &header().peak_blocks}) {
    const std::uint64_t before = *peak;
    *peak = 0;
    ExpectBroken("the counters count what is held", at);
    *peak = before;
  }
  EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
}

}  // namespace
}  // namespace kheap
