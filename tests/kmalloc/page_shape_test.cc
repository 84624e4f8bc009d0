// SPDX-License-Identifier: Apache-2.0
#include <cstdint>

#include "gtest/gtest.h"
#include "kmalloc/page_layer.h"

namespace kheap {
namespace {

TEST(PageShapeTest, EveryPageHoldsItsSlotsAndTheNextTag) {
  for (int c = 1; c < kClassCount; ++c) {
    const PageShape& shape = PageShapeOf(c);
    const std::uint64_t used = shape.slots * ClassBytes(c) + kTagBytes;
    EXPECT_LE(used, shape.size_bytes()) << c;
    EXPECT_GT(used + ClassBytes(c), shape.size_bytes())
        << "there is room for another slot in class " << c;
  }
}

TEST(PageShapeTest, NoTwoPagesBeginInOneFrame) {
  for (int c = 1; c < kClassCount; ++c) {
    EXPECT_GT(PageShapeOf(c).size_bytes(), kFrameBytes) << c;
  }
}

TEST(PageShapeTest, AUnitsOffsetInItsPageFitsItsRecord) {
  for (int c = 1; c < kClassCount; ++c) {
    EXPECT_LE(PageShapeOf(c).units - 1, 255) << c;
  }
}

TEST(PageShapeTest, NoPageWastesAnEighth) {
  for (int c = 1; c < kClassCount; ++c) {
    const PageShape& shape = PageShapeOf(c);
    const std::uint64_t waste =
        shape.size_bytes() - shape.slots * ClassBytes(c);
    EXPECT_LT(waste * 8, shape.size_bytes()) << c;
  }
}

}  // namespace
}  // namespace kheap
