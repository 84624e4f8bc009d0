// SPDX-License-Identifier: Apache-2.0
// LLVM modules with what no C program has, and programs that reach for what is
// behind the translation: each is refused in one clear line, or does no harm.
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "runner/program.h"
#include "tests/runner/canary.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

absl::StatusOr<Program> Compile(const std::string& assembly) {
  return Program::Compile({.optimisation = 1}, {{"hostile.ll", assembly}});
}

struct Refusal {
  const char* name;
  const char* assembly;
  const char* because;  // part of the message
};

class RefusedModuleTest : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedModuleTest, IsRefusedInOneLine) {
  const auto program = Compile(GetParam().assembly);
  ASSERT_FALSE(program.ok());
  const std::string message(program.status().message());
  EXPECT_NE(message.find(GetParam().because), std::string::npos) << message;
  EXPECT_LE(message.size(), 200u) << message;
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
}

constexpr Refusal kRefusals[] = {
    {"module_assembly", "module asm \"nop\"\ndefine void @f() { ret void }",
     "assembly outside of functions"},
    {"inline_assembly",
     "define void @f() { call void asm \"syscall\", \"\"() ret void }",
     "inline assembly"},
    {"ifunc", "@f = ifunc void (), ptr @g\ndefine ptr @g() { ret ptr null }",
     "`f` is chosen when it is loaded"},
    {"hidden_builtin",
     "declare i64 @kheap_setjmp_buffer(i64, i64, i64)\n"
     "define i64 @f() {\n"
     "  %1 = call i64 @kheap_setjmp_buffer(i64 1, i64 2, i64 3)\n"
     "  ret i64 %1\n}",
     "undefined reference to `program.kheap_setjmp_buffer`"},
    {"host_function",
     "declare i32 @host_only(ptr)\n"
     "define i32 @f() {\n  %1 = call i32 @host_only(ptr null)\n  ret i32 %1\n}",
     "undefined reference to `host_only`"},
    {"personality",
     "declare i32 @p(...)\n"
     "define void @f() personality ptr @p { ret void }",
     "`f` handles exceptions"},
    {"clock",
     "declare i64 @llvm.readcyclecounter()\n"
     "define i64 @f() {\n  %1 = call i64 @llvm.readcyclecounter()\n"
     "  ret i64 %1\n}",
     "llvm.readcyclecounter"},
    {"thread_pointer",
     "declare ptr @llvm.thread.pointer()\n"
     "define ptr @f() {\n  %1 = call ptr @llvm.thread.pointer()\n"
     "  ret ptr %1\n}",
     "llvm.thread.pointer"},
    {"register",
     "declare i64 @llvm.read_register.i64(metadata)\n"
     "define i64 @f() {\n"
     "  %1 = call i64 @llvm.read_register.i64(metadata !0)\n  ret i64 %1\n}\n"
     "!0 = !{!\"sp\"}",
     "llvm.read_register"},
    {"processor_instruction",
     "declare void @llvm.x86.wrfsbase.64(i64)\n"
     "define void @f() {\n  call void @llvm.x86.wrfsbase.64(i64 0)\n"
     "  ret void\n}",
     "llvm.x86.wrfsbase"},
    {"wide_integer",
     "define i1024 @f(i1024 %x) {\n  %1 = udiv i1024 %x, 3\n"
     "  ret i1024 %1\n}",
     "an integer of 1024 bits"},
    {"x87", "define x86_fp80 @f(x86_fp80 %x) { ret x86_fp80 %x }",
     "`x86_fp80`"},
    {"target_type", "define void @f(target(\"spirv.Image\") %x) { ret void }",
     "spirv.Image"},
    {"scalable_vector",
     "define <vscale x 4 x i32> @f(<vscale x 4 x i32> %x) {\n"
     "  ret <vscale x 4 x i32> %x\n}",
     "vscale"},
    {"huge_vector",
     "define <65536 x i64> @f(<65536 x i64> %x) { ret <65536 x i64> %x }",
     "a vector of more than 1024 bytes"},
    {"vector_of_pointers",
     "define <2 x ptr> @f(ptr %p, <2 x i64> %i) {\n"
     "  %1 = getelementptr i8, ptr %p, <2 x i64> %i\n  ret <2 x ptr> %1\n}",
     "a vector of pointers"},
    {"address_space",
     "define i32 @f(ptr addrspace(1) %p) {\n"
     "  %1 = load i32, ptr addrspace(1) %p\n  ret i32 %1\n}",
     "another address space"},
    {"global_in_address_space", "@x = addrspace(270) global i32 0",
     "`x` lies in another address space"},
    {"huge_alignment", "@x = global i32 0, align 4294967296",
     "above the largest alignment"},
    {"huge_global", "@x = global [9223372036854775807 x i64] zeroinitializer",
     "which is larger than any memory"},
    {"wrapping_globals",
     "@x = global { [1152921504606846976 x i8], i8 }\n"
     "  { [1152921504606846976 x i8] zeroinitializer, i8 1 }",
     "is larger than any arena"},
    {"large_aggregate_value",
     "define [100 x i64] @f(ptr %p) {\n  %1 = load [100 x i64], ptr %p\n"
     "  ret [100 x i64] %1\n}",
     "as a value"},
    {"argument_in_memory", "define void @f(ptr byval(i64) %x) { ret void }",
     "`byval`"},
    {"garbage_collector", "define void @f() gc \"shadow-stack\" { ret void }",
     "is more than a function of C"},
    {"prologue", "define void @f() prologue i8 144 { ret void }",
     "is more than a function of C"},
    {"constructor_of_nothing",
     "@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }]\n"
     "  [{ i32, ptr, ptr } { i32 1, ptr inttoptr (i64 4096 to ptr), ptr null "
     "}]",
     "names no function"},
    {"constructor_with_parameters",
     "@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }]\n"
     "  [{ i32, ptr, ptr } { i32 1, ptr @c, ptr null }]\n"
     "define void @c(i32 %n, ptr %arguments) { ret void }",
     "`c` is a constructor or destructor that takes arguments"},
    {"destructor_with_open_parameters",
     "@llvm.global_dtors = appending global [1 x { i32, ptr, ptr }]\n"
     "  [{ i32, ptr, ptr } { i32 1, ptr @d, ptr null }]\n"
     "define void @d(...) { ret void }",
     "`d` is a constructor or destructor that takes arguments"},
    {"setjmp_of_numbers",
     "declare i32 @setjmp(double) returns_twice\n"
     "define i32 @f() {\n  %1 = call i32 @setjmp(double 1.0)\n"
     "  ret i32 %1\n}",
     "setjmp"},
    {"setjmp_of_nothing",
     "declare i32 @_setjmp() returns_twice\n"
     "define i32 @f() {\n  %1 = call i32 @_setjmp()\n  ret i32 %1\n}",
     "setjmp"},
    {"computed_at_load",
     "@x = global i64 ptrtoint (ptr @y to i64)\n@y = external global i8\n",
     "undefined reference to `y`"},
};

INSTANTIATE_TEST_SUITE_P(Modules, RefusedModuleTest,
                         testing::ValuesIn(kRefusals),
                         [](const testing::TestParamInfo<Refusal>& refusal) {
                           return std::string(refusal.param.name);
                         });

// The result of f(x) in both modes, or a fault's code.
std::int64_t ResultOf(const std::string& assembly, std::int64_t x) {
  const auto program = Compile(assembly);
  EXPECT_TRUE(program.ok()) << program.status();
  if (!program.ok()) return -1;
  const Canary before;
  const auto process = Started(*program);
  const Canary after;
  const auto result = process->Call<std::int64_t>("f", x);
  EXPECT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(before.IsIntact() && after.IsIntact());
  if (result->end.fault.has_value()) {
    return static_cast<std::int64_t>(result->end.fault->code);
  }
  return result->value.value_or(-1);
}

TEST(HarmlessModuleTest, ThreadLocalsAreGlobals) {
  EXPECT_EQ(ResultOf("@x = thread_local global i64 41\n"
                     "define i64 @f(i64 %a) {\n  %1 = load i64, ptr @x\n"
                     "  %2 = add i64 %1, %a\n  store i64 %2, ptr @x\n"
                     "  ret i64 %2\n}",
                     1),
            42);
}

TEST(HarmlessModuleTest, NamesOfTheTranslationsOwnAreNames) {
  EXPECT_EQ(ResultOf("@kheap.functions = global [2 x i64] [i64 1, i64 40]\n"
                     "@kheap.image = alias i64, ptr @kheap.functions\n"
                     "define i64 @host.malloc() {\n"
                     "  %1 = load i64, ptr @kheap.image\n  ret i64 %1\n}\n"
                     "define i64 @f(i64 %a) {\n  %1 = call i64 @host.malloc()\n"
                     "  %2 = add i64 %1, %a\n  ret i64 %2\n}",
                     41),
            42);
}

TEST(HarmlessModuleTest, AliasesLeadWhereTheyLead) {
  EXPECT_EQ(ResultOf("define i64 @g(i64 %a) {\n  %1 = mul i64 %a, 2\n"
                     "  ret i64 %1\n}\n"
                     "@h = alias i64 (i64), ptr @g\n"
                     "define i64 @f(i64 %a) {\n  %1 = call i64 @h(i64 %a)\n"
                     "  ret i64 %1\n}",
                     21),
            42);
}

// Each of these promises lets an optimiser drop a check, if it is believed.
TEST(HarmlessModuleTest, PromisesAreNotBelieved) {
  const std::vector<std::string> bodies = {
      // An index that is said to be small.
      "  %i = call range(i64 0, 2) i64 @id(i64 %a)\n"
      "  %p = getelementptr inbounds [2 x i64], ptr @t, i64 0, i64 %i\n"
      "  %1 = load i64, ptr %p, align 8, !range !0, !noundef !1\n",
      "  %i = add nuw nsw i64 %a, 1\n"
      "  %p = getelementptr inbounds i64, ptr @t, i64 %i\n"
      "  %1 = load i64, ptr %p, align 4096, !invariant.load !1\n",
      // A pointer that is said to be good.
      "  %p = inttoptr i64 %a to ptr\n"
      "  call void @llvm.assume(i1 true) [\"dereferenceable\"(ptr %p, i64 64),"
      " \"align\"(ptr %p, i64 64)]\n"
      "  %1 = load i64, ptr %p, align 8\n",
      "  %p = inttoptr i64 %a to ptr\n"
      "  %1 = call i64 @read(ptr nonnull dereferenceable(4294967296) %p)\n",
  };
  for (const std::string& body : bodies) {
    const std::string assembly =
        "@t = global [2 x i64] zeroinitializer\n"
        "declare void @llvm.assume(i1)\n"
        "define i64 @id(i64 %x) noinline { ret i64 %x }\n"
        "define i64 @read(ptr nonnull noalias readonly "
        "dereferenceable(4294967296) %p) memory(none) speculatable {\n"
        "  %1 = load i64, ptr %p\n  ret i64 %1\n}\n"
        "define i64 @f(i64 %a) willreturn nounwind {\n" +
        body + "  ret i64 %1\n}\n!0 = !{i64 0, i64 1}\n!1 = !{}\n";
    for (const std::int64_t x : {INT64_C(1) * 1024 * 1024 * 1024 * 1024,
                                 INT64_C(-100000000000), INT64_MAX / 8}) {
      EXPECT_EQ(ResultOf(assembly, x), 111) << body;
    }
  }
}

TEST(HarmlessModuleTest, ReachingTheUnreachableIsAFault) {
  EXPECT_EQ(ResultOf("define i64 @f(i64 %a) noreturn {\n  unreachable\n}", 1),
            122);
  EXPECT_EQ(ResultOf("declare void @llvm.trap() noreturn\n"
                     "define i64 @f(i64 %a) {\n  call void @llvm.trap()\n"
                     "  unreachable\n}",
                     1),
            122);
}

TEST(HarmlessModuleTest, BitsOfIntegersWithoutWholeBytesStayTheirOwn) {
  // Only the lowest bit of what memory holds counts.
  EXPECT_EQ(ResultOf("@t = global [256 x i64] zeroinitializer\n"
                     "@b = global i8 255\n"
                     "define i64 @f(i64 %a) {\n  %1 = load i1, ptr @b\n"
                     "  %2 = zext i1 %1 to i64\n  %3 = add i64 %2, %a\n"
                     "  ret i64 %3\n}",
                     41),
            42);
}

// One module lists a function that another one defines with a parameter.
TEST(HarmlessModuleTest, AConstructorGetsZerosForWhatItIsNotSaidToTake) {
  const auto program = Program::Compile(
      {.optimisation = 1},
      {{"list.ll",
        "@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }]\n"
        "  [{ i32, ptr, ptr } { i32 1, ptr @c, ptr null }]\n"
        "declare void @c()"},
       {"code.ll",
        "@x = global i64 1\n"
        "define i64 @c(i64 %a, ptr %p) {\n  %1 = add i64 %a, 41\n"
        "  store i64 %1, ptr @x\n  ret i64 %1\n}\n"
        "define i32 @main() {\n  %1 = load i32, ptr @x\n  ret i32 %1\n}"}});
  ASSERT_TRUE(program.ok()) << program.status();
  EXPECT_EQ(program->Run({"listed"})->end.exit_status, 41);
}

TEST(HarmlessProgramTest, TheTranslationsOwnFunctionsAreOutOfReach) {
  const absl::Status status =
      Program::Compile(
          {.optimisation = 0},
          {{"reach.c",
            "long kheap_setjmp_buffer(long, long, long);\n"
            "int main(void) {\n"
            "  return kheap_setjmp_buffer(4096, 0, 1) != 0;\n}\n"}})
          .status();
  EXPECT_NE(std::string(status.message())
                .find("undefined reference to `program.kheap_setjmp_buffer`"),
            std::string::npos)
      << status;
}

TEST(HarmlessProgramTest, AssemblyOutsideOfFunctionsIsRefused) {
  const absl::Status status =
      Program::Compile({.optimisation = 0},
                       {{"file.c",
                         "__asm__(\".globl x\\nx: ret\");\n"
                         "int main(void) { return 0; }\n"}})
          .status();
  EXPECT_EQ(status.message(),
            "file.c: assembly outside of functions is not supported");
}

TEST(HarmlessProgramTest, ItsOwnFunctionsMayHaveOurNames) {
  const Program program = Compiled(R"(
    long kheap_move(long a) { return a + 1; }
    int kheap_fault(void) { return 5; }
    int host_malloc(void) { return 6; }
    int main(void) {
      return (int)kheap_move(30) + kheap_fault() + host_malloc();
    }
  )");
  EXPECT_EQ(program.Run({"names"})->end.exit_status, 42);
}

TEST(HarmlessProgramTest, ItsOwnSetjmpIsAnOrdinaryFunction) {
  const Program program = Compiled(
      "int setjmp(void) { return 7; }\n"
      "int main(void) { return setjmp(); }\n");
  EXPECT_EQ(program.Run({"setjmp"})->end.exit_status, 7);
}

}  // namespace
}  // namespace kheap
