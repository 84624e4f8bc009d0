// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/platform_rules.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace kheap::tidy {
namespace {

std::size_t CountPlatformFindings(const std::string& line,
                                  const std::string& path = "clib/a.cc") {
  return CheckPlatformCode(SourceTree::Of({{path, {line}}})).size();
}

void ExpectFoundOutsideMachine(const std::string& line) {
  for (const char* path :
       {"clib/a.cc", "benchmarks/heap/a.cc", "tests/heap/a.cc"}) {
    EXPECT_EQ(CountPlatformFindings(line, path), 1u) << path << ": " << line;
  }
  for (const char* path : {"tests/machine/a.cc", "machine/a.cc"}) {
    EXPECT_EQ(CountPlatformFindings(line, path), 0u) << path << ": " << line;
  }
}

TEST(PlatformCodeTest, ConditionsHeadersAndPragmasAreFound) {
  for (const char* line :
       {"#ifdef __linux__",
        "#if defined(__x86_64__) && 1",
        "#  ifndef _WIN32",
        "#elif __has_include(<x>)",
        "#if HWY_ONCE",
        "#include <immintrin.h>",
        "#include \"hwy/highway.h\"",
        "#if defined(linux)",
        "#include <emmintrin.h>",
        "#include <arm_neon.h>",
        "#include <riscv_vector.h>",
        "#include <sys/auxv.h>",
        "#include <asm/hwcap.h>",
        "#include <linux/futex.h>",
        "#include <cpu_features/cpuinfo_x86.h>",
        "#include <sanitizer/asan_interface.h>",
        "#pragma GCC target(\"avx2\")",
        "#  pragma GCC optimize(\"O3\")",
        "#pragma clang attribute push(__attribute__((target(\"avx2\"))))",
        "#pragma omp simd",
        "_Pragma(\"GCC target(\\\"avx2\\\")\") int x;",
        "#include <altivec.h>",
        "#include \"altivec.h\"",
        "#include <vecintrin.h>",
        "#include <experimental/simd>",
        "#include <sys/epoll.h>"}) {
    ExpectFoundOutsideMachine(line);
  }
}

TEST(PlatformCodeTest, IntrinsicsBuiltInsAndAssemblyAreFound) {
  for (const char* line :
       {"__asm__(\"nop\");",
        "asm volatile(\"\");",
        "x = _mm_add_epi8(a, b);",
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
        "HWY_BEFORE_NAMESPACE();",
        "x = _pext_u64(a, b);",
        "x = _mulx_u64(a, b, &c);",
        "x = _addcarry_u64(c, a, b, &d);",
        "while (_rdrand64_step(&x) == 0) {}",
        "x = _tzcnt_u64(a);",
        "x = __lzcnt64(a);",
        "x = __crc32cd(a, b);",
        "x = __arm_rsr64(\"cntvct_el0\");",
        "__dmb(1);",
        "x = __builtin_popcount(a);",
        "#define POPULATION(x) __builtin_popcountll(x)",
        "__fp16 x;",
        "__float128 x;",
        "return __extension__ 1;"}) {
    ExpectFoundOutsideMachine(line);
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
                           "int v8;",
                           "#pragma GCC diagnostic push",
                           "#pragma clang diagnostic pop",
                           "#include <stdlib.h>",
                           "#include <sys/wait.h>",
                           "f(__LINE__, __func__);",
                           "x = __builtin_mul_overflow(a, b, &c);",
                           "__attribute__((noinline)) void F();",
                           "EXPECT_THAT(x, Pair(_, std::placeholders::_1));",
                           "auto x = __udivti3;",
                           "_Unwind_Backtrace(f, nullptr);"}) {
    EXPECT_EQ(CountPlatformFindings(line), 0u) << line;
  }
}

TEST(PlatformCodeTest, TheGuestsLibraryHasReservedNamesForItsOwn) {
  const std::string path = "third_party/musl/overlay/a.h";
  EXPECT_EQ(CountPlatformFindings("__syscall0(__restore);", path), 0u);
  EXPECT_EQ(CountPlatformFindings("asm(\"nop\");", path), 1u);
}

TEST(HostCallsTest, ARawSystemCallIsFoundEvenInMachine) {
  const auto count = [](const std::string& line) {
    return CheckHostCalls(SourceTree::Of({{"machine/a.cc", {line}}})).size();
  };
  EXPECT_EQ(count("long x = syscall(SYS_getpid);"), 1u);
  EXPECT_EQ(count("#include <sys/syscall.h>"), 1u);
  EXPECT_EQ(count("kernel.Syscall(1, {});  // not syscall"), 0u);
}

}  // namespace
}  // namespace kheap::tidy
