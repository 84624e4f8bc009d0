// SPDX-License-Identifier: Apache-2.0
#include "machine/fences.h"

#include <atomic>
#include <thread>

#include "gtest/gtest.h"

namespace kheap::machine {
namespace {

constexpr int kRounds = 200;

// Two threads that take each round together.
class Pace {
 public:
  void Meet() {
    const int round = arrived_.fetch_add(1) / 2;
    while (arrived_.load() / 2 == round) std::this_thread::yield();
  }

 private:
  std::atomic<int> arrived_ = 0;
};

TEST(FencesTest, FencesPublishWhatCameBefore) {
  std::atomic<int> flag = 0;
  int message = 0;
  std::thread reader([&] {
    for (int round = 1; round <= kRounds; round += 2) {
      while (flag.load(std::memory_order_relaxed) != round) {
        std::this_thread::yield();
      }
      AcquireFence();
      ASSERT_EQ(message, round);
      ReleaseFence();
      flag.store(round + 1, std::memory_order_relaxed);
    }
  });
  for (int round = 1; round <= kRounds; round += 2) {
    message = round;
    ReleaseFence();
    flag.store(round, std::memory_order_relaxed);
    while (flag.load(std::memory_order_relaxed) != round + 1) {
      std::this_thread::yield();
    }
    AcquireFence();
  }
  reader.join();
}

// Dekker's: each stores its own flag and reads the other's. Without a full
// fence, processors let both read 0, though seldom: that the fence and those
// for the compiler are there at all is code_test.sh's to see.
TEST(FencesTest, AFullFenceKeepsAStoreAheadOfALaterLoad) {
  std::atomic<int> first = 0;
  std::atomic<int> second = 0;
  int saw_first = 0;
  int saw_second = 0;
  Pace pace;
  std::thread other([&] {
    for (int round = 0; round < kRounds; ++round) {
      pace.Meet();
      second.store(1, std::memory_order_relaxed);
      FullFence();
      saw_first = first.load(std::memory_order_relaxed);
      pace.Meet();
    }
  });
  int both_missed = 0;
  for (int round = 0; round < kRounds; ++round) {
    first.store(0);
    second.store(0);
    pace.Meet();
    first.store(1, std::memory_order_relaxed);
    FullFence();
    saw_second = second.load(std::memory_order_relaxed);
    pace.Meet();
    if (saw_first == 0 && saw_second == 0) ++both_missed;
  }
  other.join();
  EXPECT_EQ(both_missed, 0);
}

}  // namespace
}  // namespace kheap::machine
