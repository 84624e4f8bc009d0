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

// ---- platform code ----------------------------------------------------------

std::size_t CountPlatformFindings(const std::string& line,
                                  const std::string& path = "clib/a.cc") {
  return CheckPlatformCode(SourceTree::Of({{path, {line}}})).size();
}

TEST(PlatformCodeTest, ConditionsIntrinsicsAndAssemblyAreFound) {
  for (const char* line :
       {"#ifdef __linux__",
        "#if defined(__x86_64__) && 1",
        "#  ifndef _WIN32",
        "#elif __has_include(<x>)",
        "#if HWY_ONCE",
        "#include <immintrin.h>",
        "#include \"hwy/highway.h\"",
        "__asm__(\"nop\");",
        "asm volatile(\"\");",
        "x = _mm_add_epi8(a, b);",
        "#if defined(linux)",
        "#include <emmintrin.h>",
        "#include <arm_neon.h>",
        "#include <riscv_vector.h>",
        "#include <sys/auxv.h>",
        "#include <asm/hwcap.h>",
        "#include <linux/futex.h>",
        "#include <cpu_features/cpuinfo_x86.h>",
        "#include <sanitizer/asan_interface.h>",
        "__m128i v;",
        "x = __rdtsc();",
        "__builtin_prefetch(p);",
        "__sync_synchronize();",
        "x = __atomic_load_n(p, 0);",
        "__builtin_cpu_supports(\"avx\");",
        "__builtin_ia32_pause();",
        "[[gnu::target(\"avx2\")]] void F();",
        "__attribute__((target(\"avx2\"))) void F();",
        "[[gnu::target_clones(\"avx2\", \"default\")]] int F();",
        "__attribute__((__target__(\"avx2\"))) void F();",
        "typedef int V __attribute__((vector_size(16)));",
        "using V [[gnu::vector_size(16)]] = int;",
        "using V = int __attribute__((ext_vector_type(4)));",
        "x = __builtin_shuffle(a, b);",
        "x = __builtin_shufflevector(a, b, 0, 1);",
        "x = __builtin_convertvector(a, V);",
        "uint8x16_t v;",
        "float32x4x2_t v;",
        "x = vaddq_u8(a, b);",
        "vst1q_lane_s32(p, a, 0);",
        "svbool_t v;",
        "svuint32_t v;",
        "x = svadd_f32_x(a, b, c);",
        "vfloat64m1_t v;",
        "vuint8mf2_t v;",
        "x = __riscv_vadd(a, b, n);",
        "HWY_EXPORT(F);",
        "HWY_BEFORE_NAMESPACE();"}) {
    EXPECT_EQ(CountPlatformFindings(line), 1u) << line;
    EXPECT_EQ(CountPlatformFindings(line, "benchmarks/heap/a.cc"), 1u) << line;
    EXPECT_EQ(CountPlatformFindings(line, "tests/heap/a.cc"), 1u) << line;
    EXPECT_EQ(CountPlatformFindings(line, "tests/machine/a.cc"), 0u) << line;
    EXPECT_EQ(CountPlatformFindings(line, "machine/a.cc"), 0u) << line;
  }
}

TEST(PlatformCodeTest, BenchmarksMayMapMemory) {
  const std::string line = "#include <sys/mman.h>";
  EXPECT_EQ(CountPlatformFindings(line, "benchmarks/heap/a.cc"), 0u);
  EXPECT_EQ(CountPlatformFindings(line), 1u);
}

TEST(PlatformCodeTest, GuardsAndTheProjectsOwnConditionsAreNot) {
  for (const char* line : {"#ifndef KHEAP_HEAP_A_H_",
                           "#ifdef KHEAP_PARANOID",
                           "#include <vector>",
                           "#define KHEAP_A __FILE__",
                           "// asm",
                           "f(\"#ifdef __linux__\");",
                           "#ifdef __cplusplus",
                           "#ifdef __clang__",
                           "#else",
                           "#endif",
                           "__int128 x;",
                           "#include \"machine/cache.h\"",
                           "#include <atomic>",
                           "#include <sys/stat.h>",
                           "int target = 1;",
                           "f(target(1));",
                           "options.target = x;",
                           "int vector_sizes;",
                           "value_s8 = 1;",
                           "std::uint8_t x;",
                           "int v8;"}) {
    EXPECT_EQ(CountPlatformFindings(line), 0u) << line;
  }
}

TEST(HostCallsTest, ARawSystemCallIsFoundEvenInMachine) {
  const auto count = [](const std::string& line) {
    return CheckHostCalls(SourceTree::Of({{"machine/a.cc", {line}}})).size();
  };
  EXPECT_EQ(count("long x = syscall(SYS_getpid);"), 1u);
  EXPECT_EQ(count("#include <sys/syscall.h>"), 1u);
  EXPECT_EQ(count("kernel.Syscall(1, {});  // not syscall"), 0u);
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
