// SPDX-License-Identifier: Apache-2.0
// Worked examples: what threads build of CAtomicVar, on one arena, in both
// modes. Plain variables carry the data; the atomics order the accesses.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "scalars/c_atomic_var.h"
#include "scalars/c_heap_vars.h"
#include "scalars/c_var.h"
#include "scalars/ptr.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;

using AtomicLong = CAtomicVar<std::uint64_t>;

class AtomicExamplesTest : public testing::TestWithParam<bool> {
 protected:
  AtomicExamplesTest()
      : heap_(MakeHeap({.layout = {}, .checked = GetParam()})),
        vars_(KMalloc::Create(*heap_).value()) {}

  AtomicLong NewCounter() {
    const AtomicLong counter(*heap_,
                             vars_.NewArray<std::uint64_t>(1).address());
    counter.Store(0);
    return counter;
  }
  static void RunThreads(int count, auto work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) threads.emplace_back(work, i);
    for (std::thread& thread : threads) thread.join();
  }

  std::unique_ptr<GlobalHeap> heap_;
  CHeapVars vars_;
};

INSTANTIATE_TEST_SUITE_P(Modes, AtomicExamplesTest, testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Checked" : "Fast";
                         });

// ---- a lock-free counter ----------------------------------------------------

TEST_P(AtomicExamplesTest, ACounterLosesNoIncrement) {
  constexpr int kThreads = 4;
  constexpr std::uint64_t kRounds = 5000;
  const AtomicLong counter = NewCounter();
  RunThreads(kThreads, [&](int) {
    for (std::uint64_t i = 0; i < kRounds; ++i) counter.FetchAdd(1, kRelaxed);
  });
  EXPECT_EQ(counter.Load(), kThreads * kRounds);
}

// ---- a ring buffer for one producer and one consumer ------------------------
//
//   read                 written
//    |  numbers to read  |  free …        both only grow; slot = count % size
//
// A slot is written before `written` says so (release), and read after that was
// seen (acquire); the same the other way round for `read`.

class RingBuffer {
 public:
  static constexpr std::uint64_t kSlots = 8;

  RingBuffer(AtomicLong written, AtomicLong read, Ptr<std::int32_t> slots)
      : written_(written), read_(read), slots_(slots) {}

  bool TryPush(std::int32_t value) {
    const std::uint64_t written = written_.Load(kRelaxed);
    if (written - read_.Load(kAcquire) == kSlots) return false;
    slots_[static_cast<std::int64_t>(written % kSlots)] = value;
    written_.Store(written + 1, kRelease);
    return true;
  }
  std::optional<std::int32_t> TryPop() {
    const std::uint64_t read = read_.Load(kRelaxed);
    if (read == written_.Load(kAcquire)) return std::nullopt;
    const std::int32_t value = slots_[static_cast<std::int64_t>(read % kSlots)];
    read_.Store(read + 1, kRelease);
    return value;
  }

 private:
  AtomicLong written_;
  AtomicLong read_;
  Ptr<std::int32_t> slots_;
};

TEST_P(AtomicExamplesTest, ARingBufferKeepsOrderAndLosesNothing) {
  constexpr std::int32_t kCount = 5000;
  RingBuffer ring(NewCounter(), NewCounter(),
                  vars_.NewArray<std::int32_t>(RingBuffer::kSlots));
  EXPECT_EQ(ring.TryPop(), std::nullopt);
  std::thread producer([ring]() mutable {
    for (std::int32_t i = 0; i < kCount; ++i) {
      while (!ring.TryPush(i * 3)) std::this_thread::yield();
    }
  });
  for (std::int32_t i = 0; i < kCount; ++i) {
    std::optional<std::int32_t> value = ring.TryPop();
    while (!value.has_value()) {
      std::this_thread::yield();
      value = ring.TryPop();
    }
    ASSERT_EQ(*value, i * 3);
  }
  producer.join();
  EXPECT_EQ(ring.TryPop(), std::nullopt);
  for (std::uint64_t i = 0; i < RingBuffer::kSlots; ++i) {
    EXPECT_TRUE(ring.TryPush(1));
  }
  EXPECT_FALSE(ring.TryPush(1));
}

// ---- a bump allocator -------------------------------------------------------
//
// One counter says how many of the block's bytes are taken. Whoever moves it
// owns what lies between the old and the new value.

class BumpAllocator {
 public:
  BumpAllocator(AtomicLong taken, Address block, std::uint64_t size_bytes)
      : taken_(taken), block_(block), size_bytes_(size_bytes) {}

  // Aligned to 8 bytes; null where the block has no room.
  Address Allocate(std::uint64_t size_bytes) {
    const std::uint64_t wanted = (size_bytes + 7) / 8 * 8;
    std::uint64_t taken = taken_.Load(kRelaxed);
    do {
      if (wanted > size_bytes_ - taken) return kNullAddress;
    } while (
        !taken_.CompareExchangeWeak(taken, taken + wanted, kRelaxed, kRelaxed));
    return block_ + taken;
  }

 private:
  AtomicLong taken_;
  Address block_;
  std::uint64_t size_bytes_;
};

TEST_P(AtomicExamplesTest, ABumpAllocatorGivesEachByteOnce) {
  constexpr int kThreads = 4;
  constexpr std::uint64_t kBytes = 16384;
  const AtomicLong taken = NewCounter();
  const Address block = vars_.NewArray<std::uint8_t>(kBytes).address();
  std::vector<std::vector<Address>> owned(kThreads);
  RunThreads(kThreads, [&](int thread) {
    BumpAllocator allocator(taken, block, kBytes);
    auto& mine = owned[static_cast<std::size_t>(thread)];
    for (std::uint64_t size = 1;; size = size % 40 + 1) {
      const Address address = allocator.Allocate(size);
      if (address.is_null()) break;
      CIntVar(*heap_, address) = thread;
      mine.push_back(address);
    }
  });
  std::vector<Address> all;
  for (int thread = 0; thread < kThreads; ++thread) {
    for (const Address address : owned[static_cast<std::size_t>(thread)]) {
      EXPECT_EQ(CIntVar(*heap_, address).get(), thread);
      all.push_back(address);
    }
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
  EXPECT_LE(taken.Load(), kBytes);
  EXPECT_GT(taken.Load(), kBytes - 48);
}

}  // namespace
}  // namespace kheap
