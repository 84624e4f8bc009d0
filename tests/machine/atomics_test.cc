// SPDX-License-Identifier: Apache-2.0
#include "machine/atomics.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "machine/byte_order.h"
#include "rapidcheck/gtest.h"

namespace kheap::machine {
namespace {

constexpr std::memory_order kOrders[] = {
    std::memory_order_relaxed, std::memory_order_consume,
    std::memory_order_acquire, std::memory_order_release,
    std::memory_order_acq_rel, std::memory_order_seq_cst};
constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kSequential = std::memory_order_seq_cst;

// A number between guard bytes.
struct Guarded {
  std::array<std::byte, 8> before;
  alignas(8) std::array<std::byte, 8> place;
  std::array<std::byte, 8> behind;

  Guarded() {
    before.fill(std::byte{0x5A});
    place.fill(std::byte{0x5A});
    behind.fill(std::byte{0x5A});
  }
  bool GuardsHold(std::size_t size) const {
    for (std::size_t i = 0; i < 8; ++i) {
      if (before[i] != std::byte{0x5A} || behind[i] != std::byte{0x5A} ||
          (i >= size && place[i] != std::byte{0x5A})) {
        return false;
      }
    }
    return true;
  }
};

// What lies in memory, by a plain access.
template <typename T, std::endian kOrder>
T Plain(const std::byte* place) {
  std::array<std::byte, sizeof(T)> bytes;
  if constexpr (kOrder == std::endian::little) {
    std::copy(place, place + sizeof(T), bytes.begin());
  } else {
    CopyReversed(bytes.data(), place, sizeof(T));
  }
  return LoadLittleEndian<T>(bytes.data());
}

template <typename T>
T Wrapped(std::uint64_t value) {
  return static_cast<T>(value);
}

// Every operation gives the old value and leaves the right new one.
template <typename T, std::endian kOrder>
void ExpectLaws(T first, T second, std::memory_order order) {
  Guarded memory;
  std::byte* const bytes = memory.place.data();
  const Atomic<T, kOrder> atomic(bytes);
  const auto u1 = static_cast<std::uint64_t>(first);
  const auto u2 = static_cast<std::uint64_t>(second);
  const auto expect = [&](T old, std::uint64_t now) {
    RC_ASSERT(old == first);
    RC_ASSERT((Plain<T, kOrder>(bytes)) == Wrapped<T>(now));
    RC_ASSERT(atomic.Load(order) == Wrapped<T>(now));
    RC_ASSERT(memory.GuardsHold(sizeof(T)));
    atomic.Store(first, order);
  };
  atomic.Store(first, order);
  expect(first, u1);
  expect(atomic.Exchange(second, order), u2);
  expect(atomic.FetchAdd(second, order), u1 + u2);
  expect(atomic.FetchSubtract(second, order), u1 - u2);
  expect(atomic.FetchAnd(second, order), u1 & u2);
  expect(atomic.FetchOr(second, order), u1 | u2);
  expect(atomic.FetchXor(second, order), u1 ^ u2);

  T expected = first;
  RC_ASSERT(atomic.CompareExchangeStrong(expected, second, order, order));
  expect(expected, u2);
  while (!atomic.CompareExchangeWeak(expected, second, order, order)) {
    RC_ASSERT(expected == first);
  }
  expect(expected, u2);

  T wrong = static_cast<T>(first + 1);
  RC_ASSERT(!atomic.CompareExchangeStrong(wrong, second, order, order));
  expect(wrong, u1);
  wrong = static_cast<T>(first + 1);
  RC_ASSERT(!atomic.CompareExchangeWeak(wrong, second, order, order));
  expect(wrong, u1);
}

template <typename T>
void ExpectLawsInBothOrders(std::uint64_t a, std::uint64_t b) {
  for (const std::memory_order order : kOrders) {
    ExpectLaws<T, std::endian::little>(Wrapped<T>(a), Wrapped<T>(b), order);
    ExpectLaws<T, std::endian::big>(Wrapped<T>(a), Wrapped<T>(b), order);
  }
}

RC_GTEST_PROP(AtomicsTest, EveryOperationGivesTheOldValueAndStoresTheNew,
              (std::uint64_t a, std::uint64_t b)) {
  ExpectLawsInBothOrders<std::uint8_t>(a, b);
  ExpectLawsInBothOrders<std::int8_t>(a, b);
  ExpectLawsInBothOrders<std::uint16_t>(a, b);
  ExpectLawsInBothOrders<std::int16_t>(a, b);
  ExpectLawsInBothOrders<std::uint32_t>(a, b);
  ExpectLawsInBothOrders<std::int32_t>(a, b);
  ExpectLawsInBothOrders<std::uint64_t>(a, b);
  ExpectLawsInBothOrders<std::int64_t>(a, b);
}

TEST(AtomicsTest, OrdersThatCannotBeBecomeSequential) {
  EXPECT_EQ(LoadOrder(kRelaxed), kRelaxed);
  EXPECT_EQ(LoadOrder(std::memory_order_acquire), std::memory_order_acquire);
  EXPECT_EQ(LoadOrder(std::memory_order_release), kSequential);
  EXPECT_EQ(LoadOrder(std::memory_order_acq_rel), kSequential);
  EXPECT_EQ(StoreOrder(kRelaxed), kRelaxed);
  EXPECT_EQ(StoreOrder(std::memory_order_release), std::memory_order_release);
  EXPECT_EQ(StoreOrder(std::memory_order_acquire), kSequential);
  EXPECT_EQ(StoreOrder(std::memory_order_consume), kSequential);
  EXPECT_EQ(StoreOrder(std::memory_order_acq_rel), kSequential);
}

TEST(AtomicsTest, HostsOf64BitsNeedNoLock) {
  if constexpr (sizeof(void*) == 8) {
    EXPECT_TRUE(Atomic<std::uint8_t>::is_lock_free());
    EXPECT_TRUE(Atomic<std::uint16_t>::is_lock_free());
    EXPECT_TRUE(Atomic<std::uint32_t>::is_lock_free());
    EXPECT_TRUE(Atomic<std::uint64_t>::is_lock_free());
  }
}

// Four threads add to, subtract from and swap the same number.
template <typename T, std::endian kOrder>
void ExpectNoLostUpdate() {
  constexpr int kThreads = 4;
  constexpr int kRounds = 5000;
  alignas(8) std::array<std::byte, 8> bytes = {};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&bytes] {
      const Atomic<T, kOrder> number(bytes.data());
      for (int round = 0; round < kRounds; ++round) {
        number.FetchAdd(3, kRelaxed);
        number.FetchSubtract(1, kRelaxed);
        T old = number.Load(kRelaxed);
        while (!number.CompareExchangeWeak(old, static_cast<T>(old + 5),
                                           kRelaxed, kRelaxed)) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ((Atomic<T, kOrder>(bytes.data()).Load(kRelaxed)),
            static_cast<T>(7 * kThreads * kRounds));
}

TEST(AtomicsTest, NoUpdateOfAnyWidthIsLost) {
  ExpectNoLostUpdate<std::uint8_t, std::endian::little>();
  ExpectNoLostUpdate<std::uint16_t, std::endian::little>();
  ExpectNoLostUpdate<std::int32_t, std::endian::little>();
  ExpectNoLostUpdate<std::uint64_t, std::endian::little>();
  ExpectNoLostUpdate<std::uint32_t, std::endian::big>();
}

TEST(AtomicsTest, NeighboursOfOneWordDoNotDisturbEachOther) {
  constexpr int kRounds = 20000;
  alignas(8) std::array<std::byte, 8> bytes = {};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&bytes, i] {
      const Atomic<std::uint8_t> number(bytes.data() + i);
      for (int round = 0; round < kRounds; ++round) {
        number.FetchAdd(1, kRelaxed);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(std::to_integer<int>(bytes[i]), kRounds % 256);
  }
}

TEST(AtomicsTest, AReleasePublishesWhatCameBefore) {
  for (int round = 0; round < 200; ++round) {
    alignas(8) std::array<std::byte, 8> flag = {};
    int message = 0;
    std::thread reader([&] {
      const Atomic<std::uint32_t> ready(flag.data());
      while (ready.Load(std::memory_order_acquire) == 0) {
        std::this_thread::yield();
      }
      EXPECT_EQ(message, 42);
    });
    message = 42;
    Atomic<std::uint32_t>(flag.data()).Store(1, std::memory_order_release);
    reader.join();
  }
}

// Two threads hand a number back and forth.
template <typename T>
void ExpectPingPong() {
  constexpr int kRounds = 200;
  alignas(8) std::array<std::byte, 8> bytes = {};
  const Atomic<T> ball(bytes.data());
  std::thread other([&ball] {
    for (int i = 0; i < kRounds; ++i) {
      ball.Wait(0, std::memory_order_acquire);
      EXPECT_EQ(ball.Exchange(0, std::memory_order_acq_rel), T{1});
      ball.NotifyOne();
    }
  });
  for (int i = 0; i < kRounds; ++i) {
    ball.Store(1, std::memory_order_release);
    ball.NotifyAll();
    ball.Wait(1, std::memory_order_acquire);
  }
  other.join();
  EXPECT_EQ(ball.Load(kRelaxed), T{0});
}

TEST(AtomicsTest, AWaitEndsWithTheNotification) {
  ExpectPingPong<std::uint8_t>();
  ExpectPingPong<std::uint16_t>();
  ExpectPingPong<std::uint32_t>();
  ExpectPingPong<std::int32_t>();
  ExpectPingPong<std::uint64_t>();
}

// Three threads say that they are about to sleep, do, and are woken by one call
// some time later. If one slept on, the test would not end.
template <typename T>
void ExpectAllWakeUp() {
  constexpr int kSleepers = 3;
  alignas(8) std::array<std::byte, 8> bytes = {};
  const Atomic<T> flag(bytes.data());
  std::atomic<int> asleep = 0;
  std::atomic<int> awake = 0;
  std::vector<std::thread> sleepers;
  for (int i = 0; i < kSleepers; ++i) {
    sleepers.emplace_back([&] {
      asleep.fetch_add(1);
      flag.Wait(0, std::memory_order_acquire);
      awake.fetch_add(1);
    });
  }
  while (asleep.load() != kSleepers) std::this_thread::yield();
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  EXPECT_EQ(awake.load(), 0);
  flag.Store(1, std::memory_order_release);
  flag.NotifyAll();
  for (std::thread& sleeper : sleepers) sleeper.join();
  EXPECT_EQ(awake.load(), kSleepers);
}

TEST(AtomicsTest, ANotificationOfAllWakesThreeSleepers) {
  ExpectAllWakeUp<std::uint8_t>();
  ExpectAllWakeUp<std::uint16_t>();
  ExpectAllWakeUp<std::int32_t>();
  ExpectAllWakeUp<std::uint64_t>();
}

TEST(AtomicsTest, AWaitForAnotherNumberReturnsAtOnce) {
  alignas(8) std::array<std::byte, 8> bytes = {};
  Atomic<std::uint64_t>(bytes.data()).Wait(1, kSequential);
  Atomic<std::uint8_t>(bytes.data()).Wait(1, kSequential);
}

}  // namespace
}  // namespace kheap::machine
