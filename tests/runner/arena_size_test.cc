// SPDX-License-Identifier: Apache-2.0
#include "runner/arena_size.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"
#include "kmalloc/directory_layout.h"

namespace kheap {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} * 1024 * 1024;
constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

absl::Status Explain(std::uint64_t capacity_bytes, std::uint64_t stack_bytes,
                     std::uint64_t data_bytes = 0) {
  return ExplainRefusal({.capacity_bytes = capacity_bytes,
                         .stack_bytes = stack_bytes,
                         .data_bytes = data_bytes},
                        absl::InvalidArgumentError("as it was"));
}

TEST(ArenaSizeTest, TheLeastArenaIsTold) {
  const absl::Status status = Explain(1000, 8 * kMebibyte);
  EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
  EXPECT_FALSE(IsAboutStack(status));
  const std::string message(status.message());
  const std::size_t begin = message.rfind('(') + 1;
  const std::uint64_t least = std::stoull(message.substr(begin)) * kMebibyte;
  // It is the least one: a mebibyte less is too little, and it is enough.
  EXPECT_EQ(Explain(least - kMebibyte, 8 * kMebibyte).code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(Explain(least, 8 * kMebibyte).message(), "as it was");
}

TEST(ArenaSizeTest, AStackForWhichNoArenaIsEnoughIsTold) {
  for (const std::uint64_t stack_bytes :
       {kAllocatorCapacityMax, kAllocatorCapacityMax - kMebibyte, kLargest}) {
    const absl::Status status = Explain(1024 * kMebibyte, stack_bytes);
    EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
    EXPECT_TRUE(IsAboutStack(status));
    EXPECT_EQ(status.message(),
              "a stack of " + std::to_string(stack_bytes) +
                  " bytes leaves no room in the largest arena, of 68719476736 "
                  "bytes");
  }
  // It is no matter of the stack where there is no room without it either.
  const absl::Status status =
      Explain(1024 * kMebibyte, kAllocatorCapacityMax, kAllocatorCapacityMax);
  EXPECT_EQ(status.message(), "as it was");
  EXPECT_FALSE(IsAboutStack(status));
}

TEST(ArenaSizeTest, AnArenaAboveEveryLimitIsNotTooSmall) {
  constexpr std::uint64_t kTebibyte = 1024 * 1024 * kMebibyte;
  for (const std::uint64_t capacity_bytes :
       {kAllocatorCapacityMax, kTebibyte, kTebibyte + 1, kTebibyte + 4096,
        kLargest}) {
    EXPECT_EQ(Explain(capacity_bytes, 8 * kMebibyte).message(), "as it was")
        << capacity_bytes;
  }
}

}  // namespace
}  // namespace kheap
