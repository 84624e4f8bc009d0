// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/trace_parser.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace kheap::cli {
namespace {

using Lines = std::vector<std::string>;

absl::StatusOr<Trace> Parse(const Lines& lines) {
  TraceParser parser("t");
  for (const std::string& line : lines) {
    if (absl::Status status = parser.AddLine(line); !status.ok()) {
      return status;
    }
  }
  return parser.Finish();
}

// Either a trace that keeps its promises, or an error that names a line.
void RequireAnswer(const absl::StatusOr<Trace>& trace, std::size_t line_count) {
  if (trace.ok()) {
    RC_ASSERT(trace->operations.size() <= line_count);
    return;
  }
  RC_ASSERT(absl::IsInvalidArgument(trace.status()));
  const std::vector<std::string> parts =
      absl::StrSplit(trace.status().message(), absl::MaxSplits(':', 2));
  RC_ASSERT(parts.size() == 3u);
  RC_ASSERT(parts[0] == "t");
  const std::uint64_t line = std::stoull(parts[1]);
  RC_ASSERT(line >= 1u);
  RC_ASSERT(line <= std::max<std::size_t>(line_count, 1));
}

RC_GTEST_PROP(TraceParserPropertyTest, AnyBytesYieldAnAnswer, (Lines lines)) {
  RequireAnswer(Parse(lines), lines.size());
}

RC_GTEST_PROP(TraceParserPropertyTest, AnyBytesBehindAHeaderYieldAnAnswer,
              (Lines lines)) {
  lines.insert(lines.begin(), {"1", "5", absl::StrCat(lines.size()), "1"});
  RequireAnswer(Parse(lines), lines.size());
}

RC_GTEST_PROP(TraceParserPropertyTest, AnyOperationsYieldAnAnswer, ()) {
  // Words of the format in any order.
  const auto lines = *rc::gen::container<Lines>(rc::gen::map(
      rc::gen::container<std::vector<std::string>>(
          rc::gen::elementOf(Lines{"a", "r", "f", "0", "1", "2", " ", " "})),
      [](const std::vector<std::string>& words) {
        std::string line;
        for (const std::string& word : words) line += word;
        return line;
      }));
  Lines all = {"1", "3", absl::StrCat(lines.size()), "1"};
  all.insert(all.end(), lines.begin(), lines.end());
  RequireAnswer(Parse(all), all.size());
}

// A model of what is live: random operations that are all allowed.
RC_GTEST_PROP(TraceParserPropertyTest, PeaksAreThoseOfAModel, ()) {
  const auto steps = *rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::inRange<std::uint32_t>(0, 10000));
  std::map<std::uint32_t, std::uint64_t> live;
  std::uint64_t peak_bytes = 0;
  std::uint64_t peak_blocks = 0;
  std::uint32_t ids = 0;
  Lines operations;
  for (const std::uint32_t step : steps) {
    const std::uint64_t size = 1 + step / 3;
    if (step % 3 == 0 || live.empty()) {
      operations.push_back(absl::StrCat("a ", ids, " ", size));
      live[ids++] = size;
    } else {
      auto block = live.lower_bound(step % ids);
      if (block == live.end()) block = live.begin();
      if (step % 3 == 1) {
        operations.push_back(absl::StrCat("r ", block->first, " ", size));
        block->second = size;
      } else {
        operations.push_back(absl::StrCat("f ", block->first));
        live.erase(block);
      }
    }
    std::uint64_t bytes = 0;
    for (const auto& [id, block_bytes] : live) bytes += block_bytes;
    peak_bytes = std::max(peak_bytes, bytes);
    peak_blocks = std::max<std::uint64_t>(peak_blocks, live.size());
  }
  Lines lines = {"0", absl::StrCat(ids), absl::StrCat(operations.size()), "1"};
  lines.insert(lines.end(), operations.begin(), operations.end());
  const absl::StatusOr<Trace> trace = Parse(lines);
  RC_ASSERT(trace.ok());
  RC_ASSERT(trace->operations.size() == steps.size());
  RC_ASSERT(trace->peak_live_bytes == peak_bytes);
  RC_ASSERT(trace->peak_live_blocks == peak_blocks);
}

}  // namespace
}  // namespace kheap::cli
