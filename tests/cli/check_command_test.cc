// SPDX-License-Identifier: Apache-2.0
// kheap check: a line for each program and input, the summary, the status.
#include "cli/check_command.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

struct Outcome {
  int status;
  std::string out;
  std::string err;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

constexpr char kReadsANumber[] =
    "#include <stdio.h>\n"
    "int main(int argc, char **argv) {\n"
    "  int cells[4] = {0}, n;\n"
    "  if (scanf(\"%d\", &n) != 1) return 40 + argc;\n"
    "  printf(\"%d\\n\", cells[n]);\n"
    "  return cells[n];\n"
    "}\n";

// Runs commands in a folder of its own.
class CheckCommandTest : public testing::Test {
 protected:
  CheckCommandTest()
      : before_(std::filesystem::current_path()),
        folder_(testing::TempDir() +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::create_directories(folder_);
    std::filesystem::current_path(folder_);
  }
  ~CheckCommandTest() override {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }

  static void Write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
  }

  static Outcome Check(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"check", "--no-cache", "-O1"});
    std::ostringstream out;
    std::ostringstream err;
    Console console = {
        .in = stdin, .out = out, .err = err, .err_is_terminal = false};
    const int status = RunKheap(arguments, console);
    return {status, out.str(), err.str()};
  }

 private:
  std::filesystem::path before_;
  std::filesystem::path folder_;
};

TEST_F(CheckCommandTest, EachFileIsAProgramWithALineOfItsOwn) {
  Write("good.c", "int main(void) { return 0; }\n");
  Write("status.c", "int main(int argc, char **argv) { return argc; }\n");
  Write("freed.c",
        "#include <stdlib.h>\n"
        "int main(void) {\n"
        "  int *p = malloc(4);\n"
        "  *p = 1;\n"
        "  free(p);\n"
        "  return *p;\n"
        "}\n");
  Write("bad.c", "#warning first\nint main(void) { return }\n");
  const Outcome outcome =
      Check({"good.c", "status.c", "freed.c", "bad.c", "missing.c"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "");
  std::istringstream lines(outcome.out);
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "good.c: ok, status 0");
  std::getline(lines, line);
  EXPECT_EQ(line, "status.c: ok, status 1");
  std::getline(lines, line);
  EXPECT_TRUE(line.starts_with(
      "freed.c: fault 113: use after free: load of 4 bytes at 0x"))
      << line;
  EXPECT_TRUE(line.ends_with(" at freed.c:6:10 in main")) << line;
  std::getline(lines, line);
  EXPECT_EQ(line,
            "bad.c: does not compile: bad.c:2:25: error: expected expression");
  std::getline(lines, line);
  EXPECT_EQ(line, "missing.c: no such file");
  std::getline(lines, line);
  EXPECT_EQ(line, "2 ok, 1 fault, 2 did not compile");
  EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(CheckCommandTest, AllOkIsStatusZeroWhateverThePrograms) {
  Write("n.c", kReadsANumber);
  EXPECT_EQ(Check({"n.c", "--", "a", "b"}),
            (Outcome{0,
                     "n.c: ok, status 43\n"
                     "1 ok, 0 faults, 0 did not compile\n",
                     ""}));
}

TEST_F(CheckCommandTest, EachInputIsARunOfItsOwn) {
  Write("n.c", kReadsANumber);
  std::filesystem::create_directories("inputs/deeper");
  Write("inputs/b", "4");
  Write("inputs/a", "3");
  Write("one", "0\n");
  const Outcome outcome = Check({"--input=inputs", "--input", "one", "n.c"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(
      outcome.out.starts_with("n.c < inputs/a: ok, status 0\n"
                              "n.c < inputs/b: fault 111: "))
      << outcome.out;
  EXPECT_TRUE(
      outcome.out.ends_with(" in main\n"
                            "n.c < one: ok, status 0\n"
                            "2 ok, 1 fault, 0 did not compile\n"))
      << outcome.out;
}

TEST_F(CheckCommandTest, OptionsOfRunAreUnderstood) {
  Write("options.c",
        "#include <stdlib.h>\n"
        "int main(void) {\n"
        "  int *p = malloc(4 * N);\n"
        "  return p == NULL ? 1 : getenv(\"HOME\") == NULL ? 2 : 0;\n"
        "}\n");
  EXPECT_EQ(Check({"--fast", "--max-memory=128M", "-DN=100000000",
                   "--env=HOME=/", "options.c"})
                .out,
            "options.c: ok, status 1\n1 ok, 0 faults, 0 did not compile\n");
  EXPECT_EQ(Check({"-DN=1", "--env=HOME=/", "options.c"}).out,
            "options.c: ok, status 0\n1 ok, 0 faults, 0 did not compile\n");
}

TEST_F(CheckCommandTest, AnEndlessProgramIsNotOk) {
  Write("endless.c", "int main(void) { for (;;) { } }\n");
  EXPECT_EQ(Check({"--max-steps=1000", "endless.c"}),
            (Outcome{1,
                     "endless.c: the steps are used up\n"
                     "0 ok, 0 faults, 0 did not compile, "
                     "1 used up its steps\n",
                     ""}));
}

TEST_F(CheckCommandTest, AnArenaThatCannotBeNamesTheOption) {
  Write("good.c", "int main(void) { return 0; }\n");
  for (const auto& [option, start] :
       {std::pair("--max-memory=0",
                  "--max-memory: an arena of 0 bytes is too "),
        std::pair("--max-stack=64G", "--max-stack: a stack of 68719476736 ")}) {
    const Outcome outcome = Check({option, "good.c"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.out.starts_with("good.c: does not start: " +
                                        std::string(start)))
        << outcome.out;
  }
}

TEST_F(CheckCommandTest, WrongArgumentsAreRefusedBeforeAnythingRuns) {
  Write("good.c", "int main(void) { return 0; }\n");
  std::filesystem::create_directory("empty");
  const auto refusal = [](const std::string& line) {
    return Outcome{2, "", "kheap check: " + line + "\n"};
  };
  EXPECT_EQ(Check({}), refusal("expected a C file, or - for standard input"));
  EXPECT_EQ(Check({"-", "good.c", "-"}),
            refusal("- is there twice; standard input can be read once"));
  EXPECT_EQ(Check({"--leaks", "good.c"}), refusal("unknown option '--leaks'"));
  EXPECT_EQ(Check({"--input=empty", "good.c"}),
            refusal("--input=empty holds no file"));
  EXPECT_EQ(
      Check({"--input=missing", "good.c"}),
      refusal("--input=missing cannot be read: No such file or directory"));
}

}  // namespace
}  // namespace kheap::cli
