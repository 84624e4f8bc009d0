// SPDX-License-Identifier: Apache-2.0
#include "machine/cycles.h"

#include <cstdint>

#include "gtest/gtest.h"
#include "machine/processor.h"

namespace kheap::machine {
namespace {

template <typename Host>
void ExpectTimePasses() {
  std::uint64_t last = Host::CyclesSerialised();
  const std::uint64_t first = last;
  for (int i = 0; i < 1000; ++i) {
    Host::Pause();
    const std::uint64_t now = Host::CyclesSerialised();
    ASSERT_GE(now, last);
    last = now;
  }
  while (Host::Cycles() == first) Host::Pause();
  EXPECT_GT(Host::Cycles(), first);
}

TEST(CyclesTest, TheCounterGoesForward) {
  ExpectTimePasses<HostProcessor>();
  ExpectTimePasses<PortableProcessor>();
}

TEST(CyclesTest, BothReadingsAreOfOneCounter) {
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t before = CycleCountSerialised();
    const std::uint64_t between = CycleCount();
    const std::uint64_t after = CycleCountSerialised();
    Pause();
    ASSERT_LE(before, between);
    ASSERT_LE(between, after);
  }
}

}  // namespace
}  // namespace kheap::machine
