// SPDX-License-Identifier: Apache-2.0
#include "machine/fast_mem.h"

#include <array>
#include <cstring>

#include "machine/block16.h"
#include "machine/packed_bytes.h"
#include "machine/short_memory.h"
#include "machine/word_scan.h"

namespace kheap::machine {

namespace {

// Sixty-four bytes: what the loops below take at a time.
struct Stride {
  std::array<PackedBytes, 8> words;
};
constexpr std::size_t kStrideBytes = sizeof(Stride);
static_assert(kStrideBytes == kShortBytesMax);

Stride LoadStride(const std::byte* source) {
  Stride stride;
  std::memcpy(&stride, source, kStrideBytes);
  return stride;
}
void StoreStride(std::byte* destination, const Stride& stride) {
  std::memcpy(destination, &stride, kStrideBytes);
}

// Moves a range of at least one stride to lower addresses. The last stride,
// which overlaps the one before it, is loaded before anything is stored.
void MoveDown(std::byte* destination, const std::byte* source,
              std::size_t size) {
  const std::size_t last = size - kStrideBytes;
  const Stride tail = LoadStride(source + last);
  for (std::size_t i = 0; i < last; i += kStrideBytes) {
    StoreStride(destination + i, LoadStride(source + i));
  }
  StoreStride(destination + last, tail);
}

// The mirror image, to higher addresses.
void MoveUp(std::byte* destination, const std::byte* source, std::size_t size) {
  const Stride head = LoadStride(source);
  for (std::size_t end = size; end > kStrideBytes; end -= kStrideBytes) {
    StoreStride(destination + end - kStrideBytes,
                LoadStride(source + end - kStrideBytes));
  }
  StoreStride(destination, head);
}

// Marks the words of the stride at `bytes` in which `pattern` occurs, together.
PackedBytes MarkStride(const std::byte* bytes, PackedBytes pattern) {
  PackedBytes marks = 0;
  for (std::size_t i = 0; i < kStrideBytes; i += kPackedBytes) {
    marks |= MarkFirstZero(LoadPacked(bytes + i) ^ pattern);
  }
  return marks;
}

// Where two unequal words differ first decides their order.
int CompareWords(PackedBytes a, PackedBytes b) {
  const std::size_t shift = FirstNonZero(a ^ b) * 8;
  return SignOfDifference(static_cast<std::byte>(a >> shift),
                          static_cast<std::byte>(b >> shift));
}

// The bits in which two strides differ, together.
PackedBytes DifferingBits(const std::byte* a, const std::byte* b) {
  PackedBytes bits = 0;
  for (std::size_t i = 0; i < kStrideBytes; i += kPackedBytes) {
    bits |= LoadPacked(a + i) ^ LoadPacked(b + i);
  }
  return bits;
}

}  // namespace

void FastMem::Move(std::byte* destination, const std::byte* source,
                   std::size_t size) {
  if (size <= kShortBytesMax) {
    CopyShort(destination, source, size);
  } else if (destination <= source) {
    MoveDown(destination, source, size);
  } else {
    MoveUp(destination, source, size);
  }
}

void FastMem::Fill(std::byte* destination, std::byte value, std::size_t size) {
  if (size <= kShortBytesMax) return FillShort(destination, value, size);
  Stride stride;
  stride.words.fill(Broadcast(value));
  const std::size_t last = size - kStrideBytes;
  for (std::size_t i = 0; i < last; i += kStrideBytes) {
    StoreStride(destination + i, stride);
  }
  StoreStride(destination + last, stride);
}

int FastMem::Compare(const std::byte* a, const std::byte* b, std::size_t size) {
  std::size_t i = 0;
  while (i + kStrideBytes <= size && DifferingBits(a + i, b + i) == 0) {
    i += kStrideBytes;
  }
  for (; i + kPackedBytes <= size; i += kPackedBytes) {
    const PackedBytes word_a = LoadPacked(a + i);
    const PackedBytes word_b = LoadPacked(b + i);
    if (word_a != word_b) return CompareWords(word_a, word_b);
  }
  for (; i < size; ++i) {
    if (a[i] != b[i]) return SignOfDifference(a[i], b[i]);
  }
  return 0;
}

std::size_t FastMem::FindByte(const std::byte* bytes, std::size_t begin,
                              std::size_t size, std::byte value) {
  const PackedBytes pattern = Broadcast(value);
  return FindFirstByWords(
      begin, size,
      [=](std::size_t i) {
        return MarkFirstZero(LoadPacked(bytes + i) ^ pattern);
      },
      [=](std::size_t i) { return bytes[i] == value; });
}

std::size_t FastMem::FindLastByte(const std::byte* bytes, std::size_t size,
                                  std::byte value) {
  const PackedBytes pattern = Broadcast(value);
  std::size_t end = size;
  while (end >= kStrideBytes &&
         MarkStride(bytes + end - kStrideBytes, pattern) == 0) {
    end -= kStrideBytes;
  }
  for (; end >= kPackedBytes; end -= kPackedBytes) {
    const PackedBytes marks =
        MarkZeros(LoadPacked(bytes + end - kPackedBytes) ^ pattern);
    if (marks != 0) return end - kPackedBytes + LastMarked(marks);
  }
  while (end > 0 && bytes[end - 1] != value) --end;
  return end > 0 ? end - 1 : size;
}

}  // namespace kheap::machine
