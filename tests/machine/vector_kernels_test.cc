// SPDX-License-Identifier: Apache-2.0
//
// The vector kernels for every kind of vector that this processor has.

#include <hwy/targets.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "machine/vector_copy.h"
#include "machine/vector_scan.h"

namespace kheap::machine {
namespace {

// More than the longest way through a kernel: near vectors and two strides.
constexpr std::size_t kSize = 900;

using Bytes = std::vector<std::byte>;

class VectorKernelsTest : public testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override {
    hwy::SetSupportedTargetsForTest(GetParam());
    vector_scan::ChooseKernels();
    vector_copy::ChooseKernels();
  }
  void TearDown() override {
    hwy::SetSupportedTargetsForTest(0);
    vector_scan::ChooseKernels();
    vector_copy::ChooseKernels();
  }
};

// Runs `check(bytes, i)` with a stop byte at each index and at none (kSize) of
// ranges at several alignments, behind which everything is a stop.
template <typename Check>
void ForEachStop(std::byte other, std::byte stop, Check check) {
  for (const std::size_t offset : {0, 1, 13, 31, 63}) {
    Bytes bytes(offset + kSize + kVectorSlackBytes, other);
    std::byte* const range = &bytes[offset];
    std::fill(range + kSize, bytes.data() + bytes.size(), stop);
    check(range, kSize);
    for (std::size_t i = kSize; i-- > 0;) {
      range[i] = stop;
      check(range, i);
      range[i] = other;
    }
  }
}

void ExpectIndex(std::size_t found, std::size_t index, std::size_t size) {
  if (index < size) {
    ASSERT_EQ(found, index);
  } else {
    ASSERT_GE(found, size);
  }
}

TEST_P(VectorKernelsTest, FindBytes) {
  ForEachStop(std::byte{129}, std::byte{128},
              [](const std::byte* bytes, std::size_t i) {
                for (const std::size_t begin : {std::size_t{0}, i / 2, i}) {
                  ExpectIndex(ScanForByte(bytes, begin, kSize, std::byte{128}),
                              i, kSize);
                }
                ExpectIndex(ScanForByte(bytes, 0, i, std::byte{128}), kSize, i);
                ASSERT_EQ(ScanBackForByte(bytes, kSize, std::byte{128}), i);
                ASSERT_EQ(ScanBackForByte(bytes, i, std::byte{128}), i);
              });
}

TEST_P(VectorKernelsTest, FindBytesOrZeros) {
  for (const std::byte stop : {std::byte{0}, std::byte{'x'}}) {
    ForEachStop(
        std::byte{128}, stop, [](const std::byte* bytes, std::size_t i) {
          ExpectIndex(ScanForByteOrZero(bytes, 0, kSize, std::byte{'x'}), i,
                      kSize);
          ExpectIndex(ScanForByteOrZero(bytes, i, kSize, std::byte{'x'}), i,
                      kSize);
        });
  }
}

TEST_P(VectorKernelsTest, FindDifferencesAndEnds) {
  const Bytes others(kSize + 2 * kVectorSlackBytes, std::byte{'a'});
  const Bytes upper_case(kSize + 2 * kVectorSlackBytes, std::byte{'A'});
  for (const std::byte stop : {std::byte{0}, std::byte{'b'}}) {
    ForEachStop(
        std::byte{'a'}, stop, [&](const std::byte* bytes, std::size_t i) {
          ExpectIndex(ScanForDifferenceOrZero(bytes, &others[3], 0, kSize), i,
                      kSize);
          ExpectIndex(ScanForDifferenceOrZero(&others[3], bytes, 0, kSize), i,
                      kSize);
          ExpectIndex(
              ScanForCaseDifferenceOrZero(bytes, &upper_case[3], 0, kSize), i,
              kSize);
        });
  }
}

TEST_P(VectorKernelsTest, FindEqualEnds) {
  ForEachStop(
      std::byte{'a'}, std::byte{0}, [](const std::byte* bytes, std::size_t i) {
        ExpectIndex(ScanForDifferenceOrZero(bytes, bytes, 0, kSize), i, kSize);
        ExpectIndex(ScanForCaseDifferenceOrZero(bytes, bytes, 0, kSize), i,
                    kSize);
      });
}

TEST_P(VectorKernelsTest, FindBytePairs) {
  for (const std::size_t distance : {0, 1, 7, 64, 150}) {
    Bytes bytes(kSize + distance + kVectorSlackBytes, std::byte{'f'});
    // One half of the pair, everywhere.
    for (std::size_t i = 0; i < kSize; ++i) {
      bytes[i + distance] = std::byte{'s'};
      if (distance == 0) {
        ASSERT_EQ(ScanForBytePair(bytes.data(), 0, kSize, 0, std::byte{'s'},
                                  std::byte{'s'}),
                  i);
      } else {
        ASSERT_EQ(ScanForBytePair(bytes.data(), 0, kSize, distance,
                                  std::byte{'f'}, std::byte{'s'}),
                  i);
      }
      bytes[i + distance] = std::byte{'f'};
    }
    ASSERT_GE(ScanForBytePair(bytes.data(), 0, kSize, distance, std::byte{'f'},
                              std::byte{'s'}),
              kSize);
  }
}

TEST_P(VectorKernelsTest, CopyStringsThatEndInTime) {
  for (std::size_t length = 0; length <= 400; ++length) {
    Bytes source(length + kVectorSlackBytes, std::byte{'a'});
    source[length] = std::byte{0};
    for (const std::size_t room : {length, length + 1, length + 500}) {
      Bytes copy(length + 200, std::byte{'!'});
      Bytes expected = copy;
      if (CopyShortString(&copy[9], source.data(), room) < room) {
        std::copy_n(source.data(), length + 1, &expected[9]);
      } else {
        // Nothing is too long for the five vectors of 16 bytes and more.
        ASSERT_TRUE(length >= room || length >= 5 || GetParam() == HWY_SCALAR);
      }
      ASSERT_EQ(copy, expected) << length << " " << room;
    }
  }
}

std::vector<std::int64_t> Targets() {
  hwy::SetSupportedTargetsForTest(0);
  return hwy::SupportedAndGeneratedTargets();
}

INSTANTIATE_TEST_SUITE_P(AllVectors, VectorKernelsTest,
                         testing::ValuesIn(Targets()),
                         [](const testing::TestParamInfo<std::int64_t>& info) {
                           return std::string(hwy::TargetName(info.param));
                         });

}  // namespace
}  // namespace kheap::machine
