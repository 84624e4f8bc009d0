// SPDX-License-Identifier: Apache-2.0
#include "machine/limb_shift.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/bit_reference.h"

namespace kheap::machine {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kGuardBytes = 64;

// Every kernel of this processor, and at last the functions that choose one.
std::vector<LimbShiftKernel> AllKernels() {
  std::vector<LimbShiftKernel> kernels = RunnableLimbShiftKernels();
  kernels.push_back({"chosen",
                     [](std::byte* destination, const std::byte* source,
                        std::size_t size_bytes, int count) {
                       ShiftLeft(destination, source, size_bytes, count);
                     },
                     [](std::byte* destination, const std::byte* source,
                        std::size_t size_bytes, int count) {
                       ShiftRight(destination, source, size_bytes, count);
                     }});
  return kernels;
}

// A number at a given alignment and distance from its destination, with guard
// bytes around both.
class Workspace {
 public:
  // The destination lies `distance` bytes above the source (below it where
  // that is negative).
  Workspace(std::span<const std::byte> number, std::size_t misalignment,
            std::int64_t distance)
      : size_bytes_(number.size()),
        bytes_(number.size() + 2 * kGuardBytes + 2 * kAlignment +
                   static_cast<std::size_t>(std::abs(distance)),
               std::byte{0xA5}) {
    const auto begin = reinterpret_cast<std::uintptr_t>(bytes_.data());
    const std::size_t low = kGuardBytes +
                            (kAlignment - begin % kAlignment) % kAlignment +
                            misalignment;
    source_ =
        low + static_cast<std::size_t>(std::max<std::int64_t>(-distance, 0));
    destination_ =
        low + static_cast<std::size_t>(std::max<std::int64_t>(distance, 0));
    std::copy(number.begin(), number.end(), bytes_.begin() + source_);
  }

  // Whether `shift` writes `expected` to the destination and nothing else.
  bool Gives(const Bytes& expected, LimbShift* shift, int count) {
    Bytes expected_bytes = bytes_;
    std::copy(expected.begin(), expected.end(),
              expected_bytes.begin() + destination_);
    shift(bytes_.data() + destination_, bytes_.data() + source_, size_bytes_,
          count);
    return bytes_ == expected_bytes;
  }

 private:
  std::size_t size_bytes_;
  std::size_t source_;
  std::size_t destination_;
  Bytes bytes_;
};

// Checks both directions of every kernel at the given distances (a left shift
// goes up, a right shift down).
void Check(std::size_t size_bytes, int count, std::size_t misalignment,
           std::int64_t distance, const std::vector<LimbShiftKernel>& kernels) {
  const Bytes number = PatternBytes(size_bytes, size_bytes + 1);
  const Bytes left = ShiftedBitByBit(number, count);
  const Bytes right = ShiftedBitByBit(number, -count);
  for (const LimbShiftKernel& kernel : kernels) {
    EXPECT_TRUE(Workspace(number, misalignment, distance)
                    .Gives(left, kernel.left, count))
        << kernel.name << " left by " << count << ", " << size_bytes
        << " bytes, misaligned by " << misalignment << ", to " << distance;
    EXPECT_TRUE(Workspace(number, misalignment, -distance)
                    .Gives(right, kernel.right, count))
        << kernel.name << " right by " << count << ", " << size_bytes
        << " bytes, misaligned by " << misalignment << ", to " << -distance;
  }
}

TEST(LimbShiftTest, EveryCountAndAlignmentOfEveryShortSizeInPlace) {
  const auto kernels = AllKernels();
  for (std::size_t size_bytes = 0; size_bytes <= 40; ++size_bytes) {
    for (int count = 1; count <= 63; ++count) {
      for (std::size_t above = 0; above < kAlignment; ++above) {
        Check(size_bytes, count, above, 0, kernels);
      }
    }
  }
}

TEST(LimbShiftTest, EveryCountOfEveryMediumSizeInPlace) {
  const auto kernels = AllKernels();
  for (std::size_t size_bytes = 41; size_bytes <= 140; ++size_bytes) {
    for (int count = 1; count <= 63; ++count) {
      Check(size_bytes, count, size_bytes % kAlignment, 0, kernels);
    }
  }
}

TEST(LimbShiftTest, EveryAlignmentWhereLongNumbersBegin) {
  const auto kernels = AllKernels();
  for (std::size_t size_bytes = 180; size_bytes <= 340; ++size_bytes) {
    const int count = 1 + static_cast<int>(size_bytes * 13 % 63);
    for (std::size_t above = 0; above < kAlignment; ++above) {
      Check(size_bytes, count, above, 0, kernels);
    }
  }
}

TEST(LimbShiftTest, EveryLongSizeInPlace) {
  const auto kernels = AllKernels();
  for (std::size_t size_bytes = 300; size_bytes <= 900; ++size_bytes) {
    const int count = 1 + static_cast<int>(size_bytes * 29 % 63);
    Check(size_bytes, count, size_bytes * 7 % kAlignment, 0, kernels);
  }
}

TEST(LimbShiftTest, EveryDistanceOfOverlappingRanges) {
  const auto kernels = AllKernels();
  for (std::int64_t distance = 1; distance <= 130; ++distance) {
    for (const std::size_t size_bytes :
         {1, 7, 8, 13, 40, 64, 71, 129, 200, 515}) {
      const int count = 1 + static_cast<int>(distance * 11 % 63);
      const auto misalignment =
          static_cast<std::size_t>(distance) * 5 % kAlignment;
      Check(size_bytes, count, misalignment, distance, kernels);
    }
  }
}

TEST(LimbShiftTest, DisjointRanges) {
  const auto kernels = AllKernels();
  for (std::size_t size_bytes = 0; size_bytes <= 260; ++size_bytes) {
    Check(size_bytes, 17, 3, 300, kernels);
    // Apart, the direction of the distance does not matter.
    Check(size_bytes, 17, 3, -300, kernels);
  }
}

TEST(LimbShiftTest, KernelsHaveNamesOfTheirOwnAndTheChosenIsFirst) {
  std::vector<std::string> names;
  for (const LimbShiftKernel& kernel : RunnableLimbShiftKernels()) {
    names.emplace_back(kernel.name);
  }
  ASSERT_FALSE(names.empty());
  std::byte number[8] = {};
  ShiftLeft(number, number, sizeof(number), 1);
  ShiftRight(number, number, sizeof(number), 1);
  EXPECT_EQ(internal::chosen_shift_left.load(),
            RunnableLimbShiftKernels().front().left);
  EXPECT_EQ(internal::chosen_shift_right.load(),
            RunnableLimbShiftKernels().front().right);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace kheap::machine
