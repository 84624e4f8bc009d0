// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_LIMB_SHIFT_WORDS_H_
#define KHEAP_MACHINE_LIMB_SHIFT_WORDS_H_

// The limb shifts of limb_shift.h, 64 bits at a time: what every host can run,
// and the ends that vectors leave over. The same contract as there.
//
// A number's size need not be a multiple of 8. A left shift goes down from the
// top in words that end where the number ends; the last word begins where the
// number begins, overlaps the word above it, and is written last:
//
//   byte  0       5       8      13                21
//         |   lowest word |
//                 |  word at 5   |  word at 13     |
//
// The bytes that both cover get the same value twice. A right shift is the
// mirror image.

#include <cstddef>
#include <cstdint>

#include "machine/byte_order.h"

namespace kheap::machine {

inline constexpr std::size_t kWordBytes = 8;

inline std::uint64_t LoadWord(const std::byte* source) {
  return LoadLittleEndian<std::uint64_t>(source);
}

inline void StoreWord(std::byte* destination, std::uint64_t word) {
  StoreLittleEndian(destination, word);
}

// `word` shifted left, its low bits filled from the top of `below`.
inline std::uint64_t JoinLeft(std::uint64_t word, std::uint64_t below,
                              int count) {
  return (word << count) | (below >> (64 - count));
}

// `word` shifted right, its high bits filled from the bottom of `above`.
inline std::uint64_t JoinRight(std::uint64_t word, std::uint64_t above,
                               int count) {
  return (word >> count) | (above << (64 - count));
}

// The shifted word at `source`, which is not the number's lowest.
inline std::uint64_t WordLeft(const std::byte* source, int count) {
  return JoinLeft(LoadWord(source), LoadWord(source - kWordBytes), count);
}

// The shifted word at `source`, which is not the number's highest.
inline std::uint64_t WordRight(const std::byte* source, int count) {
  return JoinRight(LoadWord(source), LoadWord(source + kWordBytes), count);
}

// Numbers of less than one word, the bytes beyond which are not ours.
inline std::uint64_t LoadPartialWord(const std::byte* source,
                                     std::size_t size_bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = size_bytes; i-- > 0;) {
    word = (word << 8) | std::to_integer<std::uint64_t>(source[i]);
  }
  return word;
}

inline void StorePartialWord(std::byte* destination, std::uint64_t word,
                             std::size_t size_bytes) {
  for (std::size_t i = 0; i < size_bytes; ++i, word >>= 8) {
    destination[i] = static_cast<std::byte>(word);
  }
}

// Shifts the bytes [0, end) of a number. `end` is at least one word.
inline void WordsLeft(std::byte* destination, const std::byte* source,
                      std::size_t end, int count) {
  const std::uint64_t lowest = LoadWord(source);
  while (end >= 2 * kWordBytes) {
    end -= kWordBytes;
    StoreWord(destination + end, WordLeft(source + end, count));
  }
  if (end > kWordBytes) {
    // Less than a word lies below this one: the low bytes of the lowest word.
    const int missing_bits = static_cast<int>(2 * kWordBytes - end) * 8;
    const std::size_t at = end - kWordBytes;
    StoreWord(destination + at,
              JoinLeft(LoadWord(source + at), lowest << missing_bits, count));
  }
  StoreWord(destination, lowest << count);
}

// Shifts the bytes [begin, size_bytes) of a number, at least one word.
inline void WordsRight(std::byte* destination, const std::byte* source,
                       std::size_t begin, std::size_t size_bytes, int count) {
  const std::size_t highest_at = size_bytes - kWordBytes;
  const std::uint64_t highest = LoadWord(source + highest_at);
  for (; begin + kWordBytes <= highest_at; begin += kWordBytes) {
    StoreWord(destination + begin, WordRight(source + begin, count));
  }
  if (begin < highest_at) {
    const int missing_bits =
        static_cast<int>(2 * kWordBytes - (size_bytes - begin)) * 8;
    StoreWord(destination + begin, JoinRight(LoadWord(source + begin),
                                             highest >> missing_bits, count));
  }
  StoreWord(destination + highest_at, highest >> count);
}

inline void PartialWordLeft(std::byte* destination, const std::byte* source,
                            std::size_t size_bytes, int count) {
  StorePartialWord(destination, LoadPartialWord(source, size_bytes) << count,
                   size_bytes);
}

inline void PartialWordRight(std::byte* destination, const std::byte* source,
                             std::size_t size_bytes, int count) {
  StorePartialWord(destination, LoadPartialWord(source, size_bytes) >> count,
                   size_bytes);
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_LIMB_SHIFT_WORDS_H_
