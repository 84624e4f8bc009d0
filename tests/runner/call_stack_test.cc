// SPDX-License-Identifier: Apache-2.0
#include "runner/call_stack.h"

#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

// A line for each letter: "a" is `at a.c:1 in a`.
CallStack Folded(const std::string& letters) {
  std::vector<SourceLine> lines;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    const std::string name(1, letter);
    lines.push_back({name + ".c", 1, 0, name});
  }
  std::vector<std::uint32_t> rows;
  for (const char letter : letters) {
    rows.push_back(static_cast<std::uint32_t>(letter - 'a'));
  }
  return FoldCalls(lines, rows);
}

// "(ab)3 c" for a, b, a, b, a, b, c.
std::string Shape(const CallStack& calls) {
  std::string text;
  for (const CallGroup& group : calls.groups) {
    std::string names;
    for (const SourceLine& line : group.lines) names += line.function;
    text +=
        (text.empty() ? "" : " ") +
        (group.times == 1 ? names
                          : "(" + names + ")" + std::to_string(group.times));
  }
  return text;
}

TEST(CallStackTest, FoldsWhatRepeatsItself) {
  EXPECT_EQ(Shape(Folded("")), "");
  EXPECT_EQ(Shape(Folded("abc")), "a b c");
  EXPECT_EQ(Shape(Folded("aab")), "a a b");
  EXPECT_EQ(Shape(Folded("aaaab")), "(a)4 b");
  EXPECT_EQ(Shape(Folded("abab")), "(ab)2");
  EXPECT_EQ(Shape(Folded("zababababm")), "z (ab)4 m");
  EXPECT_EQ(Shape(Folded("abcabcab")), "(abc)2 a b");
  EXPECT_EQ(Shape(Folded("abcdefghabcdefgh")), "(abcdefgh)2");
}

TEST(CallStackTest, LeavesOutTheMiddleOfWhatDoesNotRepeatItself) {
  // No period of eight or less: 25 letters, over and over.
  std::string letters;
  for (int i = 0; i < 100; ++i) letters += "abcdefghijklmnopqrstuvwxy";
  const CallStack calls = Folded(letters + "z");
  ASSERT_EQ(calls.groups.size(), 50u);
  EXPECT_EQ(calls.lines_left_out, 2451u);
  const std::string text = ToString(calls);
  EXPECT_THAT(text, HasSubstr("\n     … 2451 more calls\n"));
  EXPECT_THAT(text, testing::StartsWith("  at a.c:1 in a\n     b.c:1 in b\n"));
  EXPECT_THAT(text, EndsWith("\n     y.c:1 in y\n     z.c:1 in z\n"));
}

RC_GTEST_PROP(CallStackProperty, LosesNoLine, ()) {
  const auto letters =
      *rc::gen::container<std::string>(rc::gen::inRange<char>('a', 'd'));
  const CallStack calls = Folded(letters);
  std::uint64_t count = calls.lines_left_out;
  std::string unfolded;
  for (const CallGroup& group : calls.groups) {
    RC_ASSERT(group.times >= 1u);
    for (std::uint64_t i = 0; i < group.times; ++i) {
      for (const SourceLine& line : group.lines) unfolded += line.function;
    }
    count += group.times * group.lines.size();
  }
  RC_ASSERT(count == letters.size());
  if (calls.lines_left_out == 0) RC_ASSERT(unfolded == letters);
}

std::string CallsOf(const std::string& text) {
  const Program program = Compiled(text, {.optimisation = 0});
  const auto process = Started(program);
  const RunEnd end = process->RunMain({"deep"}).value();
  EXPECT_TRUE(end.fault.has_value());
  return ToString(process->machine().fault_place().calls);
}

TEST(CallStackTest, ShowsAllOfADeepRecursion) {
  EXPECT_EQ(CallsOf("int down(int n) {\n"
                    "  return n == 0 ? *(int *)0 : 1 + down(n - 1);\n"
                    "}\n"
                    "int main(void) { return down(20000); }\n"),
            "  at test.c:2:19 in down\n"
            "     test.c:2:35 in down\n"
            "     … 19999 times more\n"
            "     test.c:4:25 in main\n");
}

TEST(CallStackTest, FoldsAMutualRecursion) {
  EXPECT_EQ(CallsOf("int odd(int n);\n"
                    "int even(int n) { return n ? odd(n - 1) : 10 / n; }\n"
                    "int odd(int n) { return n ? even(n - 1) : 0; }\n"
                    "int main(void) { return even(9000); }\n"),
            "  at test.c:2:46 in even\n"
            "     test.c:3:29 in odd\n"
            "     test.c:2:30 in even\n"
            "     … these 2 lines 4499 times more\n"
            "     test.c:4:25 in main\n");
}

}  // namespace
}  // namespace kheap
