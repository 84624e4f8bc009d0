// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_PATTERN_H_
#define KHEAP_CLI_PATTERN_H_

// Bytes by which a block is recognised, the same on every host. Each word of 8
// bytes, in little-endian order, depends on its block and its place, so bytes
// that another block wrote, or that were moved, do not match.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "bitshift/bits.h"
#include "machine/byte_order.h"

namespace kheap::cli {

class Pattern {
 public:
  // Each seed has a pattern of its own.
  explicit Pattern(std::uint32_t seed) : seed_(seed) {}

  // Writes the block's pattern from byte `begin` on; in front of it there is
  // the pattern already.
  void Fill(std::span<std::byte> block, std::uint64_t begin) const {
    for (std::uint64_t at = bits::AlignDown(begin, kWordBytes);
         at < block.size(); at += kWordBytes) {
      const Word word = WordAt(at);
      std::memcpy(block.data() + at, word.data(), BytesAt(block.size(), at));
    }
  }

  // The index of the first byte that is not the pattern's.
  std::optional<std::uint64_t> FindMismatch(
      std::span<const std::byte> block) const {
    for (std::uint64_t at = 0; at < block.size(); at += kWordBytes) {
      const Word word = WordAt(at);
      const std::byte* const bytes = block.data() + at;
      const std::size_t size = BytesAt(block.size(), at);
      if (std::memcmp(bytes, word.data(), size) == 0) continue;
      const std::byte* const wrong =
          std::mismatch(bytes, bytes + size, word.begin()).first;
      return at + static_cast<std::uint64_t>(wrong - bytes);
    }
    return std::nullopt;
  }

 private:
  static constexpr std::uint64_t kWordBytes = 8;
  using Word = std::array<std::byte, kWordBytes>;

  static std::size_t BytesAt(std::uint64_t size_bytes, std::uint64_t at) {
    return std::min(size_bytes - at, kWordBytes);
  }

  // Multiplications by odd numbers and shifts that mix, all of which can be
  // undone: no two words of blocks below 32 GiB are equal. (D. Stafford's
  // constants, variant 13.)
  Word WordAt(std::uint64_t at) const {
    std::uint64_t word = bits::Join(seed_, 0) + at / kWordBytes;
    word = bits::Xor(word, bits::ShiftRight(word, 30)) * 13787848793156543929u;
    word = bits::Xor(word, bits::ShiftRight(word, 27)) * 10723151780598845931u;
    Word bytes;
    machine::StoreLittleEndian(bytes.data(),
                               bits::Xor(word, bits::ShiftRight(word, 31)));
    return bytes;
  }

  std::uint32_t seed_;
};

}  // namespace kheap::cli

#endif  // KHEAP_CLI_PATTERN_H_
