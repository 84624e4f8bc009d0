// SPDX-License-Identifier: Apache-2.0
// Roots, pins, weak references and finalizers where malloc has no memory.
#include <cstdint>
#include <optional>
#include <ostream>

#include "gc/collector.h"
#include "gtest/gtest.h"
#include "tests/gc/world.h"

namespace kheap::gc {
namespace {

struct Shortage {
  bool checked;
  std::uint64_t entries;  // of every list: 0, or as many as it has room for
};
void PrintTo(const Shortage& shortage, std::ostream* out) {
  *out << (shortage.checked ? "checked, " : "fast, ") << shortage.entries;
}

class ShortageTest : public testing::TestWithParam<Shortage> {
 protected:
  ShortageTest()
      : world_(kSmallOptions, GetParam().checked),
        frame_(world_.mutator()),
        root_(KMalloc(world_.heap()).Calloc(1, 8)) {
    frame_[0] = world_.Leaf(0);
    for (std::uint64_t i = 0; i < GetParam().entries; ++i) {
      EXPECT_TRUE(collector().Pin(world_.Leaf(i)));
      EXPECT_TRUE(collector().NewWeak(frame_[0].get()).has_value());
      EXPECT_TRUE(collector().AddFinalizer(frame_[0].get(), i));
      EXPECT_EQ(collector().AddRoot(root_), absl::OkStatus());
    }
  }
  Collector& collector() { return world_.collector(); }

  World world_;
  Frame<1> frame_;
  Address root_;
};

TEST_P(ShortageTest, WithoutMemoryNothingIsListedAndNothingChanges) {
  const Address block = world_.TakeAllMemory();
  const Address object = frame_[0].get();
  const Digest before = world_.heap().ComputeDigest();
  EXPECT_FALSE(collector().Pin(object));
  EXPECT_EQ(world_.heap().ComputeDigest(), before);
  EXPECT_EQ(collector().NewWeak(object), std::nullopt);
  EXPECT_EQ(world_.heap().ComputeDigest(), before);
  EXPECT_FALSE(collector().AddFinalizer(object, 99));
  EXPECT_EQ(world_.heap().ComputeDigest(), before);
  EXPECT_EQ(collector().AddRoot(root_).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(world_.heap().ComputeDigest(), before);
  EXPECT_FALSE(collector().IsPinned(object));
  world_.ExpectIntact();

  // A collection needs no memory of malloc's.
  collector().CollectMajor();
  EXPECT_EQ(collector().Stats().pinned_objects, GetParam().entries);
  world_.ExpectIntact();

  KMalloc(world_.heap()).Free(block);
  EXPECT_TRUE(collector().Pin(frame_[0].get()));
  EXPECT_TRUE(collector().NewWeak(frame_[0].get()).has_value());
  EXPECT_TRUE(collector().AddFinalizer(frame_[0].get(), 99));
  EXPECT_EQ(collector().AddRoot(root_), absl::OkStatus());
  EXPECT_EQ(collector().Stats().pinned_objects, GetParam().entries + 1);
  world_.ExpectIntact();
}

INSTANTIATE_TEST_SUITE_P(, ShortageTest,
                         testing::Values(Shortage{false, 0}, Shortage{true, 0},
                                         Shortage{false, 16},
                                         Shortage{true, 16}));

}  // namespace
}  // namespace kheap::gc
