// SPDX-License-Identifier: Apache-2.0
#include "machine/fast_string_mem.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>

#include "machine/block16.h"
#include "machine/packed_bytes.h"
#include "machine/short_memory.h"
#include "machine/word_scan.h"

namespace kheap::machine {

namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

// Copies a string whose end was found word by word: in the same number of
// steps, which processors then predict.
void CopyFound(std::byte* destination, const std::byte* source,
               std::size_t size) {
  constexpr std::size_t kWordwiseMax = 128;
  const bool is_read_first = reinterpret_cast<std::uintptr_t>(destination) -
                                 reinterpret_cast<std::uintptr_t>(source) >=
                             size;
  if (size < kPackedBytes || size > kWordwiseMax || !is_read_first) {
    return FastMem::Move(destination, source, size);
  }
  const std::size_t last = size - kPackedBytes;
  const PackedBytes tail = LoadPacked(source + last);
  for (std::size_t i = 0; i < last; i += kPackedBytes) {
    StorePacked(destination + i, LoadPacked(source + i));
  }
  StorePacked(destination + last, tail);
}

}  // namespace

std::size_t FastStringMem::FindEnd(const std::byte* string, std::size_t begin,
                                   std::size_t size) {
  return FindFirstByWords(
      begin, size,
      [=](std::size_t i) { return MarkFirstZero(LoadPacked(string + i)); },
      [=](std::size_t i) { return string[i] == std::byte{0}; });
}

std::size_t FastStringMem::FindByteOrEnd(const std::byte* string,
                                         std::size_t begin, std::size_t size,
                                         std::byte value) {
  const PackedBytes pattern = Broadcast(value);
  return FindFirstByWords(
      begin, size,
      [=](std::size_t i) {
        const PackedBytes word = LoadPacked(string + i);
        return MarkFirstZero(word) | MarkFirstZero(word ^ pattern);
      },
      [=](std::size_t i) {
        return string[i] == value || string[i] == std::byte{0};
      });
}

std::size_t FastStringMem::FindDifferenceOrEnd(const std::byte* a,
                                               const std::byte* b,
                                               std::size_t begin,
                                               std::size_t size) {
  return FindFirstByWords(
      begin, size,
      [=](std::size_t i) {
        const PackedBytes word = LoadPacked(a + i);
        return MarkFirstZero(word) | (word ^ LoadPacked(b + i));
      },
      [=](std::size_t i) { return a[i] != b[i] || a[i] == std::byte{0}; });
}

std::size_t FastStringMem::FindCaseDifferenceOrEnd(const std::byte* a,
                                                   const std::byte* b,
                                                   std::size_t begin,
                                                   std::size_t size) {
  return FindFirstByWords(
      begin, size,
      [=](std::size_t i) {
        const PackedBytes word = ToLowerCase(LoadPacked(a + i));
        return MarkFirstZero(word) | (word ^ ToLowerCase(LoadPacked(b + i)));
      },
      [=](std::size_t i) {
        return ToLowerCase(std::to_integer<PackedBytes>(a[i])) !=
                   ToLowerCase(std::to_integer<PackedBytes>(b[i])) ||
               a[i] == std::byte{0};
      });
}

int FastStringMem::CompareUpTo(const std::byte* a, const std::byte* b,
                               std::size_t limit) {
  const std::size_t i = FindDifferenceOrEnd(a, b, 0, limit);
  return i < limit ? SignOfDifference(a[i], b[i]) : 0;
}

const std::byte* FastStringMem::FindLast(const std::byte* string,
                                         std::byte value) {
  const std::size_t size = FindEnd(string, 0, kNoLimit) + 1;
  const std::size_t i = FastMem::FindLastByte(string, size, value);
  return i < size ? string + i : nullptr;
}

std::size_t FastStringMem::CopyIfShort(std::byte* destination,
                                       const std::byte* source,
                                       std::size_t room) {
  constexpr std::size_t kSizeMax = 512;
  const std::size_t size = std::min(room, kSizeMax);
  const std::size_t length = FindEnd(source, 0, size);
  if (length == size) return room;
  CopyFound(destination, source, length + 1);
  return length;
}

std::byte* FastStringMem::Copy(std::byte* destination,
                               const std::byte* source) {
  constexpr std::size_t kStrideBytes = 4 * kPackedBytes;
  std::size_t i = 0;
  for (;; i += kStrideBytes) {
    PackedBytes words[kStrideBytes / kPackedBytes];
    std::memcpy(words, source + i, kStrideBytes);
    PackedBytes marks = 0;
    for (const PackedBytes word : words) marks |= MarkFirstZero(word);
    if (marks != 0) break;
    std::memcpy(destination + i, words, kStrideBytes);
  }
  const std::size_t rest = FindEnd(source + i, 0, kStrideBytes);
  CopyShort(destination + i, source + i, rest + 1);
  return destination + i + rest;
}

std::byte* FastStringMem::CopyPadded(std::byte* destination,
                                     const std::byte* source,
                                     std::size_t size) {
  const std::size_t length = FindEnd(source, 0, size);
  FastMem::Move(destination, source, length);
  FastMem::Fill(destination + length, std::byte{0}, size - length);
  return destination + length;
}

}  // namespace kheap::machine
