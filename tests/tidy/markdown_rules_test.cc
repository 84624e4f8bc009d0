// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/markdown_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::tidy {
namespace {

// A tree with one document at docs/a.md.
SourceTree TreeWith(const std::string& document) {
  return SourceTree::Of(
      {{"docs/a.md", {document}},
       {"docs/b.md", {"# B\n## Last in, first out!\n"}},
       {"heap/shadow.h", {""}},
       {"tools/run", {"--fast | -q) ;;", true}},
       {"tools/list", {"data"}},
       {"cli/main.cc", {"if (name == \"replay\") … \"policy\""}}});
}

// ---- titles -----------------------------------------------------------------

TEST(TitlesTest, OneTitleInTheFirstLineIsGood) {
  EXPECT_TRUE(
      CheckTitles(TreeWith("# A\n## Part\n```sh\n# comment\n```\n")).empty());
}

TEST(TitlesTest, NoneTwoOrALateTitleIsFound) {
  EXPECT_EQ(CheckTitles(TreeWith("## Part\n")).size(), 1u);
  EXPECT_EQ(CheckTitles(TreeWith("# A\n# B\n")).size(), 1u);
  EXPECT_EQ(CheckTitles(TreeWith("text\n# A\n")).size(), 1u);
}

// ---- links ------------------------------------------------------------------

TEST(LinksTest, LinksToFilesFoldersAndHeadingsAreGood) {
  for (const char* text :
       {"[b](b.md)", "[b](b.md#last-in-first-out)", "[h](../heap/shadow.h)",
        "[h](../heap)", "[h](../heap/)", "[top](../)", "[me](#part-one)",
        "[x](https://example.org/x)", "`[x](nowhere.md)`",
        "```\n[x](nowhere.md)\n```"}) {
    EXPECT_TRUE(CheckLinks(TreeWith(std::string("# A\n## Part `one`\n") + text))
                    .empty())
        << text;
  }
}

TEST(LinksTest, LinksToNowhereAreFound) {
  for (const char* text : {"[b](c.md)", "[b](b.md#other)", "[h](heap/shadow.h)",
                           "[me](#two)", "![p](p.png)", "[h](../heap#x)"}) {
    EXPECT_EQ(CheckLinks(TreeWith(std::string("# A\n") + text)).size(), 1u)
        << text;
  }
}

TEST(LinksTest, TwoLinksInALineAreTwo) {
  EXPECT_EQ(LinksOf("x [a](1) y [b](2)\n").size(), 2u);
}

// ---- named paths ------------------------------------------------------------

TEST(NamedPathsTest, PathsThatExistAndPatternsAreGood) {
  for (const char* text :
       {"`heap/shadow.h`", "`heap/`", "`heap`", "`other/thing`", "`a/b`",
        "`heap/*.h`", "`heap/<file>_test.cc`", "`heap/…`", "`tools/run --fast`",
        "```\n`heap/none.h`\n```"}) {
    EXPECT_TRUE(CheckNamedPaths(TreeWith(text)).empty()) << text;
  }
}

TEST(NamedPathsTest, PathsThatDoNotExistAreFound) {
  EXPECT_EQ(CheckNamedPaths(TreeWith("see `heap/none.h`")).size(), 1u);
  EXPECT_EQ(CheckNamedPaths(TreeWith("`tools/none` `heap/x/`")).size(), 2u);
}

// ---- commands ---------------------------------------------------------------

TEST(CommandsTest, CommandsThatExistAreGood) {
  for (const char* line :
       {"tools/run", "tools/run --fast x | less", "tools/kheap replay a.rep",
        "kheap replay --policy=tags - < a", "tools/kheap -h", "ls /", "",
        "tools/run # --slow"}) {
    const std::string text = line;
    EXPECT_TRUE(CheckCommands(TreeWith("```sh\n" + text + "\n```\n")).empty())
        << text;
    EXPECT_TRUE(
        CheckCommands(TreeWith("```console\n$ " + text + "\ntools/x\n```\n"))
            .empty())
        << text;
  }
}

TEST(CommandsTest, CommandsThatDoNotExistAreFound) {
  for (const char* line :
       {"tools/none", "tools/list", "tools/run --slow", "tools/kheap explain",
        "kheap replay --colour", "$ tools/none", ".ci/none"}) {
    EXPECT_EQ(CheckCommands(TreeWith("```sh\n" + std::string(line) + "\n```\n"))
                  .size(),
              1u)
        << line;
  }
}

TEST(CommandsTest, OtherBlocksHoldNoCommands) {
  EXPECT_TRUE(CheckCommands(TreeWith("```\ntools/none\n```\n")).empty());
  EXPECT_TRUE(CheckCommands(TreeWith("```c\ntools/none\n```\n")).empty());
  EXPECT_TRUE(CheckCommands(TreeWith("tools/none\n")).empty());
}

}  // namespace
}  // namespace kheap::tidy
