// SPDX-License-Identifier: Apache-2.0
#include "machine/reserved_memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap::machine {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::size_t kGiB = 1024 * kMiB;
constexpr std::byte kMark{90};

bool IsFilled(const ReservedMemory& memory, std::size_t begin, std::size_t end,
              std::byte value) {
  return std::all_of(memory.data() + begin, memory.data() + end,
                     [value](std::byte byte) { return byte == value; });
}

ReservedMemory ReserveAndCommit(std::size_t size_bytes) {
  auto memory = ReservedMemory::Reserve(size_bytes);
  EXPECT_TRUE(memory.has_value());
  EXPECT_TRUE(memory->Commit(size_bytes));
  return *std::move(memory);
}

TEST(ReservedMemoryTest, NothingIsCommittedAtFirst) {
  const auto memory = ReservedMemory::Reserve(3 * kMiB);
  ASSERT_TRUE(memory.has_value());
  EXPECT_EQ(memory->size(), 3 * kMiB);
  EXPECT_EQ(memory->committed(), 0u);
}

TEST(ReservedMemoryTest, CommittedBytesAreZeroAndWritable) {
  const ReservedMemory memory = ReserveAndCommit(2 * kMiB + 4096);
  EXPECT_TRUE(IsFilled(memory, 0, memory.size(), std::byte{0}));
  std::fill_n(memory.data(), memory.size(), kMark);
  EXPECT_TRUE(IsFilled(memory, 0, memory.size(), kMark));
}

TEST(ReservedMemoryTest, CommittingMoreKeepsBytesAndPlace) {
  auto memory = ReservedMemory::Reserve(64 * kMiB);
  ASSERT_TRUE(memory.has_value() && memory->Commit(kMiB));
  std::byte* const data = memory->data();
  std::fill_n(data, kMiB, kMark);
  ASSERT_TRUE(memory->Commit(64 * kMiB));
  EXPECT_EQ(memory->data(), data);
  EXPECT_TRUE(IsFilled(*memory, 0, kMiB, kMark));
  EXPECT_TRUE(IsFilled(*memory, kMiB, 64 * kMiB, std::byte{0}));
}

TEST(ReservedMemoryTest, CommittingLessChangesNothing) {
  ReservedMemory memory = ReserveAndCommit(2 * kMiB);
  EXPECT_TRUE(memory.Commit(1));
  EXPECT_EQ(memory.committed(), 2 * kMiB);
}

TEST(ReservedMemoryTest, SixtyFourGiBCostAddressSpaceOnly) {
  auto memory = ReservedMemory::Reserve(64 * kGiB);
  ASSERT_TRUE(memory.has_value());
  ASSERT_TRUE(memory->Commit(64 * kGiB));
  memory->data()[64 * kGiB - 1] = kMark;
  EXPECT_EQ(memory->data()[0], std::byte{0});
  EXPECT_EQ(memory->data()[64 * kGiB - 1], kMark);
}

TEST(ReservedMemoryTest, AnImpossibleSizeIsRefused) {
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  EXPECT_FALSE(ReservedMemory::Reserve(kMax).has_value());
  EXPECT_FALSE(ReservedMemory::Reserve(kMax / 2).has_value());
}

// In a child process, because the limit cannot be lifted again. Exit status 0
// if a refused commit left everything as it was, or if the host takes no limit,
// as QEMU does not.
[[noreturn]] void CommitBeyondTheDataLimit() {
  auto memory = ReservedMemory::Reserve(64 * kGiB);
  if (!memory.has_value() || !memory->Commit(kMiB)) _exit(1);
  memory->data()[0] = kMark;
  const rlimit limit{.rlim_cur = kGiB, .rlim_max = kGiB};
  if (setrlimit(RLIMIT_DATA, &limit) != 0) _exit(2);
  rlimit taken{};
  if (getrlimit(RLIMIT_DATA, &taken) != 0) _exit(2);
  if (taken.rlim_cur != limit.rlim_cur) _exit(0);
  if (memory->Commit(64 * kGiB)) _exit(3);
  if (memory->committed() != kMiB || memory->data()[0] != kMark) _exit(4);
  _exit(0);
}

TEST(ReservedMemoryDeathTest, ARefusedCommitChangesNothing) {
  EXPECT_EXIT(CommitBeyondTheDataLimit(), testing::ExitedWithCode(0), "");
}

TEST(ReservedMemoryDeathTest, UncommittedMemoryCannotBeTouched) {
  auto memory = ReservedMemory::Reserve(64 * kMiB);
  ASSERT_TRUE(memory.has_value() && memory->Commit(kMiB));
  volatile std::byte* const beyond = memory->data() + 32 * kMiB;
  EXPECT_DEATH(*beyond = kMark, "");
}

TEST(ReservedMemoryDeathTest, RangesBeyondTheMemoryAreOurOwnMistake) {
  ReservedMemory memory = ReserveAndCommit(kMiB);
  EXPECT_DEATH(static_cast<void>(memory.Commit(kMiB + 1)), "can be committed");
  EXPECT_DEATH(memory.Discard(0, kMiB + 1), "can be discarded");
  EXPECT_DEATH(memory.Discard(2, 1), "can be discarded");
}

TEST(ReservedMemoryTest, MovingHandsTheMemoryOver) {
  ReservedMemory first = ReserveAndCommit(kMiB);
  first.data()[0] = kMark;
  ReservedMemory second = std::move(first);
  EXPECT_EQ(second.data()[0], kMark);
  ReservedMemory third = ReserveAndCommit(2 * kMiB);
  third = std::move(second);
  EXPECT_EQ(third.size(), kMiB);
  EXPECT_EQ(third.data()[0], kMark);
}

// Ranges around the 64 KiB page and the size from which pages are given back.
RC_GTEST_PROP(ReservedMemoryTest, DiscardZeroesTheRangeAndNothingElse, ()) {
  constexpr std::size_t kSize = 8 * 65536 + 4096;
  ReservedMemory memory = ReserveAndCommit(kSize);
  std::fill_n(memory.data(), kSize, kMark);
  const auto edge = [] {
    return *rc::gen::inRange<std::size_t>(0, 9) * 65536 +
           *rc::gen::elementOf(std::vector<std::size_t>{0, 1, 4095, 4096});
  };
  const std::size_t a = std::min(edge(), kSize);
  const std::size_t b = std::min(edge(), kSize);
  const std::size_t begin = std::min(a, b);
  const std::size_t end = std::max(a, b);
  memory.Discard(begin, end);
  RC_ASSERT(IsFilled(memory, 0, begin, kMark));
  RC_ASSERT(IsFilled(memory, begin, end, std::byte{0}));
  RC_ASSERT(IsFilled(memory, end, kSize, kMark));
  RC_ASSERT(memory.committed() == kSize);
}

TEST(ReservedMemoryTest, ProtectedBytesStayReadable) {
  ReservedMemory memory = ReserveAndCommit(kMiB);
  memory.data()[65536] = kMark;
  for (const Protection protection :
       {Protection::kRead, Protection::kReadExecute, Protection::kReadWrite}) {
    ASSERT_TRUE(memory.Protect(65536, 2 * 65536, protection));
    EXPECT_EQ(memory.data()[65536], kMark);
  }
  memory.data()[65536] = std::byte{1};
  EXPECT_EQ(memory.data()[65536], std::byte{1});
}

}  // namespace
}  // namespace kheap::machine
