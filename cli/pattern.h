// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_PATTERN_H_
#define KHEAP_CLI_PATTERN_H_

// Bytes by which a block is recognised. Each word depends on its block and its
// place, so bytes that another block wrote, or that were moved, do not match:
//
//   pattern byte i of a block == byte i % 8 of WordOf(seed, i / 8)

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "bitshift/bits.h"

namespace kheap::cli {

class Pattern {
 public:
  // Different for different seeds below 2^32.
  explicit Pattern(std::uint32_t seed) : seed_(seed) {}

  // Writes the block's pattern from byte `begin` on; in front of it there is
  // the pattern already.
  void Fill(std::span<std::byte> block, std::uint64_t begin) const {
    for (std::uint64_t at = bits::AlignDown(begin, kWordBytes);
         at < block.size(); at += kWordBytes) {
      const std::uint64_t word = WordAt(at);
      std::memcpy(block.data() + at, &word, BytesAt(block.size(), at));
    }
  }

  // The index of the first byte that is not the pattern's.
  std::optional<std::uint64_t> FindMismatch(
      std::span<const std::byte> block) const {
    for (std::uint64_t at = 0; at < block.size(); at += kWordBytes) {
      const std::uint64_t word = WordAt(at);
      const std::size_t size = BytesAt(block.size(), at);
      if (std::memcmp(block.data() + at, &word, size) == 0) continue;
      const auto* const expected = reinterpret_cast<const std::byte*>(&word);
      return at +
             static_cast<std::uint64_t>(
                 std::mismatch(expected, expected + size, block.data() + at)
                     .first -
                 expected);
    }
    return std::nullopt;
  }

 private:
  static constexpr std::uint64_t kWordBytes = 8;

  static std::size_t BytesAt(std::uint64_t size_bytes, std::uint64_t at) {
    return std::min(size_bytes - at, kWordBytes);
  }

  // Multiplications by odd numbers and shifts that mix, all of which can be
  // undone: no two words are equal. (D. Stafford's constants, variant 13.)
  std::uint64_t WordAt(std::uint64_t at) const {
    std::uint64_t word = bits::Join(seed_, 0) + at / kWordBytes;
    word = bits::Xor(word, bits::ShiftRight(word, 30)) * 13787848793156543929u;
    word = bits::Xor(word, bits::ShiftRight(word, 27)) * 10723151780598845931u;
    return bits::Xor(word, bits::ShiftRight(word, 31));
  }

  std::uint32_t seed_;
};

}  // namespace kheap::cli

#endif  // KHEAP_CLI_PATTERN_H_
