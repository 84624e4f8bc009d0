// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/architecture_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::tidy {
namespace {

constexpr char kTable[] =
    "# Architecture\n"
    "| folder | owns | may include |\n"
    "|---|---|---|\n"
    "| `machine/` | the processor | nothing |\n"
    "| `bits/` | bits | `machine`; `bits:far`, `bits:too` add `heap` |\n"
    "| `heap/` | the arena | `machine`, `bits:named` |\n"
    "| `left/` `right/` | two | `heap` |\n"
    "| `cli/` | the command | everything above |\n"
    "| `gc/` (to come) | the collector | `heap` |\n"
    "| `tests/` | tests | anything |\n";

std::vector<Finding> CheckInclude(const std::string& path,
                                  const std::string& header) {
  return CheckIncludes(SourceTree::Of(
      {{"docs/architecture.md", {kTable}},
       {path, {"#include <vector>\n#include \"" + header + "\"\n"}}}));
}

TEST(IncludesTest, WhatTheTableAllowsIsGood) {
  EXPECT_TRUE(CheckInclude("heap/a.cc", "machine/b.h").empty());
  EXPECT_TRUE(CheckInclude("heap/a.cc", "heap/b.h").empty());
  EXPECT_TRUE(CheckInclude("heap/a.cc", "bits/named.h").empty());
  EXPECT_TRUE(CheckInclude("left/a.h", "heap/b.h").empty());
  EXPECT_TRUE(CheckInclude("bits/far.h", "heap/b.h").empty());
  EXPECT_TRUE(CheckInclude("bits/too.cc", "heap/b.h").empty());
  EXPECT_TRUE(CheckInclude("bits/far.cc", "machine/b.h").empty());
  EXPECT_TRUE(CheckInclude("cli/main.cc", "right/b.h").empty());
  EXPECT_TRUE(CheckInclude("tests/left/a_test.cc", "cli/b.h").empty());
  EXPECT_TRUE(CheckInclude("heap/a.cc", "absl/status/status.h").empty());
}

TEST(IncludesTest, EverythingElseIsFound) {
  EXPECT_EQ(CheckInclude("machine/a.cc", "heap/b.h").size(), 1u);
  EXPECT_EQ(CheckInclude("heap/a.cc", "bits/far.h").size(), 1u);
  EXPECT_EQ(CheckInclude("left/a.h", "right/b.h").size(), 1u);
  EXPECT_EQ(CheckInclude("left/a.h", "machine/b.h").size(), 1u);
  EXPECT_EQ(CheckInclude("bits/near.h", "heap/b.h").size(), 1u);
  EXPECT_EQ(CheckInclude("heap/a.cc", "tests/b.h").size(), 1u);
  EXPECT_EQ(CheckInclude("cli/main.cc", "tests/b.h").size(), 1u);
}

TEST(IncludesTest, AFindingNamesItsLine) {
  EXPECT_EQ(CheckInclude("machine/a.cc", "heap/b.h"),
            (std::vector<Finding>{
                {"machine/a.cc", 2, "machine/ may not include heap/b.h"}}));
}

SourceTree::Files EveryFolder() {
  return {{"docs/architecture.md",
           {std::string(kTable) + "| `docs/` | pages | nothing |\n"}},
          {"machine/a.h", {""}},
          {"bits/a.h", {""}},
          {"heap/a.h", {""}},
          {"left/a.h", {""}},
          {"right/a.h", {""}},
          {"cli/a.h", {""}},
          {"tests/a.h", {""}},
          {".ci/run", {""}},
          {"README.md", {""}}};
}

TEST(FoldersTest, ATableOfAllFoldersIsGood) {
  EXPECT_TRUE(CheckFolders(SourceTree::Of(EveryFolder())).empty());
}

TEST(FoldersTest, AFolderWithoutARowIsFound) {
  SourceTree::Files files = EveryFolder();
  files["misc/a.h"];
  files["misc/b.h"];
  EXPECT_EQ(CheckFolders(SourceTree::Of(files)).size(), 1u);
}

TEST(FoldersTest, ARowWithoutAFolderIsFoundUnlessMarked) {
  SourceTree::Files files = EveryFolder();
  files.erase("right/a.h");
  EXPECT_EQ(CheckFolders(SourceTree::Of(files)).size(), 1u);
}

TEST(FoldersTest, AMarkedFolderThatExistsIsFound) {
  SourceTree::Files files = EveryFolder();
  files["gc/a.h"];
  EXPECT_EQ(CheckFolders(SourceTree::Of(files)).size(), 1u);
}

}  // namespace
}  // namespace kheap::tidy
