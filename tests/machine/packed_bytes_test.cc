// SPDX-License-Identifier: Apache-2.0
#include "machine/packed_bytes.h"

#include <array>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap::machine {
namespace {

using Bytes = std::array<std::byte, kPackedBytes>;

std::size_t FirstZeroOf(const Bytes& bytes) {
  std::size_t i = 0;
  while (i < bytes.size() && bytes[i] != std::byte{0}) ++i;
  return i;
}

// All words whose bytes are 0, 1, 127, 128, 129 or 255: what the carries and
// borrows of the tricks below could get wrong.
template <typename Check>
void ForEachEdgeWord(Check check) {
  constexpr std::array<int, 6> kEdges = {0, 1, 127, 128, 129, 255};
  Bytes bytes;
  for (int code = 0; code < 6 * 6 * 6 * 6 * 6 * 6; ++code) {
    int rest = code;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::byte>(kEdges[rest % 6]);
      rest = i < 5 ? rest / 6 : (rest + 1) % 6;
    }
    check(bytes);
  }
}

TEST(PackedBytesTest, TheLowestMarkIsTheFirstZero) {
  ForEachEdgeWord([](const Bytes& bytes) {
    ASSERT_EQ(FirstMarked(MarkFirstZero(LoadPacked(bytes.data()))),
              FirstZeroOf(bytes));
  });
}

TEST(PackedBytesTest, ExactMarksAreTheZeros) {
  ForEachEdgeWord([](const Bytes& bytes) {
    Bytes marks;
    StorePacked(marks.data(), MarkZeros(LoadPacked(bytes.data())));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      ASSERT_EQ(marks[i], std::byte(bytes[i] == std::byte{0} ? 128 : 0));
    }
  });
}

TEST(PackedBytesTest, LastMarkedIsTheHighestAddress) {
  for (std::size_t i = 0; i < kPackedBytes; ++i) {
    Bytes bytes{};
    for (std::size_t j = 0; j <= i; ++j) bytes[j] = std::byte{128};
    EXPECT_EQ(LastMarked(LoadPacked(bytes.data())), i);
  }
}

TEST(PackedBytesTest, BroadcastFillsEveryByte) {
  for (int value = 0; value < 256; ++value) {
    Bytes bytes;
    StorePacked(bytes.data(), Broadcast(static_cast<std::byte>(value)));
    for (const std::byte byte : bytes) {
      ASSERT_EQ(byte, static_cast<std::byte>(value));
    }
  }
}

TEST(PackedBytesTest, LowerCaseChangesTheAsciiCapitalsOnly) {
  for (std::size_t place = 0; place < kPackedBytes; ++place) {
    for (int neighbour : {0, int{'Z'}, 127, 255}) {
      for (int value = 0; value < 256; ++value) {
        Bytes bytes;
        bytes.fill(static_cast<std::byte>(neighbour));
        bytes[place] = static_cast<std::byte>(value);
        Bytes lower;
        StorePacked(lower.data(), ToLowerCase(LoadPacked(bytes.data())));
        const bool is_capital = value >= 'A' && value <= 'Z';
        ASSERT_EQ(lower[place],
                  static_cast<std::byte>(is_capital ? value + 32 : value));
      }
    }
  }
}

RC_GTEST_PROP(PackedBytesProperty, WordsAreLittleEndian, (std::uint64_t word)) {
  Bytes bytes;
  StorePacked(bytes.data(), word);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    RC_ASSERT(static_cast<std::byte>(word >> (8 * i)) == bytes[i]);
  }
  RC_ASSERT(LoadPacked(bytes.data()) == word);
}

}  // namespace
}  // namespace kheap::machine
