// SPDX-License-Identifier: Apache-2.0
#include "kmalloc/size_class.h"

#include <cstdint>
#include <limits>

#include "gtest/gtest.h"

namespace kheap {
namespace {

constexpr std::uint64_t kSizesEnd = 70 * 1024;

// The smallest class that is large enough, found by looking at all of them.
int SmallestClassFor(std::uint64_t size_bytes) {
  for (int c = 1; c < kClassCount; ++c) {
    if (ClassBytes(c) >= size_bytes) return c;
  }
  return kNoClass;
}

TEST(SizeClassTest, EverySizeGoesToTheSmallestClassThatHoldsIt) {
  for (std::uint64_t size = 1; size <= kSizesEnd; ++size) {
    ASSERT_EQ(SizeClassOf(size), SmallestClassFor(size)) << size;
  }
}

TEST(SizeClassTest, NothingAndLargeSizesHaveNoClass) {
  EXPECT_EQ(SizeClassOf(0), kNoClass);
  for (int log2 = 17; log2 < 64; ++log2) {
    EXPECT_EQ(SizeClassOf(std::uint64_t{1} << log2), kNoClass);
  }
  EXPECT_EQ(SizeClassOf(std::numeric_limits<std::uint64_t>::max()), kNoClass);
}

TEST(SizeClassTest, ClassesGrowInGranules) {
  EXPECT_EQ(ClassBytes(1), kGranuleBytes);
  for (int c = 2; c < kClassCount; ++c) {
    EXPECT_GT(ClassBytes(c), ClassBytes(c - 1)) << c;
    EXPECT_EQ(ClassBytes(c) % kGranuleBytes, 0u) << c;
  }
}

TEST(SizeClassTest, NoSizeWastesMoreThanAGranuleAndASixteenth) {
  for (std::uint64_t size = 1; size <= kClassedBytesMax; ++size) {
    const std::uint64_t waste = ClassBytes(SizeClassOf(size)) - size;
    ASSERT_LT(waste, kGranuleBytes + size / kStepsPerDoubling) << size;
  }
}

TEST(SizeClassTest, ARoundSizeAndAHeaderOf16BytesShareAClass) {
  for (std::uint64_t size = 2048; size <= 65536; size *= 2) {
    EXPECT_EQ(SizeClassOf(size), SizeClassOf(size + 16)) << size;
    EXPECT_NE(SizeClassOf(size), SizeClassOf(size + 17)) << size;
  }
}

}  // namespace
}  // namespace kheap
