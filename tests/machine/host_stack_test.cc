// SPDX-License-Identifier: Apache-2.0
#include "machine/host_stack.h"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::machine {
namespace {

constexpr int kFrameBytes = 16384;
// Of at least 100 MiB together: a thread's own stack has 8 MiB as a rule.
constexpr int kDeep = 6400;

// Recurses and gives back the sum of what the frames held.
std::int64_t Recurse(int depth) {
  volatile std::byte frame[kFrameBytes];
  frame[0] = static_cast<std::byte>(depth);
  frame[kFrameBytes - 1] = std::byte{1};
  const std::int64_t below = depth > 1 ? Recurse(depth - 1) : 0;
  return below + std::to_integer<int>(frame[kFrameBytes - 1]) +
         (frame[0] == static_cast<std::byte>(depth) ? 0 : 1'000'000);
}

// Throws from the lowest of so many frames, each of which has a destructor.
void ThrowFrom(int depth, int& destroyed) {
  struct Count {
    ~Count() { ++*destroyed; }
    int* destroyed;
  } const count{&destroyed};
  if (depth == 1) throw std::runtime_error("from below");
  ThrowFrom(depth - 1, destroyed);
}

std::uintptr_t PlaceOnStack() {
  volatile int here = 0;
  return reinterpret_cast<std::uintptr_t>(&here);
}
std::uintptr_t Distance(std::uintptr_t a, std::uintptr_t b) {
  return a < b ? b - a : a - b;
}

TEST(HostStackTest, WorkMayRecurseFor100MebibytesAndComesBack) {
  const std::string mine = "on the stack of the caller";
  std::int64_t sum = 0;
  for (int round = 0; round < 2; ++round) {
    RunOnHostStack([&] { sum += Recurse(kDeep); });
  }
  EXPECT_EQ(sum, 2 * kDeep);
  EXPECT_EQ(mine, "on the stack of the caller");
}

TEST(HostStackTest, NestedWorkStaysOnTheSameStack) {
  std::uintptr_t outer = 0;
  std::uintptr_t inner = 0;
  RunOnHostStack([&] {
    outer = PlaceOnStack();
    RunOnHostStack([&] { inner = PlaceOnStack(); });
  });
  EXPECT_GT(Distance(PlaceOnStack(), outer), 1'000'000u);
  EXPECT_LT(Distance(outer, inner), 1'000'000u);
}

TEST(HostStackTest, EachThreadHasAStackOfItsOwn) {
  std::vector<std::int64_t> sums(3);
  std::vector<std::thread> threads;
  for (std::int64_t& sum : sums) {
    threads.emplace_back(
        [&sum] { RunOnHostStack([&sum] { sum = Recurse(kDeep / 4); }); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sums, std::vector<std::int64_t>(3, kDeep / 4));
}

TEST(HostStackTest, AnExceptionIsCaughtByTheWork) {
  int destroyed = 0;
  std::string what;
  RunOnHostStack([&] {
    try {
      ThrowFrom(50, destroyed);
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
  });
  EXPECT_EQ(destroyed, 50);
  EXPECT_EQ(what, "from below");
}

TEST(HostStackDeathTest, AnExceptionThatLeavesTheWorkStopsTheProcess) {
  EXPECT_DEATH(RunOnHostStack([] { throw std::runtime_error("too far"); }), "");
}

}  // namespace
}  // namespace kheap::machine
