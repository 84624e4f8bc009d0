// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

struct Outcome {
  int status;
  std::string out;
  std::string err;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome Kheap(const std::vector<std::string>& arguments,
              const std::string& input = "") {
  std::FILE* const in = std::tmpfile();
  std::fwrite(input.data(), 1, input.size(), in);
  std::rewind(in);
  std::ostringstream out;
  std::ostringstream err;
  Console console = {
      .in = in, .out = out, .err = err, .err_is_terminal = false};
  const int status = RunKheap(arguments, console);
  std::fclose(in);
  return {status, out.str(), err.str()};
}

Outcome Refusal(const std::string& line) { return {2, "", line + "\n"}; }

constexpr char kSmallTrace[] = "8\n1\n2\n1\na 0 8\nf 0\n";

TEST(CommandsTest, HelpIsTheSameHoweverItIsAskedFor) {
  const Outcome help = Kheap({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_TRUE(help.out.starts_with("Usage: kheap COMMAND"));
  EXPECT_EQ(help.err, "");
  EXPECT_EQ(Kheap({"-h"}), help);
  for (const char* what : {"help", "--help", "-h"}) {
    EXPECT_EQ(Kheap({"help", what}), help);
  }
  EXPECT_EQ(Kheap({"help"}), help);
  const Outcome replay_help = Kheap({"help", "replay"});
  EXPECT_TRUE(replay_help.out.starts_with("Usage: kheap replay"));
  EXPECT_EQ(Kheap({"replay", "--help"}), replay_help);
  EXPECT_EQ(Kheap({"replay", "-h"}), replay_help);
  EXPECT_EQ(Kheap({"replay", "x.rep", "--json", "--help"}), replay_help);
}

TEST(CommandsTest, HelpAndVersionTakeNoFurtherWords) {
  EXPECT_EQ(Kheap({"--help", "replay"}), Kheap({"help", "replay"}));
  const auto refusal = [](const std::string& word) {
    return Refusal("kheap: unexpected argument '" + word +
                   "'; kheap --help lists what there is");
  };
  EXPECT_EQ(Kheap({"--version", "x"}), refusal("x"));
  EXPECT_EQ(Kheap({"help", "replay", "foo"}), refusal("foo"));
  EXPECT_EQ(Kheap({"help", "help", "foo"}), refusal("foo"));
  EXPECT_EQ(Kheap({"-h", "replay", "foo"}), refusal("foo"));
}

TEST(CommandsTest, VersionIsOneLine) {
  EXPECT_EQ(Kheap({"--version"}),
            (Outcome{0, "kheap " + std::string(kVersion) + "\n", ""}));
}

TEST(CommandsTest, WhatIsUnknownIsRefused) {
  const std::string hint = "; kheap --help lists what there is";
  EXPECT_EQ(Kheap({}), Refusal("kheap: expected a command" + hint));
  EXPECT_EQ(Kheap({"--"}), Refusal("kheap: expected a command" + hint));
  EXPECT_EQ(Kheap({"-"}), Refusal("kheap: expected a command" + hint));
  EXPECT_EQ(Kheap({""}), Refusal("kheap: unknown command ''" + hint));
  EXPECT_EQ(Kheap({"play"}), Refusal("kheap: unknown command 'play'" + hint));
  EXPECT_EQ(Kheap({"help", "play"}),
            Refusal("kheap: unknown command 'play'" + hint));
  EXPECT_EQ(Kheap({"--verbose"}),
            Refusal("kheap: unknown option '--verbose'" + hint));
}

TEST(CommandsTest, ReplayRefusesWrongArguments) {
  const std::string lead = "kheap replay: ";
  const std::string operand =
      lead + "expected one trace file, or - for standard input";
  EXPECT_EQ(Kheap({"replay"}), Refusal(operand));
  EXPECT_EQ(Kheap({"replay", "a", "b"}), Refusal(operand));
  EXPECT_EQ(Kheap({"replay", "--fast", "-"}),
            Refusal(lead + "unknown option '--fast'"));
  EXPECT_EQ(Kheap({"replay", "--policy=best", "-"}),
            Refusal(lead + "--policy=best is neither pages nor tags"));
  for (const char* check :
       {"", "often", "every", "every:", "every:0", "every:x", "every:-1"}) {
    EXPECT_EQ(Kheap({"replay", "--check=" + std::string(check), "-"}),
              Refusal(lead + "--check=" + check +
                      " is not never, end or every:N with N above 0"));
  }
  EXPECT_EQ(Kheap({"replay", "--max-memory=1T", "-"}),
            Refusal(lead + "--max-memory=1T is not a number of bytes, alone "
                           "or with K, M or G"));
  for (const char* rounds : {"0", "1000001", "many"}) {
    EXPECT_EQ(Kheap({"replay", "--rounds=" + std::string(rounds), "-"}),
              Refusal(lead + "--rounds=" + rounds +
                      " is not a number from 1 to 1000000"));
  }
}

TEST(CommandsTest, ReplayRefusesArenasThatCannotBe) {
  for (const char* size : {"0", "1M", "65G"}) {
    const Outcome outcome = Kheap(
        {"replay", "--max-memory=" + std::string(size), "-"}, kSmallTrace);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("kheap replay: --max-memory: "))
        << outcome.err;
  }
}

TEST(CommandsTest, ReplayRefusesWhatIsNoTrace) {
  EXPECT_EQ(Kheap({"replay", "-"}),
            Refusal("kheap replay: <stdin>:1: the file is empty; a trace "
                    "begins with four numbers"));
  EXPECT_EQ(Kheap({"replay", "-"}, "8\n1\n2\n1\na 0 8\nf 1\n"),
            Refusal("kheap replay: <stdin>:6: unknown id 1: the header "
                    "promises ids below 1"));
  EXPECT_EQ(Kheap({"replay", "missing.rep"}),
            Refusal("kheap replay: missing.rep: No such file or directory"));
  EXPECT_EQ(Kheap({"replay", "tests"}),
            Refusal("kheap replay: tests: Is a directory"));
}

TEST(CommandsTest, ReplayOutOfMemoryIsAFailure) {
  const Outcome outcome =
      Kheap({"replay", "--max-memory=4M", "-"}, "8\n1\n1\n1\na 0 5000000\n");
  EXPECT_EQ(outcome, (Outcome{1, "",
                              "kheap replay: <stdin>:5: out of memory: no room "
                              "for 5,000,000 bytes in the arena of 4,194,304 "
                              "bytes; --max-memory sets its size\n"}));
}

TEST(CommandsTest, ReplayReportsWhatWasAskedFor) {
  const Outcome text = Kheap({"replay", "-", "--policy=tags"}, kSmallTrace);
  EXPECT_EQ(text.status, 0);
  EXPECT_EQ(text.err, "");
  EXPECT_TRUE(text.out.starts_with(
      "trace         <stdin>: 2 operations on 1 ids\npolicy        tags\n"))
      << text.out;
  const Outcome json =
      Kheap({"replay", "--json", "--checked", "--check", "every:500",
             "--rounds=1", "--max-memory=16M", "tests/cli/data/sqlite3.rep"});
  EXPECT_EQ(json.status, 0);
  EXPECT_EQ(json.err, "");
  EXPECT_TRUE(json.out.starts_with(
      R"({"trace":"tests/cli/data/sqlite3.rep","policy":"pages",)"
      R"("checked":true,"operations":25000,)"))
      << json.out;
  EXPECT_NE(json.out.find(R"("invariant_checks":50,)"), std::string::npos);
}

}  // namespace
}  // namespace kheap::cli
