// SPDX-License-Identifier: Apache-2.0
//
// HostStringMem and FastStringMem, each against loops over bytes.

#include <algorithm>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "machine/fast_string_mem.h"
#include "machine/host_string_mem.h"

namespace kheap::machine {
namespace {

constexpr std::size_t kLengthMax = 170;

using Bytes = std::vector<std::byte>;

Bytes Characters(std::string_view text, std::size_t repeat_to) {
  Bytes bytes(repeat_to + kVectorSlackBytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(text[i % text.size()]);
  }
  return bytes;
}

template <typename StringMem>
class StringKernelsTest : public testing::Test {};
using Kernels = testing::Types<HostStringMem, FastStringMem>;
TYPED_TEST_SUITE(StringKernelsTest, Kernels);

TYPED_TEST(StringKernelsTest, FindEndFindsTheFirstZero) {
  for (std::size_t offset = 0; offset < 16; ++offset) {
    Bytes bytes = Characters("\x80\x01\x7f\xff", offset + kLengthMax);
    std::byte* const string = &bytes[offset];
    ASSERT_GE(TypeParam::FindEnd(string, 0, kLengthMax), kLengthMax);
    for (std::size_t i = kLengthMax; i-- > 0;) {
      string[i] = std::byte{0};  // and all behind it
      ASSERT_EQ(TypeParam::FindEnd(string, 0, kLengthMax), i);
      ASSERT_EQ(TypeParam::FindEnd(string, i, kLengthMax), i);
      ASSERT_GE(TypeParam::FindEnd(string, 0, i), i);
      ASSERT_EQ(TypeParam::FindEndNear(string),
                std::min(i, TypeParam::kNearBytes));
    }
  }
}

TYPED_TEST(StringKernelsTest, FindByteOrEndStopsAtEither) {
  for (const std::byte stop : {std::byte{'x'}, std::byte{0}}) {
    for (std::size_t offset = 0; offset < 16; ++offset) {
      Bytes bytes = Characters("y\x80w", offset + kLengthMax);
      std::byte* const string = &bytes[offset];
      constexpr std::byte kWanted{'x'};
      ASSERT_GE(TypeParam::FindByteOrEnd(string, 0, kLengthMax, kWanted),
                kLengthMax);
      for (std::size_t i = kLengthMax; i-- > 0;) {
        string[i] = stop;
        ASSERT_EQ(TypeParam::FindByteOrEnd(string, 0, kLengthMax, kWanted), i);
        ASSERT_EQ(TypeParam::FindByteOrEnd(string, i, kLengthMax, kWanted), i);
        ASSERT_EQ(TypeParam::FindByteOrEndNear(string, kWanted),
                  std::min(i, TypeParam::kNearBytes));
      }
    }
  }
}

TYPED_TEST(StringKernelsTest, FindDifferenceOrEndStopsAtEither) {
  for (std::size_t offset = 0; offset < 16; ++offset) {
    const Bytes original = Characters("ab\x80\xff", kLengthMax);
    for (std::size_t i = 0; i < kLengthMax; ++i) {
      Bytes a = original;
      Bytes b(offset, std::byte{'!'});
      b.insert(b.end(), original.begin(), original.end());
      a[kLengthMax - 1] = b[offset + kLengthMax - 1] = std::byte{0};
      const auto expect = [&](std::size_t index) {
        const std::byte* const other = &b[offset];
        ASSERT_EQ(
            TypeParam::FindDifferenceOrEnd(a.data(), other, 0, kLengthMax),
            index);
        ASSERT_EQ(TypeParam::FindDifferenceOrEndNear(a.data(), other),
                  std::min(index, TypeParam::kNearBytes));
      };
      expect(kLengthMax - 1);
      a[i] = std::byte{0};  // only one ends
      expect(i);
      b[offset + i] = std::byte{0};  // both end
      expect(i);
      a[i] = std::byte{1};  // only the other ends
      expect(i);
    }
  }
}

int Lower(int c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; }

TYPED_TEST(StringKernelsTest, CaseIsThatOfTheAsciiLettersForAllPairs) {
  for (const std::size_t at : {0, 5, 8, 37, 100}) {
    Bytes a = Characters("aZmQ@[`{", 128);
    Bytes b = Characters("AzMq@[`{", 128);
    for (int x = 0; x < 256; ++x) {
      for (int y = 0; y < 256; ++y) {
        a[at] = static_cast<std::byte>(x);
        b[at] = static_cast<std::byte>(y);
        const bool stops = x == 0 || Lower(x) != Lower(y);
        const std::size_t i =
            TypeParam::FindCaseDifferenceOrEnd(a.data(), b.data(), 0, 128);
        ASSERT_EQ(i == at, stops) << x << " " << y;
        ASSERT_TRUE(stops || i >= 128);
        if (at < TypeParam::kNearBytes) {
          ASSERT_EQ(
              TypeParam::FindCaseDifferenceOrEndNear(a.data(), b.data()) == at,
              stops);
        }
      }
    }
  }
}

TYPED_TEST(StringKernelsTest, CompareUpToHasTheSignOfTheFirstDifference) {
  for (std::size_t length = 0; length <= 100; ++length) {
    Bytes a = Characters("ab\x80\xff", length + 1);
    a[length] = std::byte{0};
    for (std::size_t i = 0; i <= length; ++i) {
      Bytes b = a;
      ASSERT_EQ(TypeParam::CompareUpTo(a.data(), b.data(), 1000), 0);
      b[i] = std::byte{'!'};  // below all others but the zero
      const int order = i == length ? -1 : 1;
      ASSERT_EQ(TypeParam::CompareUpTo(a.data(), b.data(), 1000), order);
      ASSERT_EQ(TypeParam::CompareUpTo(b.data(), a.data(), i + 1), -order);
      ASSERT_EQ(TypeParam::CompareUpTo(a.data(), b.data(), i), 0);
    }
  }
}

TYPED_TEST(StringKernelsTest, FindLastFindsTheLastInTheString) {
  for (std::size_t length = 0; length <= 200; ++length) {
    Bytes bytes = Characters("ab", length + 1);
    bytes[length] = std::byte{0};
    bytes[length + 1] = std::byte{'x'};  // behind the end
    ASSERT_EQ(TypeParam::FindLast(bytes.data(), std::byte{'x'}), nullptr);
    ASSERT_EQ(TypeParam::FindLast(bytes.data(), std::byte{0}), &bytes[length]);
    for (std::size_t i = 0; i < length; ++i) {
      bytes[i] = std::byte{'x'};  // and all before it
      ASSERT_EQ(TypeParam::FindLast(bytes.data(), std::byte{'x'}), &bytes[i]);
    }
  }
}

TYPED_TEST(StringKernelsTest, CopyWritesTheStringAndItsZero) {
  for (std::size_t offset = 0; offset < 8; ++offset) {
    for (std::size_t length = 0; length <= 400; ++length) {
      Bytes source = Characters("string", length + 1);
      source[length] = std::byte{0};
      Bytes copy(offset + length + 100, std::byte{'!'});
      Bytes expected = copy;
      std::copy_n(source.data(), length + 1, &expected[offset]);
      ASSERT_EQ(TypeParam::Copy(&copy[offset], source.data()),
                &copy[offset + length]);
      ASSERT_EQ(copy, expected) << length;
    }
  }
}

TYPED_TEST(StringKernelsTest, CopyIfShortWritesAllOrNothing) {
  for (std::size_t length = 0; length <= 400; ++length) {
    for (const std::size_t room :
         {std::size_t{0}, length - (length > 0), length, length + 1,
          length + 70, std::size_t{100000}}) {
      Bytes source = Characters("string", length + 1);
      source[length] = std::byte{0};
      Bytes copy(length + 700, std::byte{'!'});
      Bytes expected = copy;
      const std::size_t result =
          TypeParam::CopyIfShort(&copy[7], source.data(), room);
      if (result < room) {
        ASSERT_EQ(result, length);
        std::copy_n(source.data(), length + 1, &expected[7]);
      } else {
        ASSERT_TRUE(length >= room || length >= 16);
      }
      ASSERT_EQ(copy, expected) << length << " " << room;
    }
  }
}

TYPED_TEST(StringKernelsTest, CopyIfShortMayOverlap) {
  for (std::size_t length = 0; length <= 320; length += 3) {
    for (std::size_t to = 0; to <= 200; ++to) {
      Bytes bytes = Characters("overlapping", 900);
      bytes[100 + length] = std::byte{0};
      Bytes expected = bytes;
      std::copy_n(&bytes[100], length + 1, &expected[to]);
      if (TypeParam::CopyIfShort(&bytes[to], &bytes[100], 500) < 500) {
        ASSERT_EQ(bytes, expected) << length << " " << to;
      }
    }
  }
}

TYPED_TEST(StringKernelsTest, CopyPaddedFillsExactlyItsSize) {
  for (std::size_t length = 0; length <= 80; ++length) {
    for (std::size_t size = 0; size <= 160; ++size) {
      Bytes source = Characters("string", length + 1);
      source[length] = std::byte{0};
      Bytes copy(size + 64, std::byte{'!'});
      Bytes expected = copy;
      const std::size_t kept = std::min(length, size);
      std::fill_n(&expected[5], size, std::byte{0});
      std::copy_n(source.data(), kept, &expected[5]);
      ASSERT_EQ(TypeParam::CopyPadded(&copy[5], source.data(), size),
                &copy[5 + kept]);
      ASSERT_EQ(copy, expected);
    }
  }
}

}  // namespace
}  // namespace kheap::machine
