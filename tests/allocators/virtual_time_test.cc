// SPDX-License-Identifier: Apache-2.0
// Blocks are stamped with the time that a guest's kernel keeps.
#include <cstdint>
#include <vector>

#include "allocators/page_allocator.h"
#include "allocators/registry.h"
#include "gtest/gtest.h"
#include "kernel/console.h"
#include "kernel/kernel.h"
#include "kmalloc/kmalloc.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

TEST(VirtualTimeTest, StampsBlocks) {
  constexpr std::uint64_t kMebibyte = 1024 * 1024;
  const auto heap = MakeHeap({.layout = {.capacity_bytes = 16 * kMebibyte,
                                         .kernel_bytes = 4 * kMebibyte,
                                         .allocators = true}});
  CapturedConsole console;
  Kernel kernel = Kernel::Create(*heap, console).value();
  KMalloc malloc = KMalloc::Create(*heap).value();
  Registry registry = Registry::Create(malloc).value();
  PageAllocator pages(registry);

  EXPECT_EQ(kernel.now(), 0u);
  std::vector<std::uint64_t> times;
  for (const std::uint64_t steps : {0u, 1u, 4321u}) {
    kernel.Advance(steps);
    times.push_back(kernel.now());
    registry.set_clock(kernel.now());
    pages.Allocate(10);
  }
  EXPECT_EQ(times, (std::vector<std::uint64_t>{0, 1, 4322}));
  std::vector<std::uint64_t> stamps;
  EXPECT_TRUE(pages
                  .ForEach([&](const PageBlock& block) {
                    stamps.push_back(block.timestamp);
                  })
                  .ok());
  EXPECT_EQ(stamps, times);
}

}  // namespace
}  // namespace kheap
