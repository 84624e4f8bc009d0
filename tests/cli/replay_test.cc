// SPDX-License-Identifier: Apache-2.0
#include "cli/replay.h"

#include <string>
#include <vector>

#include "cli/trace_file.h"
#include "gtest/gtest.h"
#include "tests/support/heaps.h"

namespace kheap::cli {
namespace {

using Kind = TraceOperation::Kind;

constexpr MallocPolicy kPolicies[] = {MallocPolicy::kPages,
                                      MallocPolicy::kTags};

Trace MakeTrace(std::uint64_t id_count,
                const std::vector<TraceOperation>& operations) {
  Trace trace;
  trace.name = "made";
  trace.id_count = id_count;
  trace.operations = operations;
  return trace;
}

absl::StatusOr<VerifiedReplay> Verify(const Trace& trace,
                                      const ProcessOptions& options,
                                      const CheckOptions& checks = {}) {
  Progress progress(nullptr);
  return ReplayVerified(trace, options, checks, progress);
}

TEST(ReplayTest, EndsWithWhatTheTraceLeavesLive) {
  const Trace trace = MakeTrace(4, {{Kind::kAllocate, 0, 100},
                                    {Kind::kAllocate, 1, 0},
                                    {Kind::kAllocate, 2, 5000},
                                    {Kind::kReallocate, 0, 3000},
                                    {Kind::kReallocate, 2, 17},
                                    {Kind::kAllocate, 3, 64},
                                    {Kind::kFree, 1, 0},
                                    {Kind::kReallocate, 3, 0},
                                    {Kind::kFree, 3, 0}});
  for (const MallocPolicy policy : kPolicies) {
    for (const bool checked : {false, true}) {
      const auto replay = Verify(
          trace, {.heap = SmallHeapOptions(checked), .malloc_policy = policy},
          {.interval = 1});
      ASSERT_TRUE(replay.ok()) << replay.status();
      EXPECT_EQ(replay->stats.live_blocks, 2u);
      EXPECT_GE(replay->stats.live_bytes, 3017u);
      EXPECT_EQ(replay->check_count, 9u);
    }
  }
}

TEST(ReplayTest, ANullIdIsReallocatedAndAllocatedAnew) {
  const Trace trace = MakeTrace(1, {{Kind::kAllocate, 0, 8},
                                    {Kind::kReallocate, 0, 0},
                                    {Kind::kReallocate, 0, 24},
                                    {Kind::kReallocate, 0, 0},
                                    {Kind::kReallocate, 0, 0},
                                    {Kind::kReallocate, 0, 0},
                                    {Kind::kAllocate, 0, 48}});
  const auto replay =
      Verify(trace, {.heap = SmallHeapOptions(false)}, {.interval = 1});
  ASSERT_TRUE(replay.ok()) << replay.status();
  EXPECT_EQ(replay->stats.live_blocks, 1u);
}

TEST(ReplayTest, ChecksAsOftenAsAsked) {
  const Trace trace = MakeTrace(1, {{Kind::kAllocate, 0, 8},
                                    {Kind::kFree, 0, 0},
                                    {Kind::kAllocate, 0, 8},
                                    {Kind::kFree, 0, 0},
                                    {Kind::kAllocate, 0, 8}});
  const auto checks_of = [&](const CheckOptions& checks) {
    return Verify(trace, {.heap = SmallHeapOptions(false)}, checks)
        ->check_count;
  };
  EXPECT_EQ(checks_of({.interval = 0, .at_end = false}), 0u);
  EXPECT_EQ(checks_of({.interval = 0, .at_end = true}), 1u);
  EXPECT_EQ(checks_of({.interval = 2, .at_end = true}), 3u);
  EXPECT_EQ(checks_of({.interval = 5, .at_end = true}), 1u);
  EXPECT_EQ(checks_of({.interval = 99, .at_end = true}), 1u);
}

TEST(ReplayTest, AnArenaThatIsTooSmallIsAnErrorAtTheOperation) {
  const ProcessOptions options = {.heap = SmallHeapOptions(false)};
  Progress progress(nullptr);
  for (const Kind kind : {Kind::kAllocate, Kind::kReallocate}) {
    const Trace trace =
        MakeTrace(2, {{Kind::kAllocate, 0, 8},
                      {Kind::kAllocate, 1, 8},
                      {Kind::kFree, 1, 0},
                      {kind, kind == Kind::kAllocate ? 1u : 0u, 1000000}});
    const absl::Status expected = absl::ResourceExhaustedError(
        "made:8: out of memory: no room for 1,000,000 bytes in the arena of "
        "327,680 bytes; --max-memory sets its size");
    EXPECT_EQ(Verify(trace, options).status(), expected);
    EXPECT_EQ(TimeReplay(trace, options, 1, progress).status(), expected);
  }
}

TEST(ReplayTest, OptionsThatFitNoProcessAreRefused) {
  ProcessOptions options;
  options.heap.layout.capacity_bytes = 4096;
  EXPECT_TRUE(absl::IsInvalidArgument(Verify({}, options).status()));
}

TEST(ReplayTest, TimeIsPositiveAndATraceMayBeEmpty) {
  Progress progress(nullptr);
  const ProcessOptions options = {.heap = SmallHeapOptions(false)};
  const Trace trace = MakeTrace(1, {{Kind::kAllocate, 0, 8}});
  for (const std::uint64_t rounds : {1u, 2u, 3u}) {
    EXPECT_GT(TimeReplay(trace, options, rounds, progress).value(), 0);
  }
  EXPECT_GE(TimeReplay({}, options, 3, progress).value(), 0);
  EXPECT_TRUE(Verify({}, options).ok());
}

TEST(ReplayTest, RecordedTracesKeepEveryByteAndInvariant) {
  for (const char* name : {"cc1", "python3", "sqlite3"}) {
    const Trace trace =
        ReadTraceFile("tests/cli/data/" + std::string(name) + ".rep").value();
    for (const MallocPolicy policy : kPolicies) {
      for (const bool checked : {false, true}) {
        ProcessOptions options = {.malloc_policy = policy};
        options.heap.checked = checked;
        options.heap.layout.capacity_bytes = 128 * 1024 * 1024;
        const auto replay = Verify(trace, options, {.interval = 1000});
        ASSERT_TRUE(replay.ok()) << replay.status();
        EXPECT_EQ(replay->check_count, 25u);
        EXPECT_GT(replay->stats.footprint_bytes, trace.peak_live_bytes);
        EXPECT_GE(replay->stats.peak_bytes, trace.peak_live_bytes);
      }
    }
  }
}

}  // namespace
}  // namespace kheap::cli
