// SPDX-License-Identifier: Apache-2.0
#include "machine/memory_image.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "machine/reserved_memory.h"
#include "rapidcheck/gtest.h"

namespace kheap::machine {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kBytes = 64 * kPage;

ReservedMemory Zeros() {
  auto memory = ReservedMemory::Reserve(kBytes);
  EXPECT_TRUE(memory.has_value() && memory->Commit(kBytes));
  return *std::move(memory);
}

MemoryImage ImageOf(const ReservedMemory& memory) {
  const MemoryImage::Extent all = {0, kBytes};
  auto image = MemoryImage::Of(memory.data(), {&all, 1});
  EXPECT_TRUE(image.has_value());
  return *std::move(image);
}

void Fill(ReservedMemory& memory, std::size_t begin, std::size_t size,
          int byte) {
  std::fill_n(memory.data() + begin, size, static_cast<std::byte>(byte));
}

bool AreEqual(const ReservedMemory& a, const ReservedMemory& b) {
  return std::equal(a.data(), a.data() + kBytes, b.data());
}

TEST(MemoryImageTest, OfZerosHoldsNothing) {
  const ReservedMemory zeros = Zeros();
  const MemoryImage image = ImageOf(zeros);
  EXPECT_EQ(image.size(), 0u);
  EXPECT_EQ(image.stored_bytes(), 0u);
  ReservedMemory fresh = Zeros();
  fresh.Load(0, image);
  EXPECT_TRUE(AreEqual(fresh, zeros));
}

TEST(MemoryImageTest, KeepsThePagesThatAreNotZero) {
  ReservedMemory memory = Zeros();
  Fill(memory, 3 * kPage - 1, 2, 7);
  Fill(memory, 9 * kPage, 1, 8);
  const MemoryImage image = ImageOf(memory);
  EXPECT_EQ(image.size(), 10 * kPage);
  EXPECT_EQ(image.stored_bytes(), 3 * kPage);
}

TEST(MemoryImageTest, LooksAtTheGivenExtentsOnly) {
  ReservedMemory memory = Zeros();
  Fill(memory, 0, kBytes, 1);
  const MemoryImage::Extent extents[] = {{kPage, 2 * kPage},
                                         {5 * kPage, 7 * kPage}};
  const auto image = MemoryImage::Of(memory.data(), extents);
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->stored_bytes(), 3 * kPage);
  ReservedMemory fresh = Zeros();
  fresh.Load(0, *image);
  EXPECT_EQ(fresh.data()[0], std::byte{0});
  EXPECT_EQ(fresh.data()[kPage], std::byte{1});
  EXPECT_EQ(fresh.data()[4 * kPage], std::byte{0});
  EXPECT_EQ(fresh.data()[7 * kPage - 1], std::byte{1});
}

RC_GTEST_PROP(MemoryImagePropertyTest, FreshRangesBeginWithIt, ()) {
  ReservedMemory memory = Zeros();
  const auto fills = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, static_cast<int>(kBytes)),
                    rc::gen::inRange(1, static_cast<int>(40 * kPage))));
  for (const auto& [begin, size] : fills) {
    const auto at = static_cast<std::size_t>(begin);
    Fill(memory, at, std::min(static_cast<std::size_t>(size), kBytes - at),
         1 + begin % 255);
  }
  const MemoryImage image = ImageOf(memory);
  ReservedMemory first = Zeros();
  ReservedMemory second = Zeros();
  first.Load(0, image);
  second.Load(0, image);
  RC_ASSERT(AreEqual(first, memory));
  // What is written to one is seen neither in the other nor in the image.
  Fill(first, 0, kBytes, 99);
  RC_ASSERT(AreEqual(second, memory));
  ReservedMemory third = Zeros();
  third.Load(0, image);
  RC_ASSERT(AreEqual(third, memory));
}

TEST(MemoryImageTest, WhatIsDiscardedIsZeroAgain) {
  ReservedMemory memory = Zeros();
  Fill(memory, 0, kBytes, 5);
  const MemoryImage image = ImageOf(memory);
  ReservedMemory fresh = Zeros();
  fresh.Load(0, image);
  ReservedMemory moved = std::move(fresh);
  moved.Discard(kPage, kBytes);
  EXPECT_EQ(moved.data()[kPage - 1], std::byte{5});
  EXPECT_TRUE(std::all_of(moved.data() + kPage, moved.data() + kBytes,
                          [](std::byte byte) { return byte == std::byte{0}; }));
}

TEST(MemoryImageTest, RangesMayOutliveIt) {
  ReservedMemory fresh = Zeros();
  {
    ReservedMemory memory = Zeros();
    Fill(memory, 0, kBytes, 5);
    const MemoryImage image = ImageOf(memory);
    fresh.Load(0, image);
  }
  EXPECT_EQ(fresh.data()[kBytes - 1], std::byte{5});
}

}  // namespace
}  // namespace kheap::machine
