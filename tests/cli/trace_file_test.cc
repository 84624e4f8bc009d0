// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_file.h"

#include <cstdio>
#include <memory>
#include <string>

#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

absl::StatusOr<Trace> Read(const std::string& text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(),
                                                             &std::fclose);
  EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), file.get()), text.size());
  std::rewind(file.get());
  return ReadTrace(file.get(), "t");
}

TEST(TraceFileTest, TheLastLineNeedsNoEnd) {
  for (const char* text :
       {"1\n1\n1\n1\na 0 8\n", "1\n1\n1\n1\na 0 8", "1\r\n1\r\n1\r\n1\r\na 0 8",
        "1\r\n1\r\n1\r\n1\r\na 0 8\r\n", "1\n1\n1\n1\na 0 8\n\n\n"}) {
    const auto trace = Read(text);
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->operations.size(), 1u);
  }
}

// Lines that begin and end everywhere around the reader's blocks.
TEST(TraceFileTest, LinesMayLieAcrossBlocks) {
  for (int lead = 0; lead < 16; ++lead) {
    constexpr int kOperations = 30000;
    std::string text = std::string(static_cast<std::size_t>(lead), ' ') +
                       "1\n1\n" + std::to_string(kOperations) + "\n1\n";
    for (int i = 0; i < kOperations / 2; ++i) text += "a 0 1234567\nf 0\n";
    const auto trace = Read(text);
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->operations.back().kind, TraceOperation::Kind::kFree);
  }
}

TEST(TraceFileTest, ALineOfAnyLengthIsRefusedEarly) {
  EXPECT_EQ(Read("1\n" + std::string(1000000, '1')).status().message(),
            "t:2: the line has more than 256 bytes; this is not a trace");
  EXPECT_TRUE(Read(std::string(254, ' ') + "1\n0\n0\n0\n").ok());
  EXPECT_FALSE(Read(std::string(256, ' ') + "1\n0\n0\n0\n").ok());
  // A file without an end.
  EXPECT_EQ(ReadTraceFile("/dev/zero").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(TraceFileTest, FilesThatCannotBeReadSaySo) {
  EXPECT_EQ(ReadTraceFile("no/such/file").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadTraceFile("no/such/file").status().message(),
            "no/such/file: No such file or directory");
  EXPECT_EQ(ReadTraceFile("/").status().message(), "/: Is a directory");
  EXPECT_EQ(ReadTraceFile("/dev/null").status().message(),
            "/dev/null:1: the file is empty; a trace begins with four numbers");
}

TEST(TraceFileTest, TheRecordedTracesAreTraces) {
  for (const char* name : {"cc1", "python3", "sqlite3"}) {
    const auto trace =
        ReadTraceFile("tests/cli/data/" + std::string(name) + ".rep");
    ASSERT_TRUE(trace.ok()) << trace.status();
    EXPECT_EQ(trace->operations.size(), 25000u);
  }
}

}  // namespace
}  // namespace kheap::cli
