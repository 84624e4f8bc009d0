// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "machine/cache.h"
#include "machine/check.h"
#include "machine/fast_mem.h"
#include "machine/fast_string_mem.h"
#include "machine/host_mem.h"
#include "machine/host_string_mem.h"
#include "machine/limb_shift.h"
#include "machine/reserved_memory.h"
#include "machine/touched_pages.h"
#include "tests/machine/cross_check.h"

namespace kheap::machine {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kSizesMax = 200;

// Bytes that are not 0, with the room behind them that searches may read.
Bytes Text(std::size_t size) {
  Bytes bytes(size + kVectorSlackBytes);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::byte>(1 + i * 7 % 255);
  }
  return bytes;
}

std::size_t Find(const Bytes& bytes, std::size_t size, std::byte value) {
  return static_cast<std::size_t>(
      std::find(bytes.begin(), bytes.begin() + size, value) - bytes.begin());
}

template <typename Mem>
void CheckMemory(std::size_t size) {
  const Bytes text = Text(size);
  Bytes moved = text;
  Mem::Move(moved.data() + 3, moved.data(), size);
  KHEAP_CHECK(std::equal(text.begin(), text.begin() + size, moved.begin() + 3),
              "bytes move over themselves");
  Mem::Fill(moved.data(), std::byte{200}, size);
  KHEAP_CHECK(std::count(moved.begin(), moved.begin() + size, std::byte{200}) ==
                  static_cast<long>(size),
              "bytes are filled");
  for (std::size_t i = 0; i < size; i += 5) {
    Bytes other = text;
    other[i] = static_cast<std::byte>(255);
    const int order = text[i] == other[i] ? 0 : -1;
    KHEAP_CHECK(Mem::Compare(text.data(), other.data(), size) == order &&
                    Mem::Compare(other.data(), text.data(), size) == -order,
                "the first difference decides");
    other = text;
    other[i] = std::byte{0};
    KHEAP_CHECK(Mem::FindByte(other.data(), 0, size, std::byte{0}) == i &&
                    Mem::FindLastByte(other.data(), size, std::byte{0}) == i,
                "a byte is found");
  }
  KHEAP_CHECK(Mem::FindByte(text.data(), 0, size, std::byte{0}) >= size &&
                  Mem::FindLastByte(text.data(), size, std::byte{0}) == size,
              "and none where there is none");
}

template <typename Strings>
void CheckStrings(std::size_t length) {
  const Bytes text = Text(length);
  const std::size_t size = length + 1;
  KHEAP_CHECK(Strings::FindEnd(text.data(), 0, size) == length, "the end");
  for (const int value : {8, 15, 100, 255}) {
    const auto byte = static_cast<std::byte>(value);
    KHEAP_CHECK(Strings::FindByteOrEnd(text.data(), 0, size, byte) ==
                    Find(text, length, byte),
                "a character or the end");
  }
  for (std::size_t i = 0; i < length; i += 5) {
    Bytes other = text;
    other[i] = std::byte{0};
    KHEAP_CHECK(
        Strings::FindDifferenceOrEnd(text.data(), other.data(), 0, size) == i,
        "a difference");
  }
  Bytes copy(size + 1, std::byte{90});
  KHEAP_CHECK(Strings::Copy(copy.data(), text.data()) == copy.data() + length &&
                  std::equal(copy.begin(), copy.end() - 1, text.begin()) &&
                  copy.back() == std::byte{90},
              "a string's copy");
  std::fill(copy.begin(), copy.end(), std::byte{90});
  if (Strings::CopyIfShort(copy.data(), text.data(), size) == length) {
    KHEAP_CHECK(std::equal(copy.begin(), copy.end() - 1, text.begin()),
                "a short string's copy");
  }
  KHEAP_CHECK(copy.back() == std::byte{90}, "and no more");
}

// Byte by byte: what leaves one enters its neighbour.
Bytes ShiftedLeft(const Bytes& number, int count) {
  Bytes shifted(number.size());
  for (std::size_t i = 0; i < number.size() * 8; ++i) {
    const std::size_t to = i + static_cast<std::size_t>(count);
    const bool bit = (number[i / 8] >> i % 8 & std::byte{1}) != std::byte{0};
    if (bit && to / 8 < number.size())
      shifted[to / 8] |= std::byte{1} << to % 8;
  }
  return shifted;
}
Bytes ShiftedRight(const Bytes& number, int count) {
  Bytes shifted(number.size());
  for (std::size_t i = static_cast<std::size_t>(count); i < number.size() * 8;
       ++i) {
    const std::size_t to = i - static_cast<std::size_t>(count);
    const bool bit = (number[i / 8] >> i % 8 & std::byte{1}) != std::byte{0};
    if (bit) shifted[to / 8] |= std::byte{1} << to % 8;
  }
  return shifted;
}

void CheckShifts(std::size_t size) {
  Bytes number = Text(size);
  number.resize(size);
  for (const int count : {1, 7, 8, 31, 63}) {
    Bytes shifted(size);
    ShiftLeft(shifted.data(), number.data(), size, count);
    KHEAP_CHECK(shifted == ShiftedLeft(number, count), "a shift to the left");
    shifted = number;
    ShiftRight(shifted.data(), shifted.data(), size, count);
    KHEAP_CHECK(shifted == ShiftedRight(number, count), "and to the right");
  }
}

void CheckTouchedPages() {
  constexpr std::size_t kStep = 65536;
  auto memory = ReservedMemory::Reserve(2 * kStep).value();
  KHEAP_CHECK(memory.Commit(2 * kStep), "there is memory");
  memory.data()[kStep] = std::byte{1};
  if (!ZeroTouchedPages(memory.data(), 2 * kStep, 2 * kStep)) return;
  KHEAP_CHECK(memory.data()[kStep] == std::byte{0},
              "what was written to is zero again");
}

}  // namespace

void CheckBytes() {
  for (std::size_t size = 0; size < kSizesMax; ++size) {
    CheckMemory<FastMem>(size);
    CheckMemory<HostMem>(size);
    CheckStrings<FastStringMem>(size);
    CheckStrings<HostStringMem>(size);
    CheckShifts(size);
  }
  CheckTouchedPages();
}

}  // namespace kheap::machine
