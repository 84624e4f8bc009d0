// SPDX-License-Identifier: Apache-2.0
#include "cli/pattern.h"

#include <cstddef>
#include <optional>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

using Bytes = std::vector<std::byte>;

Bytes PatternOf(std::uint32_t seed, std::size_t size) {
  Bytes bytes(size);
  Pattern(seed).Fill(bytes, 0);
  return bytes;
}

TEST(PatternTest, EveryWrongByteIsFound) {
  for (std::size_t size = 0; size <= 33; ++size) {
    Bytes bytes = PatternOf(7, size);
    EXPECT_EQ(Pattern(7).FindMismatch(bytes), std::nullopt);
    for (std::size_t i = 0; i < size; ++i) {
      bytes[i] ^= std::byte{1};
      EXPECT_EQ(Pattern(7).FindMismatch(bytes), i);
      bytes[i] ^= std::byte{1};
    }
  }
}

TEST(PatternTest, GrowingContinuesIt) {
  for (std::size_t from = 0; from <= 24; ++from) {
    for (std::size_t to = from; to <= 24; ++to) {
      Bytes bytes = PatternOf(3, from);
      bytes.resize(to);
      Pattern(3).Fill(bytes, from);
      EXPECT_EQ(bytes, PatternOf(3, to)) << from << " to " << to;
    }
  }
}

TEST(PatternTest, BlocksAndPlacesDiffer) {
  EXPECT_NE(PatternOf(0, 4), PatternOf(1, 4));
  EXPECT_NE(PatternOf(0, 4), PatternOf(0xFFFFFFFF, 4));
  const Bytes bytes = PatternOf(5, 64);
  EXPECT_NE(Bytes(bytes.begin(), bytes.begin() + 8),
            Bytes(bytes.begin() + 8, bytes.begin() + 16));
  EXPECT_EQ(Pattern(5).FindMismatch(std::span(bytes).subspan(8)),
            std::size_t{0});
}

}  // namespace
}  // namespace kheap::cli
