// SPDX-License-Identifier: Apache-2.0
#include "kmalloc/tag.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap {
namespace {

constexpr std::uint64_t kSizeMask = 0x0000FFFFFFFFFFF0;

// Tag addresses lie 8 below a multiple of 16.
constexpr Address TagAddress(std::uint64_t granule) {
  return Address(granule * 16 + 8);
}

std::vector<std::uint64_t> SomeSizes() {
  std::vector<std::uint64_t> sizes = {0, 32, 48, 1024, 1040, 65536 + 16};
  for (int log2 = 5; log2 <= 36; ++log2) {
    sizes.push_back(std::uint64_t{1} << log2);
    sizes.push_back((std::uint64_t{1} << log2) - 16);
  }
  return sizes;
}

TEST(TagTest, KeepsItsSizeInBits4To47AndItsFlagsBelow) {
  for (const std::uint64_t size : SomeSizes()) {
    for (Tag::Flags flags = 0; flags < 8; ++flags) {
      const std::uint64_t word = Tag(size, flags).SealedFor(TagAddress(4096));
      ASSERT_EQ(word & kSizeMask, size);
      ASSERT_EQ(word & 0xF, flags);
      const Tag tag = Tag::FromWord(word);
      EXPECT_EQ(tag, Tag(size, flags));
      EXPECT_EQ(tag.size_bytes(), size);
      EXPECT_EQ(tag.flags(), flags);
      EXPECT_EQ(tag.in_use(), (flags & 1) != 0);
      EXPECT_EQ(tag.previous_in_use(), (flags & 2) != 0);
      EXPECT_EQ(tag.is_page(), (flags & 4) != 0);
    }
  }
}

TEST(TagTest, WithAndWithoutChangeTheirFlagOnly) {
  for (Tag::Flags flags = 0; flags < 8; ++flags) {
    for (const Tag::Flags flag :
         {Tag::kInUse, Tag::kPreviousInUse, Tag::kPage}) {
      EXPECT_EQ(Tag(64, flags).With(flag), Tag(64, flags | flag));
      EXPECT_EQ(Tag(64, flags).Without(flag), Tag(64, flags & ~flag));
    }
    EXPECT_EQ(Tag(64, flags).WithSize(96), Tag(96, flags));
  }
}

TEST(TagTest, EverySingleBitFlipBreaksTheSeal) {
  for (const std::uint64_t size : SomeSizes()) {
    for (Tag::Flags flags = 0; flags < 8; ++flags) {
      for (std::uint64_t granule = 16384; granule < 16384 + 64; ++granule) {
        const Address address = TagAddress(granule);
        const std::uint64_t word = Tag(size, flags).SealedFor(address);
        ASSERT_TRUE(Tag::IsSealedFor(address, word));
        for (int bit = 0; bit < 64; ++bit) {
          ASSERT_FALSE(
              Tag::IsSealedFor(address, word ^ (std::uint64_t{1} << bit)))
              << size << " " << flags << " " << address << " " << bit;
        }
      }
    }
  }
}

TEST(TagTest, WordsOfOneByteRepeatedAreNoTags) {
  for (std::uint64_t byte = 0; byte < 256; ++byte) {
    const std::uint64_t word = byte * 0x0101010101010101u;
    for (std::uint64_t granule = 16384; granule < 16384 + 256; ++granule) {
      const bool sealed = Tag::IsSealedFor(TagAddress(granule), word);
      // At() refuses sizes below the least and above the heap.
      const std::uint64_t size = Tag::FromWord(word).size_bytes();
      ASSERT_FALSE(sealed && size >= kChunkBytesMin && size < (1 << 30))
          << byte << " at granule " << granule;
    }
  }
}

TEST(TagTest, ATagMovedNearbyHasNoSeal) {
  const std::uint64_t word = Tag(64, 3).SealedFor(TagAddress(20000));
  for (std::uint64_t distance = 1; distance <= 4096; ++distance) {
    ASSERT_FALSE(Tag::IsSealedFor(TagAddress(20000 + distance), word));
    ASSERT_FALSE(Tag::IsSealedFor(TagAddress(20000 - distance), word));
  }
}

// 65535 of 65536 damaged words are found; none of these many should be taken
// for whole more often than chance has it.
RC_GTEST_PROP(TagProperty, RandomWordsAreRarelySealed, ()) {
  const Address address = TagAddress(*rc::gen::inRange(16384, 1 << 30));
  std::uint64_t word = *rc::gen::arbitrary<std::uint64_t>();
  int sealed = 0;
  constexpr int kWords = 65536;
  for (int i = 0; i < kWords; ++i) {
    word = word * 6364136223846793005u + 1442695040888963407u;
    sealed += Tag::IsSealedFor(address, word) ? 1 : 0;
  }
  RC_ASSERT(sealed <= 16);
}

TEST(ChunkTest, RunsFromItsTagToTheNext) {
  const Chunk chunk = {Address(1048), Tag(64, Tag::kInUse)};
  EXPECT_TRUE(chunk.exists());
  EXPECT_EQ(chunk.payload(), Address(1056));
  EXPECT_EQ(chunk.end(), Address(1112));
  EXPECT_EQ(chunk.payload_bytes(), 56u);
  EXPECT_FALSE(Chunk().exists());
}

}  // namespace
}  // namespace kheap
