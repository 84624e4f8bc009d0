// SPDX-License-Identifier: Apache-2.0
#include "machine/touched_pages.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "gtest/gtest.h"
#include "machine/memory_image.h"
#include "machine/reserved_memory.h"

namespace kheap::machine {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kSize = 64 * 1024 * 1024;

bool IsZero(const std::byte* begin, std::size_t size) {
  return std::all_of(begin, begin + size,
                     [](std::byte byte) { return byte == std::byte{0}; });
}

// Memory of which the second half cannot be accessed.
ReservedMemory Memory() {
  ReservedMemory memory = *ReservedMemory::Reserve(kSize);
  EXPECT_TRUE(memory.Commit(kSize / 2));
  return memory;
}

// Whether this host tells. Where it does not, the answer is no, whatever is
// asked.
bool HostTells() {
  const ReservedMemory memory = Memory();
  return ZeroTouchedPages(memory.data(), kSize, kSize);
}

constexpr char kHostTellsNoTouchedPages[] =
    "this host does not tell which pages were touched";

TEST(TouchedPagesTest, BecomeZeroWhereverTheyLie) {
  if (!HostTells()) GTEST_SKIP() << kHostTellsNoTouchedPages;
  const ReservedMemory memory = Memory();
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < 300; ++i) {
    places.push_back(i * 104729 % (kSize / 2));
  }
  for (const std::size_t place :
       {std::size_t{0}, kPage - 1, kPage, kSize / 2 - 1}) {
    places.push_back(place);
  }
  for (const std::size_t place : places) memory.data()[place] = std::byte{1};
  EXPECT_TRUE(ZeroTouchedPages(memory.data(), kSize, kSize));
  EXPECT_TRUE(IsZero(memory.data(), kSize / 2));
}

TEST(TouchedPagesTest, ReadingIsNoTouch) {
  if (!HostTells()) GTEST_SKIP() << kHostTellsNoTouchedPages;
  const ReservedMemory memory = Memory();
  EXPECT_TRUE(IsZero(memory.data(), kSize / 2));
  EXPECT_TRUE(ZeroTouchedPages(memory.data(), kSize, 0));
  memory.data()[5 * kPage] = std::byte{1};
  EXPECT_FALSE(ZeroTouchedPages(memory.data(), kSize, 0));
  EXPECT_TRUE(ZeroTouchedPages(memory.data(), kSize, kPage));
}

TEST(TouchedPagesTest, OnlyTheRangeCounts) {
  if (!HostTells()) GTEST_SKIP() << kHostTellsNoTouchedPages;
  const ReservedMemory memory = Memory();
  for (std::size_t i = 0; i < 4; ++i) {
    memory.data()[i * kPage] = std::byte{1};
  }
  EXPECT_TRUE(ZeroTouchedPages(memory.data() + kPage, 2 * kPage, 2 * kPage));
  EXPECT_EQ(memory.data()[0], std::byte{1});
  EXPECT_EQ(memory.data()[kPage], std::byte{0});
  EXPECT_EQ(memory.data()[2 * kPage], std::byte{0});
  EXPECT_EQ(memory.data()[3 * kPage], std::byte{1});
}

TEST(TouchedPagesTest, WithAnImagePutAgainAllIsAsItBegan) {
  if (!HostTells()) GTEST_SKIP() << kHostTellsNoTouchedPages;
  const ReservedMemory original = Memory();
  // A run that is mapped and one that is copied.
  std::fill_n(original.data() + 65536, 300000, std::byte{7});
  original.data()[5000000] = std::byte{9};
  const std::array<MemoryImage::Extent, 1> all = {{{0, kSize / 2}}};
  const MemoryImage image = *MemoryImage::Of(original.data(), all);
  ReservedMemory memory = Memory();
  memory.Load(0, image);
  EXPECT_TRUE(ZeroTouchedPages(memory.data(), kSize, 20 * kPage));
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t place : {70000, 200000, 5000000, 9000000}) {
      memory.data()[place] = std::byte{55};
    }
    EXPECT_TRUE(ZeroTouchedPages(memory.data(), kSize, kSize));
    image.PutAt(memory.data());
    EXPECT_TRUE(
        std::equal(memory.data(), memory.data() + kSize / 2, original.data()));
  }
}

}  // namespace
}  // namespace kheap::machine
