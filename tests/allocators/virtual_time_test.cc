// SPDX-License-Identifier: Apache-2.0
// Blocks are stamped with the time that a guest's kernel keeps.
#include <cstdint>
#include <vector>

#include "allocators/bump_allocator.h"
#include "allocators/page_allocator.h"
#include "allocators/pool.h"
#include "allocators/registry.h"
#include "bitshift/bits.h"
#include "gtest/gtest.h"
#include "kernel/console.h"
#include "kernel/kernel.h"
#include "kmalloc/kmalloc.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

TEST(VirtualTimeTest, StampsBlocksByItself) {
  constexpr std::uint64_t kMebibyte = 1024 * 1024;
  const auto heap = MakeHeap({.layout = {.capacity_bytes = 16 * kMebibyte,
                                         .kernel_bytes = 4 * kMebibyte,
                                         .allocators = true}});
  CapturedConsole console;
  Kernel kernel = Kernel::Create(*heap, console).value();
  KMalloc malloc = KMalloc::Create(*heap).value();
  Registry registry = Registry::Create(malloc, kernel).value();
  PageAllocator pages(registry);
  // Of the block in whose first page an address lies.
  const auto StampOf = [&](Address address) {
    const Address page(bits::AlignDown(address.offset(), kOwnedPageBytes));
    return ReadPageHeader(*heap, page).value().timestamp;
  };

  EXPECT_EQ(kernel.now(), 0u);
  std::vector<std::uint64_t> times;
  for (const std::uint64_t steps : {0u, 1u, 4321u}) {
    kernel.Advance(steps);
    times.push_back(kernel.now());
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
  // Views made anew and allocators of every kind have the same time.
  kernel.Advance(10);
  Registry again = Registry::Attach(malloc, kernel).value();
  EXPECT_EQ(again.Stamp(), kernel.now());
  EXPECT_EQ(StampOf(PageAllocator(again).Allocate(1)), 4332u);
  kernel.Advance(1);
  EXPECT_EQ(StampOf(BumpAllocator::Create(again)->Allocate(1)), 4333u);
  kernel.Advance(1);
  EXPECT_EQ(StampOf(Pool::Create(registry, {.object_bytes = 8})->Allocate()),
            4334u);
}

}  // namespace
}  // namespace kheap
