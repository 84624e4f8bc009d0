// SPDX-License-Identifier: Apache-2.0
#include "machine/byte_order.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap::machine {
namespace {

// The bytes of `value` by division only: what little-endian means.
template <typename T>
std::array<std::byte, sizeof(T)> DigitsBase256(T value) {
  std::array<std::byte, sizeof(T)> digits;
  for (std::byte& digit : digits) {
    digit = static_cast<std::byte>(value % 256);
    value = static_cast<T>(value / 256);
  }
  return digits;
}

template <typename T>
void ExpectLittleEndian(T value) {
  std::array<std::byte, sizeof(T)> bytes;
  StoreLittleEndian(bytes.data(), value);
  RC_ASSERT(bytes == DigitsBase256(value));
  RC_ASSERT(LoadLittleEndian<T>(bytes.data()) == value);
}

RC_GTEST_PROP(ByteOrderTest, LeastSignificantByteComesFirst,
              (std::uint8_t a, std::uint16_t b, std::uint32_t c,
               std::uint64_t d)) {
  ExpectLittleEndian(a);
  ExpectLittleEndian(b);
  ExpectLittleEndian(c);
  ExpectLittleEndian(d);
  ExpectLittleEndian(static_cast<unsigned __int128>(c) * d + a);
}

TEST(ByteOrderTest, EveryFloatNaNKeepsItsBits) {
  constexpr std::uint32_t kFirstPayload = 0x7F800001;
  constexpr std::uint32_t kLastPayload = 0x7FFFFFFF;
  constexpr std::uint32_t kSign = 0x80000000;
  constexpr std::uint32_t kStep = 97;  // prime: visits every bit pattern's end
  std::array<std::byte, 4> bytes;
  for (std::uint32_t bits = kFirstPayload; bits <= kLastPayload;
       bits += kStep) {
    for (const std::uint32_t pattern : {bits, bits | kSign}) {
      StoreLittleEndian(bytes.data(), std::bit_cast<float>(pattern));
      ASSERT_EQ(LoadLittleEndian<std::uint32_t>(bytes.data()), pattern);
      ASSERT_EQ(
          std::bit_cast<std::uint32_t>(LoadLittleEndian<float>(bytes.data())),
          pattern);
    }
  }
}

TEST(ByteOrderTest, CopyReversedTurnsTheBytesRound) {
  const std::array<std::byte, 3> source = {std::byte{1}, std::byte{2},
                                           std::byte{3}};
  std::array<std::byte, 3> destination;
  CopyReversed(destination.data(), source.data(), source.size());
  EXPECT_EQ(destination, (std::array<std::byte, 3>{std::byte{3}, std::byte{2},
                                                   std::byte{1}}));
}

TEST(ByteOrderTest, CopyReversedOfNothingTouchesNothing) {
  CopyReversed(nullptr, nullptr, 0);
}

}  // namespace
}  // namespace kheap::machine
