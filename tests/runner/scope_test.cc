// SPDX-License-Identifier: Apache-2.0
// Pointers to variables whose scope has ended, and what only looks like it.
#include <cstdint>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

struct ScopeProgram {
  std::string name;
  std::string text;  // of a function `int run(void)`
};

// ---- programs --------------------------------------------------------------

const ScopeProgram kWrong[] = {
    {"ReadsBehindABlock", R"(
        int run(void) {
          int *p;
          { int x = 3; p = &x; }
          return *p;
        })"},
    {"WritesBehindABlock", R"(
        int run(void) {
          int *p;
          { int x = 3; p = &x; }
          *p = 4;
          return 0;
        })"},
    {"ReadsBehindALoop", R"(
        int run(void) {
          int *p = 0;
          for (int i = 0; i < 5; i++) { int x = i; p = &x; }
          return *p;
        })"},
    {"ReadsInTheRoundOfALoop", R"(
        int run(void) {
          int sum = 0;
          for (int i = 0; i < 50; i++) {
            int *p;
            { int x = i; p = &x; sum += *p; }
            if (i == 40) sum += *p;
          }
          return sum;
        })"},
    {"ReadsInTheNextRoundBeforeTheScopeBegins", R"(
        int run(void) {
          int *p = 0, sum = 0;
          for (int i = 0; i < 50; i++) {
            if (i == 30) sum += *p;
            { int x = i; p = &x; sum += *p; }
          }
          return sum;
        })"},
    {"LeavesByBreak", R"(
        int run(void) {
          int *p = 0;
          for (;;) { int x = 1; p = same(&x); if (*p) break; }
          return *p;
        })"},
    {"LeavesByGoto", R"(
        int run(void) {
          int *p = 0;
          { int x = 1; p = same(&x); if (*p) goto out; *p = 2; }
        out:
          return *p;
        })"},
    {"KnewThePointerByAnotherName", R"(
        int run(void) {
          int *p, sum;
          { int x = 1; p = same(&x); sum = *p; }
          return sum + *p;
        })"},
    {"KeepsAnArrayOfAStatementExpression", R"(
        int run(void) {
          int *p = ({ int a[2] = {1, 2}; same(a); });
          return p[1];
        })"},
    {"InAFunctionThatIsInlined", R"(
        static inline int last(int n) {
          int *p = 0;
          for (int i = 0; i < n; i++) { int x = i; p = &x; }
          return *p;
        }
        int run(void) { return last(7); })"},
    {"CopiesFromIt", R"(
        int run(void) {
          int *p, to[20];
          { int a[20] = {1, 2}; p = same(a); }
          memcpy(to, p, sizeof to);
          return to[1];
        })"},
    {"ReadsAllOfItInALoop", R"(
        int run(void) {
          int *p, sum = 0;
          { int a[100]; for (int i = 0; i < 100; i++) a[i] = i; p = a; }
          for (int i = 0; i < 100; i++) sum += p[i];
          return sum;
        })"},
    {"ReadsItOnOnePathOnly", R"(
        int run(void) {
          int *p, x = 1;
          if (*same(&x)) { int y = 2; p = same(&y); } else { p = &x; }
          return *p;
        })"},
};

const ScopeProgram kRight[] = {
    {"ComesIntoScopeInEachRound", R"(
        int run(void) {
          int sum = 0;
          for (int i = 0; i < 50; i++) { int x = i; sum += *same(&x); }
          return sum;
        })"},
    {"GoesBackBeforeTheScope", R"(
        int run(void) {
          int n = 0, *p;
        again:;
          { int x = n++; p = same(&x); if (*p < 5) goto again; }
          return n;
        })"},
    {"GoesIntoTheScope", R"(
        int run(void) {
          int n = 0, *p = 0;
          goto in;
          { int x; in: x = n; p = same(&x); n += *p + 1; if (n < 9) goto in; }
          return n;
        })"},
    {"GoesBackIntoAScopeThatWasLeft", R"(
        int run(void) {
          int n = 0;
          { int x = 1; back: *same(&x) = n; n += *same(&x) + 1; }
          if (n < 9) goto back;
          return n;
        })"},
    {"SwitchesPastADeclaration", R"(
        int run(void) {
          int sum = 0;
          for (int i = 0; i < 9; i++) {
            switch (i % 3) {
              int x;
              case 0: x = i; sum += *same(&x); break;
              case 1: x = 2; sum += *same(&x);
              default: { int y = 1; sum += *same(&y); }
            }
          }
          return sum;
        })"},
    {"JumpsBackIntoAScopeByLongjmp", R"(
        int run(void) {
          static jmp_buf place;
          volatile int n = 0;
          { int x = 5; n += *same(&x); if (setjmp(place)) n += *same(&x); }
          if (n < 12) longjmp(place, 1);
          return n;
        })"},
    {"KeepsACompoundLiteralToTheEndOfItsBlock", R"(
        int run(void) {
          int *p = 0, sum = 0;
          for (int i = 0; i < 4; i++) {
            p = (int[]){i, 2};
            sum += *same(p) + p[1];
          }
          return sum;
        })"},
    {"UsesAnArrayOfAReturnedStruct", R"(
        struct two { int a[8]; };
        static struct two make(void) { return (struct two){{1, 2}}; }
        int run(void) { return *same(make().a) + make().a[1]; })"},
    {"KeepsAStaticVariableOfABlock", R"(
        int run(void) {
          int *p;
          { static int x = 4; p = same(&x); }
          return *p;
        })"},
    {"CallsItselfWithItsVariable", R"(
        static int down(int *from, int n) {
          if (n == 0) return *from;
          { int x = *from + n; return down(same(&x), n - 1); }
        }
        int run(void) { int x = 0; return down(&x, 20); })"},
    {"ReturnsWhileItIsInScope", R"(
        int run(void) {
          for (int i = 0;; i++) { int x = i; if (*same(&x) == 3) return x; }
        })"},
    {"HasAnArrayOfVariableLength", R"(
        int run(void) {
          int sum = 0;
          for (int i = 1; i < 20; i++) {
            int a[i], x = i;
            for (int k = 0; k < i; k++) a[k] = k;
            sum += same(a)[i - 1] + *same(&x);
          }
          return sum;
        })"},
};

// ---- how they end ----------------------------------------------------------

std::optional<MemoryFault> FaultOf(const ScopeProgram& program, bool checked,
                                   int optimisation) {
  CompileOptions options;
  options.checked = checked;
  options.optimisation = optimisation;
  const Program compiled = Compiled(
      "#include <setjmp.h>\n#include <string.h>\n"
      "__attribute__((noinline)) static int *same(int *p) { return p; }\n" +
          program.text,
      options);
  const auto result = Started(compiled)->Call<std::int32_t>("run");
  EXPECT_TRUE(result.ok()) << result.status();
  return result->end.fault;
}

class WrongScopeTest : public testing::TestWithParam<ScopeProgram> {};

TEST_P(WrongScopeTest, IsFault123InCheckedModeAtEachLevel) {
  for (const int optimisation : {0, 1, 3}) {
    const auto fault = FaultOf(GetParam(), /*checked=*/true, optimisation);
    EXPECT_EQ(fault.has_value() ? std::optional(fault->code) : std::nullopt,
              FaultCode::kStackUseAfterReturn)
        << "at -O" << optimisation;
  }
  EXPECT_EQ(FaultOf(GetParam(), /*checked=*/false, 1), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Programs, WrongScopeTest, testing::ValuesIn(kWrong),
                         [](const auto& info) { return info.param.name; });

class RightScopeTest : public testing::TestWithParam<ScopeProgram> {};

TEST_P(RightScopeTest, HasNoFaultAtAnyLevel) {
  for (const int optimisation : {0, 1, 3}) {
    EXPECT_EQ(FaultOf(GetParam(), /*checked=*/true, optimisation), std::nullopt)
        << "at -O" << optimisation;
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, RightScopeTest, testing::ValuesIn(kRight),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace kheap
