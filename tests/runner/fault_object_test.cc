// SPDX-License-Identifier: Apache-2.0
// What a report says of the object at the fault's address.
#include "runner/fault_object.h"

#include <cstdint>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// The report of a fault in `int run(int n)`, at -O0 and at -O2: the same.
std::string ReportOf(const std::string& text, std::int32_t n) {
  std::string report;
  for (const int optimisation : {0, 2}) {
    CompileOptions options;
    options.optimisation = optimisation;
    const Program program =
        Compiled("#include <stdlib.h>\n#include <string.h>\n" + text, options);
    const auto process = Started(program);
    const auto result = process->Call<std::int32_t>("run", n);
    EXPECT_TRUE(result.ok()) << result.status();
    if (!result->end.fault.has_value()) return "no fault";
    const std::string words = process->Explain(*result->end.fault);
    const std::string object = words.substr(words.find("\n  0x") + 1);
    if (optimisation != 0) {
      EXPECT_EQ(object, report);
    }
    report = object;
  }
  return report;
}

TEST(FaultObjectTest, NamesTheVariableThatWasRunOver) {
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

TEST(FaultObjectTest, NamesAVariableBelowWhoseBeginAnAccessLies) {
  EXPECT_THAT(ReportOf(R"(
    int run(int n) {
      short pair[2] = {1, 2};
      return pair[n];
    })",
                       -1),
              HasSubstr("is 2 bytes before the variable `pair` of 4 bytes"));
}

TEST(FaultObjectTest, FindsTheFrameOfTheCallerThatOwnsIt) {
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

TEST(FaultObjectTest, FindsTheCallOfARecursionThatIsMeant) {
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

TEST(FaultObjectTest, NamesAVariableOfACallThatHasReturned) {
  const std::string report = ReportOf(R"(
    static int *keep(int n) { int gone = n; int *volatile p = &gone; return p; }
    int run(int n) { return *keep(n); })",
                                      3);
  EXPECT_THAT(report, HasSubstr("the variable `gone` of 4 bytes"));
  EXPECT_THAT(report, HasSubstr("in keep, which has returned"));
  EXPECT_THAT(report, HasSubstr("keep `gone` where it outlives the call"));
}

TEST(FaultObjectTest, NamesAVariableWhoseScopeHasEnded) {
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

TEST(FaultObjectTest, FindsAVariableOfALargeAlignment) {
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

TEST(FaultObjectTest, NamesWhatIsReadBeforeItHasAValue) {
  const std::string report = ReportOf(R"(
    int run(int n) {
      int total;
      for (int i = 0; i < n; i++) total = i;
      return total > 3 ? 1 : 2;
    })",
                                      0);
  EXPECT_THAT(report, HasSubstr("give `total` a value before reading it"));
}

TEST(FaultObjectTest, SaysWhereABlockWasFreed) {
  const std::string report = ReportOf(R"(
    int run(int n) {
      int *block = malloc(sizeof *block);
      *block = n;
      free(block);
      return *block;
    })",
                                      1);
  EXPECT_THAT(report, HasSubstr("into a freed block of 4 bytes"));
  EXPECT_THAT(report,
              HasSubstr("fix: use the block before it is freed at test.c:7 in "
                        "run, or free it later"));
}

TEST(FaultObjectTest, SaysThatReallocGaveAnotherBlock) {
  const std::string report = ReportOf(R"(
    int run(int n) {
      char *block = malloc(4);
      char *larger = realloc(block, 4000);
      larger[0] = n;
      return block[0];
    })",
                                      1);
  EXPECT_THAT(report, HasSubstr(", freed by realloc at test.c:6 in run"));
  EXPECT_THAT(
      report,
      HasSubstr("fix: use the pointer that realloc returned at test.c:6"));
}

TEST(FaultObjectTest, AReallocToNothingIsAFree) {
  const std::string report = ReportOf(R"(
    int run(int n) {
      char *block = malloc(4);
      block[0] = n;
      realloc(block, 0);
      return block[0];
    })",
                                      1);
  EXPECT_THAT(report, HasSubstr(", freed at test.c:7 in run"));
  EXPECT_THAT(report, HasSubstr("fix: use the block before it is freed"));
}

// The whole report of a fault in `int run(int n)`.
std::string WholeReportOf(const std::string& text, std::int32_t n) {
  const Program program = Compiled(
      "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n" + text);
  const auto process = Started(program);
  const auto result = process->Call<std::int32_t>("run", n);
  return process->Explain(*result->end.fault);
}

TEST(FaultObjectTest, AFixSuitsTheCase) {
  EXPECT_THAT(WholeReportOf(R"(
    int run(int n) {
      if (n == 1) __builtin_trap();
      return n;
    })",
                            1),
              HasSubstr("fix: keep the program from coming here"));
  EXPECT_THAT(WholeReportOf("int run(int n) { return 7 / (n - 1); }", 1),
              HasSubstr("fix: test the divisor for zero"));
  EXPECT_THAT(WholeReportOf(R"(
    int run(int n) {
      char from[8] = "", to[8];
      memcpy(to, from, n);
      return to[0];
    })",
                            -1),
              HasSubstr("fix: give a number of bytes that is not negative"));
}

TEST(FaultObjectTest, AFrameLargerThanTheArenaHasItsSize) {
  const std::string report = WholeReportOf(R"(
    int run(int n) {
      char large[3000000000];
      memset(large, n, sizeof large);
      return large[n];
    })",
                                           1);
  EXPECT_THAT(report, HasSubstr("stack overflow: push of 30000"));
}

TEST(FaultObjectTest, RegressionAFaultInTheFunctionThatIsCalledHasAPlace) {
  CompileOptions options;
  options.optimisation = 3;
  const Program program = Compiled(R"(
    void free(void *);
    void run(char *block) {
      free(block + 1);
    })",
                                   options);
  const auto process = Started(program);
  const auto result = process->Call<void>("run", Address(0x100001));
  EXPECT_THAT(process->Explain(*result->end.fault),
              HasSubstr("\n  at test.c:4:7 in run\n"));
}

TEST(FaultObjectTest, SaysWhatGaveABlockToTheLibraryAndWhereReallocFreedOne) {
  EXPECT_THAT(ReportOf(R"(
    int run(int n) {
      char *copy = strdup("text");
      char *grown = realloc(copy, 5000);
      grown[0] = 1;
      return copy[n];
    })",
                       0),
              HasSubstr("allocated at test.c:5 in run (malloc 1), freed by "
                        "realloc at test.c:6 in run"));
  EXPECT_THAT(ReportOf(R"(
    #include <stdio.h>
    int run(int n) {
      FILE *file = fopen("/tmp/new", "w");
      fclose(file);
      return ((char *)file)[n];
    })",
                       0),
              HasSubstr("allocated at test.c:6 in run (malloc 1), freed at "
                        "test.c:7 in run"));
}

TEST(FaultObjectTest, NamesTheCallbackOfALibraryFunction) {
  for (const int optimisation : {0, 1, 3}) {
    const Program program = Compiled(R"(
      #include <stdlib.h>
      static int compare(const void *a, const void *b) {
        return *(const int *)a - **(const int **)b;
      }
      void run(void) {
        int numbers[16] = {0};
        qsort(numbers, 16, sizeof *numbers, compare);
      })",
                                     {.optimisation = optimisation});
    const auto process = Started(program);
    const auto result = process->Call<void>("run");
    const std::string report = process->Explain(*result->end.fault);
    EXPECT_THAT(report, HasSubstr("\n  at test.c:4:34 in compare\n"));
    EXPECT_THAT(report, HasSubstr("test.c:8:9 in run\n"));
  }
}

TEST(FaultObjectTest, TellsAJumpAndAHandlerFromACall) {
  const auto report_of = [](const std::string& text) {
    const Program program = Compiled(text, {.optimisation = 1});
    const auto process = Started(program);
    return process->Explain(*process->RunMain({"test"})->fault);
  };
  const std::string jump = report_of(R"(
    #include <setjmp.h>
    static jmp_buf buffer;
    int main(void) { longjmp(buffer, 1); })");
  EXPECT_THAT(jump, HasSubstr("fault 121: bad call target: longjmp to the "
                              "buffer at 0x"));
  EXPECT_THAT(jump, HasSubstr("fix: jump only to where setjmp was called"));
  const std::string handler = report_of(R"(
    #include <signal.h>
    int main(void) {
      signal(SIGSEGV, (void (*)(int))0x1234);
      raise(SIGSEGV);
    })");
  EXPECT_THAT(handler, HasSubstr("signal handler at 0x1234\n"));
  EXPECT_THAT(handler, HasSubstr("fix: give signal a function"));
}

TEST(FaultObjectTest, AJumpLeavesNothingToTheNextReport) {
  const Program program = Compiled(R"(
    #include <setjmp.h>
    static jmp_buf buffer;
    void jump(void) { longjmp(buffer, 1); }
    void call(long target) { ((void (*)(void))target)(); })",
                                   {});
  const auto process = Started(program);
  const auto jumped = process->Call<void>("jump");
  EXPECT_THAT(process->Explain(*jumped->end.fault), HasSubstr("longjmp"));
  const auto called = process->Call<void>("call", 0x1234L);
  EXPECT_THAT(process->Explain(*called->end.fault),
              HasSubstr("fault 121: bad call target: call at 0x1234"));
}

TEST(FaultObjectTest, NamesAStringConstant) {
  EXPECT_THAT(ReportOf(R"(
    int run(int n) {
      char *text = "abc";
      text[n] = 'x';
      return text[0];
    })",
                       0),
              HasSubstr("is 0 bytes into a string constant of 4 bytes"));
}

TEST(FaultObjectTest, SaysWhereACallMayLackAnArgument) {
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

// The places are where arguments would be, but no function reads them there.
TEST(FaultObjectTest, NamesTheVariableWhereNoArgumentIsMissing) {
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

}  // namespace
}  // namespace kheap
