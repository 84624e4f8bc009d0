// SPDX-License-Identifier: Apache-2.0
#include "scalars/c_atomic_var.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "scalars/c_var.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Every operation, against the same on a CVar.
template <typename T>
void ExpectAgreesWithCVar(GlobalHeap& heap, Address address, T a, T b) {
  CAtomicVar<T> atomic(heap, address);
  CVar<T> plain(heap, address);
  const auto expect = [&](T old, auto change) {
    RC_ASSERT(old == a);
    const T now = plain;
    RC_ASSERT(atomic.Load(kRelaxed) == now);
    plain = a;
    change();
    RC_ASSERT(plain.get() == now);
    plain = a;
  };
  plain = a;
  expect(atomic.Exchange(b), [&] { plain = b; });
  expect(atomic.FetchAdd(b), [&] { plain += b; });
  expect(atomic.FetchSubtract(b, kRelaxed), [&] { plain -= b; });
  expect(atomic.FetchAnd(b), [&] { plain &= b; });
  expect(atomic.FetchOr(b), [&] { plain |= b; });
  expect(atomic.FetchXor(b), [&] { plain ^= b; });
  T expected = a;
  RC_ASSERT(atomic.CompareExchangeStrong(expected, b));
  expect(expected, [&] { plain = b; });
  while (!atomic.CompareExchangeWeak(expected, b)) {
  }
  expect(expected, [&] { plain = b; });
  T wrong = static_cast<T>(a ^ 1);
  RC_ASSERT(!atomic.CompareExchangeStrong(wrong, b));
  expect(wrong, [] {});
  atomic.Store(b, std::memory_order_release);
  RC_ASSERT(plain.get() == b);
}

RC_GTEST_PROP(CAtomicVarTest, OperationsAreThoseOfAVariable,
              (std::uint64_t a, std::uint64_t b, bool checked)) {
  const auto heap = MakeHeap(SmallHeapOptions(checked));
  const Address data = heap->layout().begin(Region::kData);
  if (checked) heap->shadow()->Set(data, 64, ShadowByte::kUninitialised);
  const auto run = [&]<typename T>(T) {
    ExpectAgreesWithCVar<T>(*heap, data + 8 * sizeof(T), static_cast<T>(a),
                            static_cast<T>(b));
  };
  run(std::int8_t{});
  run(std::uint8_t{});
  run(std::int16_t{});
  run(std::uint16_t{});
  run(std::int32_t{});
  run(std::uint32_t{});
}

RC_GTEST_PROP(CAtomicVarTest, OperationsOf64BitsAreThoseOfAVariable,
              (std::int64_t a, std::int64_t b, bool checked)) {
  const auto heap = MakeHeap(SmallHeapOptions(checked));
  const Address data = heap->layout().begin(Region::kData);
  if (checked) heap->shadow()->Set(data, 8, ShadowByte::kUninitialised);
  ExpectAgreesWithCVar<std::int64_t>(*heap, data, a, b);
  ExpectAgreesWithCVar<std::uint64_t>(*heap, data,
                                      static_cast<std::uint64_t>(a),
                                      static_cast<std::uint64_t>(b));
}

TEST(CAtomicVarTest, EveryOperationWantsAnAlignedAddress) {
  const auto heap = MakeFastHeap();
  const Address address = heap->layout().begin(Region::kData) + 2;
  CAtomicVar<std::int32_t> odd(*heap, address);
  const auto fault = [&](Access access) {
    return MemoryFault{FaultCode::kMisaligned, access, address, 4};
  };
  std::int32_t expected = 0;
  EXPECT_EQ(FaultOf([&] { odd.Load(); }), fault(Access::kLoad));
  EXPECT_EQ(FaultOf([&] { odd.Store(1); }), fault(Access::kStore));
  EXPECT_EQ(FaultOf([&] { odd.Exchange(1); }), fault(Access::kUpdate));
  EXPECT_EQ(FaultOf([&] { odd.FetchAdd(1); }), fault(Access::kUpdate));
  EXPECT_EQ(FaultOf([&] { odd.FetchSubtract(1); }), fault(Access::kUpdate));
  EXPECT_EQ(FaultOf([&] { odd.FetchAnd(1); }), fault(Access::kUpdate));
  EXPECT_EQ(FaultOf([&] { odd.FetchOr(1); }), fault(Access::kUpdate));
  EXPECT_EQ(FaultOf([&] { odd.FetchXor(1); }), fault(Access::kUpdate));
  EXPECT_EQ(FaultOf([&] { odd.CompareExchangeStrong(expected, 1); }),
            fault(Access::kUpdate));
  EXPECT_EQ(FaultOf([&] { odd.CompareExchangeWeak(expected, 1); }),
            fault(Access::kUpdate));
  EXPECT_EQ(FaultOf([&] { odd.Wait(1); }), fault(Access::kLoad));
  EXPECT_EQ(FaultOf([&] { odd.NotifyOne(); }), fault(Access::kLoad));
  EXPECT_EQ(FaultOf([&] { odd.NotifyAll(); }), fault(Access::kLoad));
  EXPECT_EQ(CIntVar(*heap, address).get(), 0);
}

TEST(CAtomicVarTest, AnUninitialisedNumberCanOnlyBeStored) {
  const auto heap = MakeCheckedHeap();
  const Address address = heap->layout().begin(Region::kData);
  heap->shadow()->Set(address, 8, ShadowByte::kUninitialised);
  const CAtomicVar<std::uint64_t> number(*heap, address);
  EXPECT_EQ(FaultOf([&] { number.FetchAdd(1); }),
            (MemoryFault{FaultCode::kUninitialisedRead, Access::kUpdate,
                         address, 8}));
  number.Store(6);
  EXPECT_EQ(number.FetchAdd(1), 6u);
  EXPECT_EQ(number.Load(), 7u);
}

TEST(CAtomicVarTest, AThreadWaitsForAnother) {
  for (const bool checked : {false, true}) {
    const auto heap = MakeHeap(SmallHeapOptions(checked));
    const Address address = heap->layout().begin(Region::kData);
    if (checked) heap->shadow()->Set(address, 8, ShadowByte::kUninitialised);
    const CAtomicVar<std::uint32_t> flag(*heap, address);
    CIntVar message(*heap, address + 4);
    flag.Store(0);
    std::thread sender([&] {
      message = 42;
      flag.Store(1, std::memory_order_release);
      flag.NotifyAll();
    });
    flag.Wait(0, std::memory_order_acquire);
    EXPECT_EQ(message.get(), 42);
    sender.join();
  }
}

TEST(CAtomicVarTest, ANotificationOfAllWakesThreeSleepers) {
  for (const bool checked : {false, true}) {
    const auto heap = MakeHeap(SmallHeapOptions(checked));
    const Address address = heap->layout().begin(Region::kData);
    if (checked) heap->shadow()->Set(address, 24, ShadowByte::kUninitialised);
    const CAtomicVar<std::uint16_t> flag(*heap, address);
    const CAtomicVar<std::int64_t> asleep(*heap, address + 8);
    const CAtomicVar<std::int64_t> awake(*heap, address + 16);
    flag.Store(0);
    asleep.Store(0);
    awake.Store(0);
    std::vector<std::thread> sleepers;
    for (int i = 0; i < 3; ++i) {
      sleepers.emplace_back([&] {
        asleep.FetchAdd(1);
        flag.Wait(0);
        awake.FetchAdd(1);
      });
    }
    while (asleep.Load() != 3) std::this_thread::yield();
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    EXPECT_EQ(awake.Load(), 0);
    flag.Store(1);
    flag.NotifyAll();
    for (std::thread& sleeper : sleepers) sleeper.join();
    EXPECT_EQ(awake.Load(), 3);
  }
}

static_assert(CAtomicVar<std::uint8_t>::is_lock_free() ==
              std::atomic<std::uint8_t>::is_always_lock_free);
static_assert(CAtomicVar<std::int16_t>::is_lock_free() ==
              std::atomic<std::int16_t>::is_always_lock_free);
static_assert(CAtomicVar<std::uint32_t>::is_lock_free() ==
              std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(CAtomicVar<std::int64_t>::is_lock_free() ==
              std::atomic<std::int64_t>::is_always_lock_free);

}  // namespace
}  // namespace kheap
