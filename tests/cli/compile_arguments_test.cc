// SPDX-License-Identifier: Apache-2.0
#include "cli/compile_arguments.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

using Words = std::vector<std::string>;

std::string RefusalOf(const Words& words) {
  const auto split = Split(words);
  return split.ok() ? "" : std::string(split.status().message());
}

TEST(CompileArgumentsTest, WordsGoToWhomTheyConcern) {
  const auto split =
      Split(Words{"-Wall", "a.c", "--fast", "-I", "x", "-DY=1", "-std=c11",
                  "-pedantic", "-ansi", "-w", "--", "-O1", "--"});
  ASSERT_TRUE(split.ok());
  EXPECT_EQ(split->ours, (Words{"a.c", "--fast"}));
  EXPECT_EQ(split->compiler, (Words{"-Wall", "-I", "x", "-DY=1", "-std=c11",
                                    "-pedantic", "-ansi", "-w"}));
  EXPECT_EQ(split->program, (Words{"-O1", "--"}));
  EXPECT_TRUE(split->has_dashes);
  EXPECT_FALSE(split->optimisation.has_value());
  EXPECT_FALSE(Split(Words{"a.c"})->has_dashes);
}

TEST(CompileArgumentsTest, WhatIsAlwaysOnMeansNothing) {
  const auto split = Split(
      Words{"-g", "-g3", "-ggdb", "-lm", "-lc", "-lrt", "-l", "m", "a.c"});
  ASSERT_TRUE(split.ok());
  EXPECT_EQ(split->ours, (Words{"a.c"}));
  EXPECT_EQ(split->compiler, Words());
  for (const char* const word :
       {"-g", "-g0", "-g1", "-g2", "-g3", "-ggdb", "-ggdb0", "-ggdb3",
        "-gdwarf", "-gdwarf-2", "-gdwarf-4", "-gdwarf-5"}) {
    EXPECT_EQ(Split(Words{word})->ours, Words()) << word;
  }
  for (const char* const word : {"-gibberish", "-g4", "-g33", "-ggdb4", "-gdb",
                                 "-gdwarf2", "-gdwarf-", "-gdwarf-6"}) {
    EXPECT_EQ(Split(Words{word})->ours, Words{word});
  }
}

TEST(CompileArgumentsTest, LevelsAreThoseOfCompilers) {
  const auto level = [](const char* word) {
    return Split(Words{word})->optimisation;
  };
  EXPECT_EQ(level("-O0"), 0);
  EXPECT_EQ(level("-O1"), 1);
  EXPECT_EQ(level("-O"), 1);
  EXPECT_EQ(level("-Og"), 1);
  EXPECT_EQ(level("-O2"), 2);
  EXPECT_EQ(level("-Os"), 2);
  EXPECT_EQ(level("-Oz"), 2);
  EXPECT_EQ(level("-O3"), 3);
  for (const char* word : {"-O4", "-Ofast", "-O22", "-O-1"}) {
    EXPECT_EQ(RefusalOf({word}),
              "'" + std::string(word) +
                  "' is none of -O0, -O1, -O2, -O3, -O, -Og, -Os and -Oz");
  }
}

TEST(CompileArgumentsTest, LibrariesBesideCsOwnAreRefused) {
  for (const Words& words :
       {Words{"-pthread"}, Words{"-lpthread"}, Words{"-l", "pthread"}}) {
    EXPECT_TRUE(RefusalOf(words).starts_with(
        "'-pthread', '-lpthread': there are no threads"));
  }
  EXPECT_TRUE(RefusalOf({"-lz"}).starts_with("'-lz': there is no library"));
  EXPECT_TRUE(RefusalOf({"-lmm"}).starts_with("'-lmm': "));
}

TEST(CompileArgumentsTest, AnOptionWithoutItsValueIsRefused) {
  for (const char* word : {"-I", "-D", "-U", "-include", "-l"}) {
    EXPECT_EQ(RefusalOf({word}),
              "option '" + std::string(word) + "' needs a value");
  }
}

}  // namespace
}  // namespace kheap::cli
