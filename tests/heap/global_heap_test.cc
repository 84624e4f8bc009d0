// SPDX-License-Identifier: Apache-2.0
#include "heap/global_heap.h"

#include <memory>

#include "gtest/gtest.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

TEST(GlobalHeapTest, LoadGivesBackWhatStoreWrote) {
  const auto heap = MakeFastHeap();
  const Address address = heap->layout().begin(Region::kData) + 3;
  heap->sw(address, 305419896);
  EXPECT_EQ(heap->lw(address), 305419896);
}

TEST(GlobalHeapTest, NullFaults) {
  const auto heap = MakeFastHeap();
  EXPECT_EQ(FaultOf([&] { heap->lw(kNullAddress); }),
            (MemoryFault{FaultCode::kNullDereference, Access::kLoad,
                         kNullAddress, 4}));
}

TEST(GlobalHeapTest, CheckedLoadWantsDefinedData) {
  const auto heap = MakeCheckedHeap();
  const Address address = heap->layout().begin(Region::kData);
  EXPECT_EQ(FaultOf([&] { heap->ld(address); }),
            (MemoryFault{FaultCode::kOutOfBounds, Access::kLoad, address, 8}));
}

}  // namespace
}  // namespace kheap
