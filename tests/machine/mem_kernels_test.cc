// SPDX-License-Identifier: Apache-2.0
//
// HostMem and FastMem, each against loops over bytes.

#include <algorithm>
#include <cstring>
#include <vector>

#include "gtest/gtest.h"
#include "machine/fast_mem.h"
#include "machine/host_mem.h"

namespace kheap::machine {
namespace {

constexpr std::size_t kSizeMax = 300;
constexpr std::size_t kAlignments = 16;

using Bytes = std::vector<std::byte>;

// Bytes that differ from their neighbours, with readable slack behind.
Bytes Pattern(std::size_t size) {
  Bytes bytes(size + kVectorSlackBytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(i * 7 + i / 251 + 1);
  }
  return bytes;
}

template <typename Mem>
class MemKernelsTest : public testing::Test {};
using Kernels = testing::Types<HostMem, FastMem>;
TYPED_TEST_SUITE(MemKernelsTest, Kernels);

TYPED_TEST(MemKernelsTest, MoveCopiesEverySizeBetweenAllAlignments) {
  const Bytes source = Pattern(kSizeMax + kAlignments);
  for (std::size_t from = 0; from < kAlignments; ++from) {
    for (std::size_t to = 0; to < kAlignments; ++to) {
      for (std::size_t size = 0; size <= kSizeMax; ++size) {
        Bytes destination(to + size + kAlignments, std::byte{0});
        Bytes expected = destination;
        std::copy_n(&source[from], size, &expected[to]);
        TypeParam::Move(&destination[to], &source[from], size);
        ASSERT_EQ(destination, expected) << from << " " << to << " " << size;
      }
    }
  }
}

TYPED_TEST(MemKernelsTest, MoveKeepsTheSourceThroughEveryOverlap) {
  const Bytes original = Pattern(2 * kSizeMax);
  for (std::size_t from = 0; from <= 150; from += 3) {
    for (std::size_t to = 0; to <= 150; ++to) {
      for (std::size_t size = 0; size <= kSizeMax; size += size < 80 ? 1 : 13) {
        Bytes bytes = original;
        Bytes expected = original;
        std::copy_n(&original[from], size, &expected[to]);
        TypeParam::Move(&bytes[to], &bytes[from], size);
        ASSERT_EQ(bytes, expected) << from << " " << to << " " << size;
      }
    }
  }
}

TYPED_TEST(MemKernelsTest, FillWritesItsRangeAndNothingElse) {
  for (std::size_t to = 0; to < kAlignments; ++to) {
    for (std::size_t size = 0; size <= kSizeMax; ++size) {
      Bytes bytes = Pattern(to + size + kAlignments);
      Bytes expected = bytes;
      std::fill_n(&expected[to], size, std::byte{201});
      TypeParam::Fill(&bytes[to], std::byte{201}, size);
      ASSERT_EQ(bytes, expected) << to << " " << size;
    }
  }
}

TYPED_TEST(MemKernelsTest, CompareGoesByTheFirstDifference) {
  for (std::size_t size = 0; size <= 140; ++size) {
    for (std::size_t shift = 0; shift < 9; ++shift) {
      Bytes a = Pattern(size + 1);
      Bytes b(shift, std::byte{0});
      b.insert(b.end(), a.begin(), a.end());
      // What follows the ranges differs and does not count.
      a[size] = std::byte{1};
      b[shift + size] = std::byte{2};
      ASSERT_EQ(TypeParam::Compare(a.data(), &b[shift], size), 0);
      for (std::size_t i = 0; i < size; ++i) {
        // The bytes behind the first difference say the opposite.
        const Bytes kept = b;
        b[shift + i] = std::byte{255};
        a[i] = std::byte{127};
        if (i + 1 < size) b[shift + i + 1] = std::byte{0};
        ASSERT_EQ(TypeParam::Compare(a.data(), &b[shift], size), -1);
        ASSERT_EQ(TypeParam::Compare(&b[shift], a.data(), size), 1);
        b = kept;
        a[i] = b[shift + i];
      }
    }
  }
}

TYPED_TEST(MemKernelsTest, FindByteFindsTheFirstInItsRange) {
  constexpr std::byte kWanted{128};
  for (std::size_t offset = 0; offset < kAlignments; ++offset) {
    for (std::size_t size = 0; size <= 170; ++size) {
      Bytes bytes(offset + size + kVectorSlackBytes, std::byte{129});
      std::byte* const range = &bytes[offset];
      // One before the range and one behind it do not count.
      if (offset > 0) bytes[offset - 1] = kWanted;
      range[size] = kWanted;
      ASSERT_GE(TypeParam::FindByte(range, 0, size, kWanted), size);
      for (std::size_t i = size; i-- > 0;) {
        range[i] = kWanted;  // and all behind it
        ASSERT_EQ(TypeParam::FindByte(range, 0, size, kWanted), i);
        ASSERT_EQ(TypeParam::FindByte(range, i, size, kWanted), i);
        ASSERT_EQ(TypeParam::FindByte(range, i / 2, size, kWanted), i);
        ASSERT_EQ(TypeParam::FindByteNear(range, kWanted),
                  std::min(i, TypeParam::kNearBytes));
      }
    }
  }
}

TYPED_TEST(MemKernelsTest, FindLastByteFindsTheLastInItsRange) {
  constexpr std::byte kWanted{0};
  for (std::size_t offset = 1; offset < kAlignments; ++offset) {
    for (std::size_t size = 0; size <= 300; size += size < 140 ? 1 : 7) {
      Bytes bytes(offset + size + kVectorSlackBytes, std::byte{1});
      std::byte* const range = &bytes[offset];
      bytes[offset - 1] = kWanted;
      range[size] = kWanted;
      ASSERT_EQ(TypeParam::FindLastByte(range, size, kWanted), size);
      for (std::size_t i = 0; i < size; ++i) {
        range[i] = kWanted;  // and all before it
        ASSERT_EQ(TypeParam::FindLastByte(range, size, kWanted), i);
      }
    }
  }
}

}  // namespace
}  // namespace kheap::machine
