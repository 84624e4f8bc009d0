// SPDX-License-Identifier: Apache-2.0
// What a report says of the variables on the stack.
#include <cstdint>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/runner/programs.h"
#include "tests/runner/reports.h"

namespace kheap {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(StackVariableTest, NamesTheVariableThatWasRunOver) {
  const std::string report = ReportOf(R"(
    int run(int n) {
      int first[4] = {1, 2, 3, 4}, second[4] = {5, 6, 7, 8};
      return first[n] + second[n];
    })",
                                      4);
  EXPECT_THAT(report, HasSubstr("is 0 bytes behind the end of the variable "
                                "`first` of 16 bytes\n"
                                "     declared at test.c:5 in run\n"
                                "  fix: stay within the 16 bytes of `first`"));
}

TEST(StackVariableTest, NamesAVariableBelowWhoseBeginAnAccessLies) {
  EXPECT_THAT(ReportOf(R"(
    int run(int n) {
      short pair[2] = {1, 2};
      return pair[n];
    })",
                       -1),
              HasSubstr("is 2 bytes before the variable `pair` of 4 bytes"));
}

TEST(StackVariableTest, FindsTheFrameOfTheCallerThatOwnsIt) {
  const std::string report = ReportOf(R"(
    static int read(const int *a, int n) {
      int copy[8];
      memcpy(copy, a, 8 * sizeof(int));
      return a[n] + copy[n % 8];
    }
    int run(int n) {
      int values[8] = {0};
      return read(values, n);
    })",
                                      8);
  EXPECT_THAT(report, HasSubstr("`values` of 32 bytes"));
  EXPECT_THAT(report, HasSubstr("in run\n"));
}

TEST(StackVariableTest, FindsTheCallOfARecursionThatIsMeant) {
  EXPECT_THAT(ReportOf(R"(
    static int down(int *outer, int depth) {
      int own[3] = {depth};
      if (depth == 0) return outer[3];
      return down(depth == 5 ? own : outer, depth - 1) + own[0];
    }
    int run(int n) { return down(&n, n); })",
                       5),
              HasSubstr("is 0 bytes behind the end of the variable `own` of "
                        "12 bytes"));
}

TEST(StackVariableTest, NamesAVariableOfACallThatHasReturned) {
  const std::string report = ReportOf(R"(
    static int *keep(int n) { int gone = n; int *volatile p = &gone; return p; }
    int run(int n) { return *keep(n); })",
                                      3);
  EXPECT_THAT(report, HasSubstr("the variable `gone` of 4 bytes"));
  EXPECT_THAT(report, HasSubstr("in keep, which has returned"));
  EXPECT_THAT(report, HasSubstr("keep `gone` where it outlives the call"));
}

TEST(StackVariableTest, NamesAVariableWhoseScopeHasEnded) {
  const std::string report = ReportOf(R"(
    int run(int n) {
      int outer[2] = {1, 2}, *kept = outer;
      if (n == 3) {
        int inner[4] = {5, 6, 7, 8};
        kept = inner;
        n = kept[1];
      }
      return kept[1] + n;
    })",
                                      3);
  EXPECT_THAT(report, HasSubstr("is 4 bytes into the variable `inner` of 16 "
                                "bytes\n     declared at test.c:7 in run; its "
                                "scope has ended\n"));
  EXPECT_THAT(report, HasSubstr("fix: declare `inner` in a scope that lasts as "
                                "long as its use"));
}

TEST(StackVariableTest, FindsAVariableOfALargeAlignment) {
  EXPECT_THAT(ReportOf(R"(
    int run(int n) {
      _Alignas(256) char page[256];
      memset(page, 1, sizeof page);
      return page[n];
    })",
                       256),
              HasSubstr("is 0 bytes behind the end of the variable `page` of "
                        "256 bytes"));
}

TEST(StackVariableTest, SaysWhereACallMayLackAnArgument) {
  const std::string sum = R"(
    #include <stdarg.h>
    static int sum(int n, ...) {
      va_list list;
      va_start(list, n);
      int total = 0;
      while (n-- > 0) total += va_arg(list, int);
      va_end(list);
      return total;
    })";
  const auto fix = HasSubstr("; or pass each argument that the called");
  EXPECT_THAT(ReportOf(sum + "int run(int n) { return sum(n); }", 1),
              AllOf(HasSubstr("is on the stack, in no variable"), fix));
  const std::string kept = sum + R"(
    int run(int n) {
      int kept[4] = {1, 2, 3, 4};
      return kept[n] + )";
  EXPECT_THAT(ReportOf(kept + "sum(n, 5); }", 2),
              AllOf(HasSubstr("is behind the arguments of a call in run"),
                    HasSubstr("fix: let the pointer point into an object; or "
                              "pass each argument")));
  EXPECT_THAT(ReportOf(kept + "sum(n, 5, 6); }", 3),
              AllOf(HasSubstr("before the variable `kept`"), fix));
  EXPECT_THAT(ReportOf(R"(
    #include <stdio.h>
    int run(int n) { return printf("%d %d\n", n); })",
                       1),
              fix);
}

TEST(StackVariableTest, KnowsANegativeNumberOfElements) {
  const Program program =
      Compiled("int run(int n) { volatile int a[n]; a[0] = 1; return a[0]; }");
  const auto process = Started(program);
  const auto result = process->Call<std::int32_t>("run", -1);
  ASSERT_TRUE(result->end.fault.has_value());
  EXPECT_THAT(process->Explain(*result->end.fault),
              HasSubstr("fix: test the number of elements: a negative one"));
}

TEST(StackVariableTest, KnowsAVariableThatIsTooLarge) {
  const Program program = Compiled(
      "int run(int n) { volatile char a[3000000000]; a[n] = 1; return a[n]; }");
  const auto process = Started(program);
  const auto result = process->Call<std::int32_t>("run", 1);
  ASSERT_TRUE(result->end.fault.has_value());
  EXPECT_THAT(process->Explain(*result->end.fault),
              HasSubstr("fix: give the object on the stack a size that fits"));
}

TEST(StackVariableTest, AnArrayOfEnormousElementsIsTooLarge) {
  for (const bool checked : {true, false}) {
    const Program program = Compiled(R"(
      int run(int n) {
        volatile char a[n][5L * 1024 * 1024 * 1024 * 1024];
        a[0][0] = 1;
        return a[0][0];
      })",
                                     {.checked = checked});
    const auto process = Started(program);
    const auto result = process->Call<std::int32_t>("run", 1);
    ASSERT_TRUE(result->end.fault.has_value());
    EXPECT_EQ(result->end.fault->code, FaultCode::kStackOverflow);
  }
}

// The places are where arguments would be, but no function reads them there.
TEST(StackVariableTest, NamesTheVariableWhereNoArgumentIsMissing) {
  const auto names_kept = AllOf(HasSubstr("before the variable `kept`"),
                                HasSubstr("fix: stay within the 16 bytes"),
                                Not(HasSubstr("argument")));
  const std::string begin = R"(
    #include <stdio.h>
    static __attribute__((noinline)) int read(int *p, int n) { return p[n]; }
    static __attribute__((noinline)) int print(int n) {
      return printf("%d", n);
    }
    int run(int n) {
      int kept[4] = {1, 2, 3, 4}, *volatile p = kept;
      )";
  const std::string bodies[] = {
      // In a function that calls nothing, before and after a variadic call, and
      // in one that is not variadic.
      "return p[n]; }",
      "n = p[n]; return printf(\"%d\", n); }",
      "p[n] = 1; return printf(\"%d\", n); }",
      "return print(n) + p[n]; }",
      "n = read(p, n); return printf(\"%d\", n); }",
  };
  for (const std::string& body : bodies) {
    for (const int n : {-3, -4}) {
      EXPECT_THAT(ReportOf(begin + body, n), names_kept) << body << n;
    }
  }
  // Here below the frame's own lower end.
  EXPECT_THAT(ReportOf(begin + bodies[1], -5), names_kept);
  EXPECT_THAT(ReportOf(begin + bodies[4], -5), names_kept);
}

// ---- arrays of variable length ---------------------------------------------

TEST(StackVariableTest, NamesAnArrayOfVariableLength) {
  EXPECT_THAT(ReportOf(R"(
    int run(int n) {
      int row[n + 1];
      for (int i = 0; i <= n + 1; i++) row[i] = i;
      return row[0];
    })",
                       6),
              HasSubstr("is 0 bytes behind the end of the variable `row` of 28 "
                        "bytes\n     declared at test.c:5 in run\n"
                        "  fix: stay within the 28 bytes of `row`"));
  EXPECT_THAT(ReportOf(R"(
    static int sum(int n, int m, int table[n][m]) {
      int total = 0;
      for (int i = 0; i < n; i++) total += table[i][m - 1];
      return total + table[n][0];
    }
    int run(int n) {
      int table[n][n + 1];
      memset(table, 1, sizeof table);
      return sum(n, n + 1, table);
    })",
                       3),
              HasSubstr("the variable `table` of 48 bytes\n     declared at "
                        "test.c:10 in run\n"));
  EXPECT_THAT(ReportOf(R"(
    int run(int n) {
      int unset[n];
      int *volatile p = unset;
      return p[1] == 3;
    })",
                       3),
              HasSubstr("fix: give `unset` a value before reading it"));
}

TEST(StackVariableTest, TellsWhatAllocaGave) {
  EXPECT_THAT(ReportOf(R"(
    int run(int n) {
      char *bytes = __builtin_alloca(n);
      memset(bytes, 1, n);
      return bytes[n];
    })",
                       24),
              HasSubstr("is 0 bytes behind the end of memory of alloca of 24 "
                        "bytes\n     in run\n"));
}

TEST(StackVariableTest, KnowsThatAnArraysScopeHasEnded) {
  const std::string report = ReportOf(R"(
    int run(int n) {
      int *volatile kept;
      {
        int inner[n];
        inner[1] = 1;
        kept = inner;
      }
      return kept[1];
    })",
                                      4);
  EXPECT_THAT(report, HasSubstr("is 4 bytes into the variable `inner` of 16 "
                                "bytes\n     declared at test.c:7 in run; its "
                                "scope has ended\n"));
}

// ---- pointers that outlive their variable ----------------------------------

// The frames of printf and all that it calls lie where the variable was.
TEST(StackVariableTest, NamesAReturnedVariableThoughOthersLieThereNow) {
  EXPECT_THAT(
      ReportOf(R"(
    #include <stdio.h>
    static char *greet(int n) {
      char text[64];
      sprintf(text, "number %d", n);
      char *volatile p = text;
      return p;
    }
    int run(int n) { return printf("%s\n", greet(n)); })",
               3),
      AllOf(HasSubstr("is 0 bytes into the variable `text` of 64 "
                      "bytes\n     declared at test.c:6 in greet, which "
                      "has returned\n"),
            HasSubstr("fix: return the value, or keep `text` where it "
                      "outlives the call\n")));
  EXPECT_THAT(ReportOf(R"(
    static int *squares(int n) {
      int row[n];
      for (int i = 0; i < n; i++) row[i] = i * i;
      int *volatile p = row;
      return p;
    }
    int run(int n) { return squares(n)[1]; })",
                       3),
              HasSubstr("pointed to the stack, to what is no longer there"));
}

TEST(StackVariableTest, AReturnedPointerToALiveVariableIsGood) {
  EXPECT_EQ(ReportOf(R"(
    static int *larger(int *a, int *b) {
      int sum[2] = {*a, *b}, *volatile p = sum;
      return p[0] > p[1] ? a : b;
    }
    static char *skip(char *text) {
      char first[2] = {text[0], 0}, *volatile p = first;
      char *end = text + strlen(p);
      return end;
    }
    int run(int n) {
      int one = 1, three = 3;
      char text[] = "abc";
      return *larger(&one, &three) == n && *skip(text) == 'b' ? 0 : *(int *)n;
    })",
                     3),
            "no fault");
}

}  // namespace
}  // namespace kheap
