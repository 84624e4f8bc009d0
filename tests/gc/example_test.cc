// SPDX-License-Identifier: Apache-2.0
// The collector as a reader of the README meets it.
#include <cstdint>

#include "gc/collector.h"
#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/support/heaps.h"

namespace kheap::gc {
namespace {

TEST(ExampleTest, AListOutlivesItsCollections) {
  const auto heap = MakeFastHeap();
  ASSERT_TRUE(KMalloc::Create(*heap).ok());
  const auto collector = Collector::Create(*heap).value();
  const Mutator mutator = collector->mutator();

  // struct node { struct node *next; long value; };
  constexpr std::uint64_t kNext[] = {0};
  const GcType node =
      collector->RegisterType({.size_bytes = 16, .reference_offsets = kNext})
          .value();

  const Frame<1> frame(mutator);
  for (std::int64_t i = 0; i < 1'000'000; ++i) {
    if (i % 1000 == 0) frame[0] = kNullAddress;
    frame[0] = mutator.New(node, frame[0], i);
  }
  collector->CollectMajor();

  EXPECT_EQ(collector->Stats().old_objects, 1000u);
  EXPECT_EQ(heap->Load<std::int64_t>(frame[0].get() + 8), 999'999);
}

}  // namespace
}  // namespace kheap::gc
