// SPDX-License-Identifier: Apache-2.0
// Rules about red zones and the quarantine, broken by hand and named.
#include <cstdint>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/broken_rules.h"

namespace kheap {
namespace {

class GuardInvariantsTest : public BrokenRules {
 protected:
  GuardInvariantsTest() : BrokenRules(kPagesChecked) {
    block_ = malloc().Malloc(40);
    freed_ = malloc().Malloc(40);
    malloc().Malloc(40);
    malloc().Free(freed_);
    EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
  }

  GuardHeader& HeaderOf(Address block) {
    return heap().RuntimeObject<GuardHeader>(block - sizeof(GuardHeader));
  }

  Address block_;
  Address freed_;
};

TEST_F(GuardInvariantsTest, BlockOutsideItsChunk) {
  const Address tag = block_ - sizeof(GuardHeader) - kTagBytes;
  for (const std::uint16_t lead_bits : {0, 3, 12, 63, 64, 65535}) {
    HeaderOf(block_).lead_bits = lead_bits;
    ExpectBroken("a guarded block lies within its chunk", tag);
  }
  HeaderOf(block_).lead_bits = 4;
  HeaderOf(block_).size_bytes = 4096;
  ExpectBroken("a guarded block lies within its chunk", tag);
}

TEST_F(GuardInvariantsTest, LiveByteThatIsNotAddressable) {
  heap().shadow()->Set(block_ + 7, 1, ShadowByte::kHeapRedZone);
  ExpectBroken("exactly live bytes are addressable", block_);
}

TEST_F(GuardInvariantsTest, FreedByteThatIsAddressable) {
  heap().shadow()->Set(freed_ + 7, 1, ShadowByte::kInitialised);
  ExpectBroken("exactly live bytes are addressable", freed_);
}

TEST_F(GuardInvariantsTest, BlockThatFindsAnotherChunk) {
  const Address aligned = malloc().AlignedAlloc(64, 40);
  HeaderOf(aligned).lead_bits = 5;
  ExpectBroken("a guarded block finds its chunk", aligned);
}

TEST_F(GuardInvariantsTest, BlockWithoutRedZones) {
  for (const Address address : {block_ - 1, block_ + 40}) {
    const ShadowByte before = heap().shadow()->At(address);
    heap().shadow()->Set(address, 1, ShadowByte::kInitialised);
    ExpectBroken("a guarded block lies between red zones", block_);
    heap().shadow()->Set(address, 1, before);
  }
}

TEST_F(GuardInvariantsTest, QuarantineThatGoesInACircle) {
  heap().RuntimeObject<Word>(freed_) = freed_.offset();
  ExpectBroken("the quarantine goes once through freed blocks", freed_);
}

TEST_F(GuardInvariantsTest, QuarantineThatHoldsALiveBlock) {
  header().quarantine_head = block_.offset();
  ExpectBroken("the quarantine goes once through freed blocks", block_);
}

TEST_F(GuardInvariantsTest, FreedBlockThatIsNotInTheQuarantine) {
  header().quarantine_head = 0;
  ExpectBroken("every chunk in use is live or in the quarantine", kNullAddress);
}

TEST_F(GuardInvariantsTest, QuarantineThatMiscounts) {
  header().quarantine_bytes += 1;
  ExpectBroken("every chunk in use is live or in the quarantine", freed_);
}

}  // namespace
}  // namespace kheap
