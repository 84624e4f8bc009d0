// SPDX-License-Identifier: Apache-2.0
// GlobalHeap::SharedPlace: which addresses it gives, and its faults.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "machine/atomics.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr std::uint64_t kSizes[] = {1, 2, 4, 8};
constexpr Access kAccesses[] = {Access::kLoad, Access::kStore, Access::kUpdate};

class SharedPlaceTest : public testing::TestWithParam<bool> {
 protected:
  SharedPlaceTest()
      : heap_(MakeHeap(SmallHeapOptions(GetParam()))),
        data_(heap_->layout().begin(Region::kData)) {
    EXPECT_TRUE(heap_->SetBreak(heap_->break_address() + 4096));
    if (heap_->checked()) {
      heap_->shadow()->Set(data_, 4096, ShadowByte::kInitialised);
    }
  }

  std::optional<MemoryFault> Fault(Address address, std::uint64_t size,
                                   Access access) {
    return FaultOf([&] { heap_->SharedPlace(address, size, access); });
  }
  // What Span would raise, or else 119 where the address is misaligned.
  std::optional<MemoryFault> Expected(Address address, std::uint64_t size,
                                      Access access) const {
    auto fault = heap_->FindFault(address, size, access);
    if (!fault.has_value() && address.offset() % size != 0) {
      fault = MemoryFault{FaultCode::kMisaligned, access, address, size};
    }
    return fault;
  }

  std::unique_ptr<GlobalHeap> heap_;
  Address data_;
};

INSTANTIATE_TEST_SUITE_P(Modes, SharedPlaceTest, testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Checked" : "Fast";
                         });

TEST_P(SharedPlaceTest, GivesWhereTheAlignedNumberLies) {
  for (const std::uint64_t size : kSizes) {
    for (const Access access : kAccesses) {
      EXPECT_EQ(heap_->SharedPlace(data_ + 8 * size, size, access),
                heap_->base() + (data_ + 8 * size).offset());
    }
  }
}

TEST_P(SharedPlaceTest, EveryOtherOffsetIsMisaligned) {
  for (const std::uint64_t size : kSizes) {
    for (std::uint64_t offset = 0; offset < 16; ++offset) {
      for (const Access access : kAccesses) {
        const Address address = data_ + offset;
        const auto fault = Fault(address, size, access);
        if (offset % size == 0) {
          EXPECT_EQ(fault, std::nullopt);
        } else {
          EXPECT_EQ(fault, (MemoryFault{FaultCode::kMisaligned, access, address,
                                        size}));
        }
      }
    }
  }
}

TEST_P(SharedPlaceTest, FaultsAsASpanDoesAtEveryRegionsEnds) {
  std::vector<Address> edges = {
      kNullAddress, Address(std::numeric_limits<std::uint64_t>::max() - 16),
      heap_->break_address()};
  for (int i = 0; i < kRegionCount; ++i) {
    edges.push_back(heap_->layout().begin(static_cast<Region>(i)));
  }
  for (const Address edge : edges) {
    for (std::uint64_t i = 0; i <= 32; ++i) {
      for (const std::uint64_t size : kSizes) {
        for (const Access access : kAccesses) {
          const Address address = edge + i - 16;
          const auto expected = Expected(address, size, access);
          ASSERT_EQ(Fault(address, size, access), expected) << address;
        }
      }
    }
  }
}

TEST(SharedPlaceCheckedTest, FaultsAsASpanDoesInEveryState) {
  const auto heap = MakeCheckedHeap();
  const Address data = heap->layout().begin(Region::kData);
  for (const ShadowByte state :
       {ShadowByte::kInitialised, ShadowByte::kUninitialised,
        ShadowByte::kNeverAllocated, ShadowByte::kHeapRedZone,
        ShadowByte::kFreed, ShadowByte::kPoppedFrame, ShadowByte::kStackGuard,
        ShadowByte::kGlobalRedZone}) {
    for (std::uint64_t bad = 0; bad < 8; ++bad) {
      for (const Access access : kAccesses) {
        heap->shadow()->Set(data, 8, ShadowByte::kInitialised);
        heap->shadow()->Set(data + bad, 1, state);
        const auto expected = heap->FindFault(data, 8, access);
        ASSERT_EQ(FaultOf([&] { heap->SharedPlace(data, 8, access); }),
                  expected)
            << static_cast<int>(state);
      }
    }
  }
}

TEST(SharedPlaceCheckedTest, AStoreMakesItsBytesInitialisedAndNoOther) {
  const auto heap = MakeCheckedHeap();
  const Address data = heap->layout().begin(Region::kData);
  heap->shadow()->Set(data, 24, ShadowByte::kUninitialised);
  heap->SharedPlace(data + 8, 8, Access::kStore);
  EXPECT_EQ(heap->shadow()->At(data + 7), ShadowByte::kUninitialised);
  EXPECT_EQ(heap->shadow()->FindUnreadable(data + 8, 8), std::nullopt);
  EXPECT_EQ(heap->shadow()->At(data + 16), ShadowByte::kUninitialised);
}

TEST(SharedPlaceCheckedTest, AMisalignedStoreChangesNoState) {
  const auto heap = MakeCheckedHeap();
  const Address data = heap->layout().begin(Region::kData);
  heap->shadow()->Set(data, 24, ShadowByte::kUninitialised);
  EXPECT_EQ(FaultOf([&] { heap->SharedPlace(data + 1, 8, Access::kStore); }),
            (MemoryFault{FaultCode::kMisaligned, Access::kStore, data + 1, 8}));
  for (std::uint64_t i = 0; i < 24; ++i) {
    EXPECT_EQ(heap->shadow()->At(data + i), ShadowByte::kUninitialised);
  }
}

// Threads store to neighbours that nobody has initialised, and then load one
// that the others store to.
TEST(SharedPlaceCheckedTest, ThreadsInitialiseOneWordTogether) {
  const auto heap = MakeCheckedHeap();
  const Address data = heap->layout().begin(Region::kData);
  for (int round = 0; round < 200; ++round) {
    heap->shadow()->Set(data, 16, ShadowByte::kUninitialised);
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < 4; ++i) {
      threads.emplace_back([&heap, data, i] {
        const auto store = [&](Address address, std::uint16_t value) {
          machine::Atomic<std::uint16_t>(
              heap->SharedPlace(address, 2, Access::kStore))
              .Store(value, std::memory_order_relaxed);
        };
        store(data + 2 * i, static_cast<std::uint16_t>(i));
        store(data + 8, 7);
        EXPECT_EQ(machine::Atomic<std::uint16_t>(
                      heap->SharedPlace(data + 8, 2, Access::kLoad))
                      .Load(std::memory_order_relaxed),
                  7);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(heap->lhu(data + 2 * i), i);
    EXPECT_EQ(heap->shadow()->At(data + 10), ShadowByte::kUninitialised);
  }
}

}  // namespace
}  // namespace kheap
