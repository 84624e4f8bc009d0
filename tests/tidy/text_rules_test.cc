// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/text_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::tidy {
namespace {

std::string Repeat(const std::string& text, int count) {
  std::string repeated;
  for (int i = 0; i < count; ++i) repeated += text;
  return repeated;
}

// ---- columns ----------------------------------------------------------------

std::size_t CountLongLines(const std::string& path, const std::string& text) {
  return CheckColumns(SourceTree::Of({{path, {text}}})).size();
}

TEST(ColumnsTest, CppHas80AndEverythingElse120) {
  EXPECT_EQ(CountLongLines("heap/a.cc", Repeat("x", 80) + "\n"), 0u);
  EXPECT_EQ(CountLongLines("heap/a.cc", Repeat("x", 81) + "\n"), 1u);
  for (const char* path :
       {"heap/BUILD", "docs/a.md", "tools/setup", ".bazelrc"}) {
    EXPECT_EQ(CountLongLines(path, Repeat("x", 120) + "\n"), 0u) << path;
    EXPECT_EQ(CountLongLines(path, Repeat("x", 121) + "\n"), 1u) << path;
  }
}

TEST(ColumnsTest, CharactersCountRatherThanBytes) {
  EXPECT_EQ(CountLongLines("heap/a.cc", "// " + Repeat("…", 77) + "\n"), 0u);
  EXPECT_EQ(CountLongLines("heap/a.cc", "// " + Repeat("…", 78) + "\n"), 1u);
}

TEST(ColumnsTest, TablesLinksAndDataMayBeLong) {
  EXPECT_EQ(CountLongLines("docs/a.md", "| " + Repeat("x", 200)), 0u);
  EXPECT_EQ(CountLongLines("docs/a.md", "[a](b)" + Repeat("x", 200)), 0u);
  EXPECT_EQ(CountLongLines("tests/a.rep", Repeat("x", 200)), 0u);
}

// ---- file lengths -----------------------------------------------------------

std::size_t CountLongFiles(const std::string& path, int line_count,
                           const std::string& reasons = "") {
  return CheckFileLengths(
             SourceTree::Of({{path, {Repeat("x\n", line_count)}},
                             {"tests/tidy/long_files.txt", {reasons}}}))
      .size();
}

TEST(FileLengthsTest, HeadersAndSourcesHaveTheirOwnLimits) {
  EXPECT_EQ(CountLongFiles("heap/a.h", 200), 0u);
  EXPECT_EQ(CountLongFiles("heap/a.h", 201), 1u);
  EXPECT_EQ(CountLongFiles("heap/a.cc", 400), 0u);
  EXPECT_EQ(CountLongFiles("machine/a-inl.h", 400), 0u);
  EXPECT_EQ(CountLongFiles("heap/a.cc", 401), 1u);
  EXPECT_EQ(CountLongFiles("docs/a.md", 500), 0u);
  EXPECT_EQ(CountLongFiles("docs/a.md", 501), 1u);
}

TEST(FileLengthsTest, AReasonExcusesUpTo500Lines) {
  EXPECT_EQ(CountLongFiles("heap/a.h", 201, "heap/a.h one table\n"), 0u);
  EXPECT_EQ(CountLongFiles("heap/a.h", 500, "heap/a.h one table\n"), 0u);
  EXPECT_EQ(CountLongFiles("heap/a.h", 501, "heap/a.h one table\n"), 1u);
  EXPECT_EQ(CountLongFiles("heap/a.h", 201, "heap/a.h\n"), 1u);
}

TEST(FileLengthsTest, AReasonForNothingIsFound) {
  EXPECT_EQ(CountLongFiles("heap/a.h", 200, "heap/a.h one table\n"), 1u);
  EXPECT_EQ(CountLongFiles("heap/a.h", 1, "# heap/a.h one table\n\n"), 0u);
}

// ---- words ------------------------------------------------------------------

std::size_t CountWords(const std::string& text,
                       const std::string& path = "docs/a.md") {
  return CheckWords(
             SourceTree::Of({{path, {text}},
                             {"tests/tidy/banned_words.txt",
                              {"# comment\ngadget\n!the great gadget\nNOPE\nas "
                               "ever\nOFF_*\n/else/\n"}}}))
      .size();
}

TEST(WordsTest, AWordIsFoundInAnyCaseUnlessItIsAllCapitals) {
  EXPECT_EQ(CountWords("A gadget."), 1u);
  EXPECT_EQ(CountWords("Gadget"), 1u);
  EXPECT_EQ(CountWords("NOPE(1)"), 1u);
  EXPECT_EQ(CountWords("nope"), 0u);
  EXPECT_EQ(CountWords("work As ever"), 1u);
}

TEST(WordsTest, OnlyWholeWordsAreFoundUnlessTheEntryEndsInAStar) {
  EXPECT_EQ(CountWords("gadgets"), 0u);
  EXPECT_EQ(CountWords("a_gadget"), 0u);
  EXPECT_EQ(CountWords("gadgets gadget"), 1u);
  EXPECT_EQ(CountWords("OFF_Test"), 1u);
  EXPECT_EQ(CountWords("KOFF_Test"), 0u);
  EXPECT_EQ(CountWords("in /else/where"), 1u);
}

TEST(WordsTest, AnAllowedPhraseMayHoldABannedWord) {
  EXPECT_EQ(CountWords("see the great gadget!"), 0u);
  EXPECT_EQ(CountWords("see the great gadget and a gadget"), 1u);
}

TEST(WordsTest, EmojiAreFoundAndOtherSignsAreNot) {
  EXPECT_EQ(CountWords("done \xF0\x9F\x9A\x80"), 1u);
  EXPECT_EQ(CountWords("\xE2\x9C\x85"), 1u);
  EXPECT_EQ(CountWords("a → b – c … × ≥ é"), 0u);
}

TEST(WordsTest, EveryKindOfTextIsReadButTheListItself) {
  EXPECT_EQ(CountWords("gadget", "heap/a.cc"), 1u);
  EXPECT_EQ(CountWords("# gadget", "tools/setup"), 1u);
  EXPECT_EQ(CountWords("gadget", "tests/a.rep"), 0u);
  EXPECT_EQ(CountWords("gadget", "LICENSE"), 0u);
}

TEST(MachinePathsTest, APlaceOfTheHostIsFound) {
  const auto count = [](const std::string& text) {
    return CheckMachinePaths(SourceTree::Of({{"docs/a.md", {text}}}),
                             {"/src/kheap", "/me/"})
        .size();
  };
  EXPECT_EQ(count("cd /src/kheap/heap"), 1u);
  EXPECT_EQ(count("cp a /me/b"), 1u);
  EXPECT_EQ(count("cd heap; ls /usr/src"), 0u);
}

// ---- head lines -------------------------------------------------------------

constexpr char kGoodHeader[] =
    "// SPDX-License-Identifier: Apache-2.0\n#ifndef KHEAP_A_B_C_H_\n"
    "#define KHEAP_A_B_C_H_\n#endif  // KHEAP_A_B_C_H_\n";

std::size_t CountHeadLines(const std::string& path, const std::string& text) {
  return CheckHeadLines(SourceTree::Of({{path, {text}}})).size();
}

TEST(HeadLinesTest, AFileWithLicenceAndGuardIsGood) {
  EXPECT_EQ(CountHeadLines("a/b/c.h", kGoodHeader), 0u);
  EXPECT_EQ(
      CountHeadLines("a/b/c.cc", "// SPDX-License-Identifier: Apache-2.0\n"),
      0u);
  EXPECT_EQ(CountHeadLines("a/b/c.md", "anything"), 0u);
}

TEST(HeadLinesTest, ACHeaderHasCommentsOfC) {
  EXPECT_EQ(CountHeadLines("a.h",
                           "/* SPDX-License-Identifier: Apache-2.0 */\n"
                           "#ifndef KHEAP_A_H_\n#define KHEAP_A_H_\n"
                           "#endif /* KHEAP_A_H_ */\n"),
            0u);
}

TEST(HeadLinesTest, AnInlineSourceHasNoGuard) {
  EXPECT_EQ(CountHeadLines("machine/a-inl.h",
                           "// SPDX-License-Identifier: Apache-2.0\n"),
            0u);
}

TEST(HeadLinesTest, AMissingLicenceOrAnotherFilesGuardIsFound) {
  EXPECT_EQ(CountHeadLines("a/b/d.h", kGoodHeader), 1u);
  EXPECT_EQ(CountHeadLines("a/b/c.h", std::string("\n") + kGoodHeader), 1u);
  EXPECT_EQ(CountHeadLines("a/b/c.h", std::string(kGoodHeader) + "int x;\n"),
            1u);
  EXPECT_EQ(CountHeadLines("a/b/c.cc", "#include <x>\n"), 1u);
  EXPECT_EQ(CountHeadLines("a/b/c.cc", ""), 1u);
}

TEST(BuildCommentsTest, ABuildFileBeginsWithAComment) {
  EXPECT_TRUE(
      CheckBuildComments(SourceTree::Of({{"a/BUILD", {"# A.\nx()"}}})).empty());
  EXPECT_EQ(CheckBuildComments(SourceTree::Of({{"a/BUILD", {"x()"}}})).size(),
            1u);
  EXPECT_EQ(CheckBuildComments(SourceTree::Of({{"BUILD", {""}}})).size(), 1u);
}

}  // namespace
}  // namespace kheap::tidy
