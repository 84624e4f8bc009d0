// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_parser.h"

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

using Lines = std::vector<std::string_view>;

absl::StatusOr<Trace> Parse(const Lines& lines) {
  TraceParser parser("t.rep");
  for (const std::string_view line : lines) {
    if (absl::Status status = parser.AddLine(line); !status.ok()) {
      return status;
    }
  }
  return parser.Finish();
}

// The message for a trace that is wrong.
std::string ErrorOf(const Lines& lines) {
  const absl::Status status = Parse(lines).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

// With the header of two ids and that many operations in front.
std::string ErrorOfOperations(const Lines& operations) {
  const std::string count = std::to_string(operations.size());
  Lines lines = {"100", "2", count, "1"};
  lines.insert(lines.end(), operations.begin(), operations.end());
  return ErrorOf(lines);
}

TEST(TraceParserTest, ReadsEveryOperation) {
  const absl::StatusOr<Trace> trace = Parse(
      {"640", "2", "5", "1", "a 0 512", "a 1 128", "r 0 640", "f 1", "f 0"});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->name, "t.rep");
  EXPECT_EQ(trace->id_count, 2u);
  ASSERT_EQ(trace->operations.size(), 5u);
  const TraceOperation& resize = trace->operations[2];
  EXPECT_EQ(resize.kind, TraceOperation::Kind::kReallocate);
  EXPECT_EQ(resize.id, 0u);
  EXPECT_EQ(resize.size_bytes, 640u);
  EXPECT_EQ(trace->operations[0].kind, TraceOperation::Kind::kAllocate);
  EXPECT_EQ(trace->operations[3].kind, TraceOperation::Kind::kFree);
  EXPECT_EQ(trace->operations[3].id, 1u);
  EXPECT_EQ(trace->peak_live_bytes, 768u);
  EXPECT_EQ(trace->peak_live_blocks, 2u);
}

TEST(TraceParserTest, BlanksCarriageReturnsAndEmptyLinesAtTheEndAreFine) {
  const auto trace =
      Parse({"1\r", " 1\r", "1 ", "\t1", " a  0\t8 \r", "\r", "", "  "});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->operations.front().size_bytes, 8u);
}

TEST(TraceParserTest, ATraceMayBeEmpty) {
  const auto trace = Parse({"0", "0", "0", "0"});
  ASSERT_TRUE(trace.ok());
  EXPECT_TRUE(trace->operations.empty());
}

TEST(TraceParserTest, AnIdMayBeUsedAgainAfterItsBlockIsFreed) {
  const auto trace = Parse({"8", "1", "3", "1", "a 0 8", "f 0", "a 0 4"});
  ASSERT_TRUE(trace.ok()) << trace.status();
  EXPECT_EQ(trace->peak_live_bytes, 8u);
}

TEST(TraceParserTest, AReallocToNothingLeavesANullPointer) {
  // Freed twice, reallocated from null, allocated over null.
  for (const Lines& rest : {Lines{"f 0", "a 0 4"}, Lines{"r 0 8", "f 0"},
                            Lines{"a 0 8", "f 0"}, Lines{"r 0 0", "r 0 0"}}) {
    Lines lines = {"8", "1", "4", "1", "a 0 8", "r 0 0"};
    lines.insert(lines.end(), rest.begin(), rest.end());
    const auto trace = Parse(lines);
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->peak_live_bytes, 8u);
    EXPECT_EQ(trace->peak_live_blocks, 1u);
  }
}

TEST(TraceParserTest, HeaderErrorsNameTheirLine) {
  EXPECT_EQ(ErrorOf({}),
            "t.rep:1: the file is empty; a trace begins with four numbers");
  EXPECT_EQ(ErrorOf({"", "\r"}),
            "t.rep:1: the file is empty; a trace begins with four numbers");
  EXPECT_EQ(ErrorOf({"1", "2"}),
            "t.rep:2: the file ends before the number of operations");
  EXPECT_EQ(ErrorOf({"1", "2", "3"}),
            "t.rep:3: the file ends before the "
            "weight");
  EXPECT_EQ(ErrorOf({"int main() {}"}),
            "t.rep:1: expected the suggested heap size alone on its line");
  EXPECT_EQ(ErrorOf({"1", "two"}),
            "t.rep:2: expected the number of ids as a number, found 'two'");
  EXPECT_EQ(ErrorOf({"1", "1", "-1"}),
            "t.rep:3: expected the number of operations as a number, found "
            "'-1'");
  EXPECT_EQ(ErrorOf({"1", "4294967297"}),
            "t.rep:2: 4294967297 ids are more than the 4294967296 that a "
            "trace can have");
  EXPECT_EQ(ErrorOf({"1", "", "1", "1"}),
            "t.rep:2: an empty line before the end of the trace");
}

TEST(TraceParserTest, APromiseThatIsNotKeptIsAnError) {
  EXPECT_EQ(ErrorOf({"1", "1", "2", "1", "a 0 1"}),
            "t.rep:3: the header promises 2 operations, the file ends after 1");
  EXPECT_EQ(ErrorOf({"1", "1", "1", "1", "a 0 1", "f 0"}),
            "t.rep:6: one operation more than the 1 that the header promises");
  EXPECT_EQ(ErrorOf({"1", "3", "1", "1", "a 2 1"}),
            "t.rep:2: the header promises 3 ids, the operations use 1");
  EXPECT_EQ(ErrorOf({"1", "4294967296", "18446744073709551615", "1",
                     "a 4294967295 1"}),
            "t.rep:3: the header promises 18446744073709551615 operations, "
            "the file ends after 1");
}

TEST(TraceParserTest, OperationErrorsNameTheirLine) {
  EXPECT_EQ(ErrorOfOperations({"a 0 1", "x 0 1"}),
            "t.rep:6: expected 'a ID SIZE', 'r ID SIZE' or 'f ID', found 'x'");
  EXPECT_EQ(ErrorOfOperations({"a 0"}),
            "t.rep:5: expected 'a ID SIZE', found 2 fields");
  EXPECT_EQ(ErrorOfOperations({"r 0 1 2"}),
            "t.rep:5: expected 'r ID SIZE', found 4 fields");
  EXPECT_EQ(ErrorOfOperations({"a 0 1", "f 0 1"}),
            "t.rep:6: expected 'f ID', found 3 fields");
  EXPECT_EQ(ErrorOfOperations({"a zero 1"}),
            "t.rep:5: the id 'zero' is not a number");
  EXPECT_EQ(ErrorOfOperations({"f -1"}),
            "t.rep:5: the id '-1' is not a number");
  EXPECT_EQ(ErrorOfOperations({"a 0 1", "", "f 0"}),
            "t.rep:6: an empty line before the end of the trace");
}

TEST(TraceParserTest, UnknownAndRepeatedIdsAreErrors) {
  EXPECT_EQ(ErrorOfOperations({"f 1"}),
            "t.rep:5: unknown id 1: it was never allocated");
  EXPECT_EQ(ErrorOfOperations({"r 1 8"}),
            "t.rep:5: unknown id 1: it was never allocated");
  EXPECT_EQ(ErrorOfOperations({"a 0 1", "f 0", "f 0"}),
            "t.rep:7: unknown id 0: it was freed");
  EXPECT_EQ(ErrorOfOperations({"a 0 1", "f 0", "r 0 2"}),
            "t.rep:7: unknown id 0: it was freed");
  EXPECT_EQ(ErrorOfOperations({"a 1 1", "a 2 1"}),
            "t.rep:6: unknown id 2: the header promises ids below 2");
  EXPECT_EQ(ErrorOfOperations({"a 18446744073709551616 1"}),
            "t.rep:5: unknown id 18446744073709551616: the header promises "
            "ids below 2");
  EXPECT_EQ(ErrorOfOperations({"a 0 1", "a 0 1"}),
            "t.rep:6: id 0 is allocated already");
}

TEST(TraceParserTest, ImpossibleSizesAreErrors) {
  // 64 GiB is the last possible one.
  EXPECT_TRUE(Parse({"1", "1", "1", "1", "a 0 68719476736"}).ok());
  for (const std::string size :
       {"68719476737", "18446744073709551615", "18446744073709551616"}) {
    const std::string line = "a 0 " + size;
    EXPECT_EQ(ErrorOfOperations({line}),
              "t.rep:5: impossible size " + size +
                  ": no arena is above 68719476736 bytes");
  }
  EXPECT_EQ(ErrorOfOperations({"a 0 -8"}),
            "t.rep:5: the size '-8' is not a number of bytes");
  EXPECT_EQ(ErrorOfOperations({"a 0 8K"}),
            "t.rep:5: the size '8K' is not a number of bytes");
}

TEST(TraceParserTest, WhatIsShownOfTheInputFitsATerminal) {
  EXPECT_EQ(ErrorOf({std::string_view("\033[2J\0", 5)}),
            "t.rep:1: expected the suggested heap size as a number, found "
            "'\\x1b[2J\\x00'");
  const std::string long_word(41, 'x');
  EXPECT_EQ(ErrorOf({long_word}),
            "t.rep:1: expected the suggested heap size as a number, found '" +
                std::string(40, 'x') + "…'");
}

}  // namespace
}  // namespace kheap::cli
