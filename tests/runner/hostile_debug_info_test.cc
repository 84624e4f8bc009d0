// SPDX-License-Identifier: Apache-2.0
// LLVM modules whose debug information no C program has.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runner/program.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

absl::StatusOr<Program> Compile(const std::string& assembly) {
  return Program::Compile({.optimisation = 1}, {{"hostile.ll", assembly}});
}

// The result of f(35), which adds the first element of x.
std::int64_t ResultOf(const std::string& assembly) {
  const auto program = Compile(assembly);
  EXPECT_TRUE(program.ok()) << program.status();
  if (!program.ok()) return -1;
  const auto result =
      Started(*program)->Call<std::int64_t>("f", std::int64_t{35});
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? result->value.value_or(-1) : -1;
}

// A global of the type !10, with what `types` says of it.
std::string WithDebugInfo(const std::string& types) {
  return "@x = global [4 x i32] [i32 7, i32 0, i32 0, i32 0], !dbg !0\n"
         "define i64 @f(i64 %a) {\n  %1 = load i32, ptr @x\n"
         "  %2 = zext i32 %1 to i64\n  %3 = add i64 %2, %a\n"
         "  ret i64 %3\n}\n"
         "!llvm.dbg.cu = !{!2}\n"
         "!llvm.module.flags = !{!3}\n"
         "!0 = !DIGlobalVariableExpression(var: !1, expr: !DIExpression())\n"
         "!1 = distinct !DIGlobalVariable(name: \"x\", scope: !2, file: !4, "
         "line: 1, type: !10, isLocal: false, isDefinition: true)\n"
         "!2 = distinct !DICompileUnit(language: DW_LANG_C11, file: !4, "
         "emissionKind: FullDebug, globals: !{!0})\n"
         "!3 = !{i32 2, !\"Debug Info Version\", i32 3}\n"
         "!4 = !DIFile(filename: \"a.c\", directory: \"/\")\n"
         "!5 = !{!DISubrange(count: 4)}\n"
         "!6 = !DIBasicType(name: \"int\", size: 32, encoding: "
         "DW_ATE_signed)\n" +
         types;
}

TEST(HostileDebugInfoTest, ACircleIsRefused) {
  const std::vector<std::string> circles = {
      "!10 = distinct !DICompositeType(tag: DW_TAG_array_type, baseType: !10, "
      "size: 128, elements: !5)\n",
      "!10 = distinct !DIDerivedType(tag: DW_TAG_typedef, name: \"t\", "
      "baseType: !10)\n",
      "!10 = distinct !DIDerivedType(tag: DW_TAG_pointer_type, size: 64, "
      "baseType: !11)\n"
      "!11 = !DIDerivedType(tag: DW_TAG_const_type, baseType: !10)\n",
      // A type that lies within itself.
      "!10 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "
      "\"s\", scope: !10, size: 128, elements: !{})\n",
      // A bit-field of a type without an end.
      "!10 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "
      "\"s\", size: 128, elements: !{!11})\n"
      "!11 = distinct !DIDerivedType(tag: DW_TAG_member, name: \"m\", "
      "baseType: !12, size: 3, flags: DIFlagBitField, extraData: i64 0)\n"
      "!12 = distinct !DIDerivedType(tag: DW_TAG_typedef, name: \"t\", "
      "baseType: !12)\n",
  };
  for (const std::string& circle : circles) {
    EXPECT_EQ(Compile(WithDebugInfo(circle)).status().message(),
              "hostile.ll: debug information that leads in a circle is not "
              "supported")
        << circle;
  }
}

TEST(HostileDebugInfoTest, AStructOfItselfIsOnlyItsSize) {
  const std::string members =
      "!10 = distinct !DICompositeType(tag: DW_TAG_structure_type, name: "
      "\"s\", size: 128, elements: !{!11, !12})\n"
      "!11 = distinct !DIDerivedType(tag: DW_TAG_member, name: \"m\", "
      "baseType: !10, size: 128)\n"
      "!12 = distinct !DIDerivedType(tag: DW_TAG_member, name: \"n\", "
      "baseType: !10, size: 128)\n";
  EXPECT_EQ(ResultOf(WithDebugInfo(members)), 42);
  // A function that takes one is looked at member by member.
  const std::string parameter =
      WithDebugInfo(members) +
      "define i64 @g(i64 %a, i64 %b) !dbg !20 { ret i64 %b }\n"
      "!20 = distinct !DISubprogram(name: \"g\", scope: !4, file: !4, line: 1, "
      "type: !21, unit: !2, spFlags: DISPFlagDefinition)\n"
      "!21 = !DISubroutineType(types: !{!10, !10})\n";
  EXPECT_EQ(ResultOf(parameter), 42);
}

// Each array of the one before: LLVM recurses as deep, more than once.
TEST(HostileDebugInfoTest, ADeepTypeOverflowsNoStack) {
  constexpr int kDepth = 20000;
  std::string types;
  for (int i = 0; i < kDepth; ++i) {
    absl::StrAppend(&types, "!", 10 + i,
                    " = !DICompositeType(tag: DW_TAG_array_type, baseType: !",
                    i + 1 == kDepth ? 6 : 11 + i,
                    ", size: 128, elements: !5)\n");
  }
  const std::string deep = WithDebugInfo(types);
  EXPECT_EQ(ResultOf(deep), 42);
  // Of such a variable only the size is known.
  const auto program = Compile(deep);
  ASSERT_TRUE(program.ok()) << program.status();
  const auto process = Started(*program);
  EXPECT_TRUE(process->Symbol<double>("x").ok());
  EXPECT_FALSE((process->Symbol<CArray<std::int32_t, 3>>("x").ok()));
}

}  // namespace
}  // namespace kheap
