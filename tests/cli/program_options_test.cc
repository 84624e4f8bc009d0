// SPDX-License-Identifier: Apache-2.0
#include "cli/program_options.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

using Files = std::vector<std::string>;

TEST(ProgramOptionsTest, ADashIsStandardInput) {
  std::FILE* const input = std::tmpfile();
  const std::string text(100000, ' ');
  std::fwrite(text.data(), 1, text.size(), input);
  std::rewind(input);
  const auto sources = SourcesOf(Files{"a.c", "-", "b.c"}, input);
  std::fclose(input);
  ASSERT_TRUE(sources.ok());
  ASSERT_EQ(sources->size(), 3u);
  EXPECT_EQ((*sources)[0].path, "a.c");
  EXPECT_EQ((*sources)[0].text, std::nullopt);
  EXPECT_EQ((*sources)[1].path, "<stdin>");
  EXPECT_EQ((*sources)[1].text, text);
  EXPECT_EQ((*sources)[2].path, "b.c");
}

TEST(ProgramOptionsTest, InputThatCannotBeReadIsNoEnd) {
  std::FILE* const folder = std::fopen("/", "r");
  ASSERT_NE(folder, nullptr);
  EXPECT_TRUE(SourcesOf(Files{"a.c"}, folder).ok());
  const absl::Status status = SourcesOf(Files{"-"}, folder).status();
  EXPECT_EQ(status.message(), "<stdin>: cannot be read: Is a directory");
  std::fclose(folder);
}

TEST(ProgramOptionsTest, AnOptionIsBlamedForWhatItCauses) {
  const auto program = Program::Compile(
      {.optimisation = 0}, {{"a.c", "int main(void) { return 0; }"}});
  ASSERT_TRUE(program.ok()) << program.status();
  const auto refusal = [&](const KernelOptions& kernel) {
    return std::string(
        StartProgram(*program, {.kernel = kernel}).status().message());
  };
  const HostMount good = {.host = testing::TempDir(), .guest = "/work"};
  const HostMount taken = {.host = testing::TempDir(), .guest = "/dev"};
  EXPECT_EQ(refusal({.mounts = {good}, .working_directory = "/work"}), "");
  EXPECT_EQ(refusal({.mounts = {good}, .working_directory = "/none"}),
            "--cwd: there is no folder /none to work in");
  EXPECT_EQ(refusal({.working_directory = "/work"}),
            "--cwd: there is no folder /work to work in");
  EXPECT_EQ(refusal({.mounts = {good, taken}}),
            "--dir: something else is at /dev");
  EXPECT_EQ(refusal({.mounts = {taken}, .working_directory = "/none"}),
            "--dir: something else is at /dev");
  // Neither of them is the cause.
  EXPECT_EQ(refusal({.open_files_max = 2,
                     .mounts = {good},
                     .working_directory = "/work"}),
            "a process has 3 to 65535 open files, not 2");
}

TEST(ProgramOptionsTest, ARefusalIsOneLineOrTheCompilersWords) {
  EXPECT_EQ(RefusalText(absl::InvalidArgumentError("why"), "run"),
            "kheap run: why\n");
  EXPECT_EQ(RefusalText(absl::OutOfRangeError("why"), "check"),
            "kheap check: --max-memory: why\n");
  EXPECT_EQ(RefusalText(absl::InvalidArgumentError("a.c:1: error\n"), "run"),
            "a.c:1: error\n");
}

}  // namespace
}  // namespace kheap::cli
