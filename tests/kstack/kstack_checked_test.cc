// SPDX-License-Identifier: Apache-2.0
// What checked mode adds to the stack.
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "kstack/kstack.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

class KStackCheckedTest : public testing::Test {
 protected:
  KStackCheckedTest()
      : heap_(MakeHeap(SmallHeapOptions(/*checked=*/true))), stack_(*heap_) {}

  Address begin() const { return heap_->layout().begin(Region::kStack); }

  const std::unique_ptr<GlobalHeap> heap_;
  KStack stack_;
};

TEST_F(KStackCheckedTest, RedZonesCountAsStackUsed) {
  stack_.PushFrame();
  const std::uint64_t room = stack_.unused_bytes() - 2 * kStackRedZoneBytes;
  EXPECT_EQ(FaultOf([&] { stack_.Alloca(room + 1, 1); }),
            (MemoryFault{FaultCode::kStackOverflow, Access::kPush,
                         stack_.pointer(), room + 1}));
  EXPECT_EQ(stack_.Alloca(room, 1), begin() + kStackRedZoneBytes);
  EXPECT_EQ(stack_.unused_bytes(), 0u);
}

TEST_F(KStackCheckedTest, NeighboursOfAnObjectAreRedZones) {
  stack_.PushFrame("f");
  const Address below = stack_.Alloca(8, 8);
  const Address object = stack_.Alloca(5, 1);
  const Address above = stack_.Alloca(8, 8);
  for (const Address of : {below, object, above}) heap_->Fill(of, {}, 5);
  for (std::uint64_t i = 1; i <= kStackRedZoneBytes; ++i) {
    for (const Address at : {object - i, object + 4 + i}) {
      EXPECT_EQ(FaultOf([&] { heap_->sb(at, 0); }),
                (MemoryFault{FaultCode::kOutOfBounds, Access::kStore, at, 1}));
    }
  }
  for (std::uint64_t i = 0; i < 5; ++i) heap_->sb(object + i, 0);
}

TEST_F(KStackCheckedTest, ARecordCannotBeTouched) {
  const FrameMarker frame = stack_.PushFrame("f");
  EXPECT_EQ(
      FaultOf([&] { heap_->ld(frame.record()); }),
      (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, frame.record(), 8}));
}

TEST_F(KStackCheckedTest, AnObjectIsUninitialisedUntilStoredTo) {
  stack_.PushFrame();
  const Address object = stack_.Alloca(8, 8);
  EXPECT_EQ(
      FaultOf([&] { heap_->lw(object); }),
      (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad, object, 4}));
  heap_->sw(object, 7);
  EXPECT_EQ(heap_->lw(object), 7);
}

TEST_F(KStackCheckedTest, APoppedObjectIsFault123AndANeverUsedByteIsNot) {
  Address object;
  stack_.WithFrame([&] {
    object = stack_.Alloca(4);
    heap_->sw(object, 7);
  });
  EXPECT_EQ(
      FaultOf([&] { heap_->lw(object); }),
      (MemoryFault{FaultCode::kStackUseAfterReturn, Access::kLoad, object, 4}));
  EXPECT_EQ(FaultOf([&] { heap_->lw(begin()); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, begin(), 4}));
  stack_.WithFrame([&] {
    EXPECT_EQ(stack_.Alloca(4), object);
    EXPECT_EQ(
        FaultOf([&] { heap_->lw(object); }),
        (MemoryFault{FaultCode::kUninitialisedRead, Access::kLoad, object, 4}));
  });
}

TEST_F(KStackCheckedTest, TheObjectsOfAFrameAreKnown) {
  stack_.WithFrame("main", [&] {
    const Address a = stack_.Alloca(5, 1);
    const Address b = stack_.Alloca(100, 64);
    stack_.WithFrame("f", [&] {
      std::vector<std::pair<Address, std::uint64_t>> objects;
      stack_.ForEachObject(*stack_.FrameAt(a),
                           [&](Address at, std::uint64_t size) {
                             objects.push_back({at, size});
                           });
      EXPECT_EQ(objects, (std::vector<std::pair<Address, std::uint64_t>>{
                             {b, 100}, {a, 5}}));
    });
  });
}

}  // namespace
}  // namespace kheap
