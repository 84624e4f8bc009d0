// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_SUPPORT_BIT_REFERENCE_H_
#define KHEAP_TESTS_SUPPORT_BIT_REFERENCE_H_

// Long numbers bit by bit: the slow reference that shifts are tested against.
// Bit i of a number of bytes is bit i % 8 of byte i / 8.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kheap {

inline bool BitAt(std::span<const std::byte> number, std::int64_t index) {
  const auto bits = static_cast<std::int64_t>(number.size()) * 8;
  if (index < 0 || index >= bits) return false;
  const auto byte =
      std::to_integer<unsigned>(number[static_cast<std::size_t>(index / 8)]);
  return (byte >> (index % 8)) % 2 != 0;
}

// `number` shifted left by `count` bits, or right by -`count`.
inline std::vector<std::byte> ShiftedBitByBit(std::span<const std::byte> number,
                                              std::int64_t count) {
  std::vector<std::byte> shifted(number.size());
  for (std::size_t i = 0; i < number.size() * 8; ++i) {
    if (BitAt(number, static_cast<std::int64_t>(i) - count)) {
      shifted[i / 8] |= std::byte{1} << (i % 8);
    }
  }
  return shifted;
}

// Whether that shift loses a set bit.
inline bool LosesBit(std::span<const std::byte> number, std::int64_t count) {
  const auto bits = static_cast<std::int64_t>(number.size()) * 8;
  bool loses = false;
  for (std::int64_t i = 0; i < bits; ++i) {
    const bool stays = i + count >= 0 && i + count < bits;
    loses = loses || (BitAt(number, i) && !stays);
  }
  return loses;
}

// Bytes that repeat only after long, with runs of ones and zeros among them.
inline std::vector<std::byte> PatternBytes(std::size_t size_bytes,
                                           std::uint64_t seed = 1) {
  std::vector<std::byte> bytes(size_bytes);
  std::uint64_t state = seed * 0x9E3779B97F4A7C15u + 1;
  for (std::byte& byte : bytes) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const unsigned kind = state >> 61;
    byte = kind == 0   ? std::byte{0}
           : kind == 1 ? std::byte{0xFF}
                       : static_cast<std::byte>(state >> 40);
  }
  return bytes;
}

}  // namespace kheap

#endif  // KHEAP_TESTS_SUPPORT_BIT_REFERENCE_H_
