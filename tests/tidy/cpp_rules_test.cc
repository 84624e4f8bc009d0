// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/cpp_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::tidy {
namespace {

std::size_t CountBitFindings(const std::string& line,
                             const std::string& path = "kmalloc/a.cc") {
  return CheckBitOperators(SourceTree::Of({{path, {line}}})).size();
}

// ---- bit operators ----------------------------------------------------------

TEST(BitOperatorsTest, RawOperatorsAreFound) {
  for (const char* line : {"x = a & b;",
                           "x = a &\n    b;",
                           "x = a | b;",
                           "x = a ^ b;",
                           "x = ~a;",
                           "x = ~Mask(3);",
                           "f(~LowMask(3));",
                           "return ~(a + b);",
                           "x = 1 << n;",
                           "x = (y + 1) << n;",
                           "x = y >> n;",
                           "x = f(y) >> 3;",
                           "x = a[i] >> 3;",
                           "x <<= 1;",
                           "x >>= 1;",
                           "x &= y;",
                           "x |= y;",
                           "x ^= y;",
                           "x = a bitand b;",
                           "x = compl a;",
                           "f(a << 1, b);",
                           "#define F(x) ((x) | 1)",
                           "return a << b;",
                           "if (a & 1) f();",
                           "std::cout << (a | 1);",
                           "x = b ? a << 1 : c;"}) {
    EXPECT_EQ(CountBitFindings(line), 1u) << line;
  }
}

TEST(BitOperatorsTest, HexadecimalAndBinaryLiteralsAreFound) {
  for (const char* line :
       {"x = 0xFF;", "x = 0XFFull;", "x = 0b101;", "f(0xFF'FFu);"}) {
    EXPECT_EQ(CountBitFindings(line), 1u) << line;
  }
}

TEST(BitOperatorsTest, OtherUsesOfTheSameSignsAreNot) {
  for (const char* line : {"void F(const T& a, T&& b);",
                           "x = &a;",
                           "f(&a, &b);",
                           "auto& [a, b] = c;",
                           "for (const auto& a : b) {",
                           "auto f = [&] { return 1; };",
                           "auto f = [&a, &b](int& c) { return c; };",
                           "int& F() &;",
                           "int& F() & { return a_; }",
                           "operator T&() const;",
                           "x = a && b;",
                           "x = a || !b;",
                           "std::vector<std::vector<int>> a;",
                           "std::map<int, std::vector<int>> a = b;",
                           "F<G<H<int>>>();",
                           "out << a << b;",
                           "std::cout << a;",
                           "std::cerr << 1 << \"a | b\";",
                           "return out << a;",
                           "*this->out_ << a;",
                           "options.out << a;",
                           "log_stream << a;",
                           "in >> a;",
                           "std::ostream& operator<<(std::ostream& out, T a);",
                           "CVar& operator|=(T a);",
                           "T operator~() const;",
                           "T operator&(T a);",
                           "~Foo();",
                           "virtual ~Foo() = default;",
                           "Foo::~Foo() {}",
                           "a->~Foo();",
                           "// x = a | b;",
                           "/* 0xFF */",
                           "f(\"0x & ^\");",
                           "x = '&';",
                           "x = 0;",
                           "x = 10 + 0.5;",
                           "#include <bits/x.h>"}) {
    EXPECT_EQ(CountBitFindings(line), 0u) << line;
  }
}

TEST(BitOperatorsTest, FoldersForBitsAreFree) {
  for (const char* path : {"bitshift/a.h", "machine/a.cc", "tests/kmalloc/a.cc",
                           "benchmarks/kmalloc/a.cc"}) {
    EXPECT_EQ(CountBitFindings("x = a | 0xFF;", path), 0u) << path;
  }
}

TEST(BitOperatorsTest, AFindingNamesItsLine) {
  const auto findings = CheckBitOperators(
      SourceTree::Of({{"heap/a.h", {"int a;\nint b = a ^ 1;\n"}}}));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].path, "heap/a.h");
  EXPECT_EQ(findings[0].line, 2);
}

// ---- function lengths -------------------------------------------------------

// `head`, a brace, `line_count` - 2 lines and the closing brace.
std::string Block(const std::string& head, int line_count) {
  std::string text = head + " {\n";
  for (int i = 0; i < line_count - 2; ++i) text += "  if (a) { b(); }\n";
  return text + "}\n";
}

std::vector<Finding> CheckLengths(const std::string& text) {
  return CheckFunctionLengths(SourceTree::Of({{"heap/a.cc", {text}}}));
}

TEST(FunctionLengthsTest, TheLimitIsExact) {
  for (const char* head :
       {"void F()", "template <typename T, int N = 3> T F(std::vector<T> a)",
        "Foo::Foo(int a) : a_(a)", "bool operator==(A a, A b)", "TEST(A, B)",
        "int F() const noexcept",
        "template <typename T> requires(sizeof(T) == 1) T& F(int a = 3)"}) {
    EXPECT_EQ(CheckLengths(Block(head, 70)).size(), 0u) << head;
    EXPECT_EQ(CheckLengths(Block(head, 71)).size(), 1u) << head;
  }
}

TEST(FunctionLengthsTest, FunctionsAreFoundInClassesAndNamespaces) {
  const std::string text =
      "namespace a {\nclass B : public C {\n public:\n  B() : x_{1} {}\n" +
      Block("  void F()", 71) + "};\n}\n";
  const auto findings = CheckLengths(text);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].line, 5);
}

TEST(FunctionLengthsTest, LongDataAndLongScopesAreNoFunctions) {
  std::string table = "constexpr int kTable[] = {\n";
  for (int i = 0; i < 100; ++i) table += "    F(1),\n";
  table += "};\n";
  const std::string members = "class A {\n" + std::string(100, '\n') + "};\n";
  EXPECT_EQ(CheckLengths(table + members + "namespace b {\n" + members + "}\n")
                .size(),
            0u);
}

TEST(FunctionLengthsTest, AMultiLineHeadCounts) {
  EXPECT_EQ(CheckLengths(Block("void F(int a,\n       int b)", 70)).size(), 1u);
}

TEST(FunctionLengthsTest, MacrosDoNotDisturbTheBraces) {
  EXPECT_EQ(CheckLengths("#define OPEN {\n" + Block("void F()", 71)).size(),
            1u);
}

}  // namespace
}  // namespace kheap::tidy
