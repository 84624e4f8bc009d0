// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/cpp_tokens.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::tidy {
namespace {

std::vector<std::string> TextsOf(std::string_view source) {
  std::vector<std::string> texts;
  for (const Token& token : Tokenize(source)) texts.emplace_back(token.text);
  return texts;
}

using Texts = std::vector<std::string>;

TEST(CppTokensTest, CommentsAndSpaceAreDropped) {
  EXPECT_EQ(TextsOf("a /* b \n */ c // d\n e"), (Texts{"a", "c", "e"}));
}

TEST(CppTokensTest, TheLongestOperatorWins) {
  EXPECT_EQ(
      TextsOf("a<<=b>>c&&d&e->*f"),
      (Texts{"a", "<<=", "b", ">>", "c", "&&", "d", "&", "e", "->*", "f"}));
}

TEST(CppTokensTest, NumbersKeepSeparatorsSuffixesAndExponents) {
  EXPECT_EQ(TextsOf("1'000u 0x1F'FFull 1.5e-3f .5 0xAe+1"),
            (Texts{"1'000u", "0x1F'FFull", "1.5e-3f", ".5", "0xAe", "+", "1"}));
}

TEST(CppTokensTest, LiteralsAreOneToken) {
  EXPECT_EQ(
      TextsOf(R"(x = "a // \" b" + '\'' + u8"c";)"),
      (Texts{"x", "=", R"("a // \" b")", "+", R"('\'')", "+", "u8\"c\"", ";"}));
  EXPECT_EQ(TextsOf("R\"-(a \" )\" b)-\" c"),
            (Texts{"R\"-(a \" )\" b)-\"", "c"}));
}

TEST(CppTokensTest, DirectivesAreOneTokenButForMacroBodies) {
  const std::vector<Token> tokens = Tokenize(
      "#include \"a/b.h\"\n#define F(x) \\\n  (x | 1)\n#if defined(Y)\nz");
  ASSERT_EQ(tokens.size(), 13u);
  EXPECT_EQ(tokens[0].kind, Token::Kind::kInclude);
  EXPECT_EQ(tokens[0].text, "\"a/b.h\"");
  EXPECT_EQ(tokens[1].text, "define");
  EXPECT_EQ(tokens[7].text, "x");
  EXPECT_TRUE(tokens[7].in_macro);
  EXPECT_EQ(tokens[7].line, 3);
  EXPECT_EQ(tokens[11].text, "if defined(Y)");
  EXPECT_EQ(tokens[12].text, "z");
  EXPECT_FALSE(tokens[12].in_macro);
}

TEST(CppTokensTest, LinesAndSpaceBeforeAreKept) {
  const std::vector<Token> tokens = Tokenize("a &b\n&\nc");
  ASSERT_EQ(tokens.size(), 5u);
  EXPECT_TRUE(tokens[1].space_before);
  EXPECT_FALSE(tokens[2].space_before);
  EXPECT_TRUE(tokens[3].space_before);
  EXPECT_EQ(tokens[3].line, 2);
  EXPECT_EQ(tokens[4].line, 3);
}

TEST(CppTokensTest, AnUnfinishedSourceEndsAtItsEnd) {
  for (const char* source : {"\"abc", "R\"(abc", "R\"abc", "/* abc", "'", "#",
                             "#define", "#include", "\\\n", "1'"}) {
    for (const Token& token : Tokenize(source)) {
      EXPECT_LE(token.text.size(), std::string_view(source).size());
    }
  }
}

}  // namespace
}  // namespace kheap::tidy
