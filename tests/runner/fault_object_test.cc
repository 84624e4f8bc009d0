// SPDX-License-Identifier: Apache-2.0
// What a report says of the object at the fault's address.
#include "runner/fault_object.h"

#include <cstdint>
#include <set>
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

// The whole report of a fault in `int run(int n)`.
std::string WholeReportOf(const std::string& text, std::int32_t n) {
  const Program program = Compiled(
      "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n" + text);
  const auto process = Started(program);
  const auto result = process->Call<std::int32_t>("run", n);
  return process->Explain(*result->end.fault);
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

TEST(FaultObjectTest, NamesTheReallocOfAFreedBlock) {
  const std::string report = WholeReportOf(R"(
    int run(int n) {
      char *block = malloc(4);
      free(block);
      return realloc(block, n) == 0;
    })",
                                           8);
  EXPECT_THAT(report, HasSubstr("fault 114: double free: realloc at 0x"));
  EXPECT_THAT(report,
              HasSubstr("fix: resize the block before it is freed, or take"));
}

TEST(FaultObjectTest, NamesTheReallocOfWhatMallocNeverGave) {
  const std::string report = WholeReportOf(R"(
    int run(int n) {
      char *block = malloc(4);
      return realloc(block + n, 8) == 0;
    })",
                                           1);
  EXPECT_THAT(report, HasSubstr("fault 115: invalid free: realloc at 0x"));
  EXPECT_THAT(report, HasSubstr("fix: resize only what malloc returned"));
}

TEST(FaultObjectTest, AFreeOfWhatReallocMovedNamesTheRealloc) {
  const std::string report = ReportOf(R"(
    int run(int n) {
      char *block = malloc(4);
      char *larger = realloc(block, 4000);
      larger[0] = n;
      free(block);
      return larger[0];
    })",
                                      1);
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

TEST(FaultObjectTest, AFrameOfMoreThan32BitsHasItsSizeAndPlace) {
  // Where the stack was, as the first line of a report says it.
  std::set<std::string> places;
  for (const std::string size : {"3000000000", "1099511627776"}) {
    const std::string report =
        WholeReportOf("int run(int n) { char large[" + size +
                          "]; memset(large, n, n); return large[n]; }",
                      1);
    EXPECT_THAT(report,
                HasSubstr("stack overflow: push of " + size.substr(0, 5)));
    EXPECT_THAT(report, HasSubstr("fix: give the object on the stack a size"));
    const std::size_t place = report.find(" at 0x");
    places.insert(report.substr(place, report.find('\n') - place));
  }
  EXPECT_EQ(places.size(), 1u);
}

TEST(FaultObjectTest, AnObjectOfTheLibraryFarAwayIsNotNamed) {
  const std::string report = WholeReportOf(R"(
    int run(int n) {
      const char *text = "abc";
      return text[n];
    })",
                                           10000);
  EXPECT_THAT(report, HasSubstr("belongs to no object of the program"));
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
              HasSubstr("fault 121: bad call target: call at 0x1234 as "
                        "`void (void)`\n"));
}

TEST(FaultObjectTest, ShowsBothTypesOfAWrongCall) {
  const Program program = Compiled(R"(
    static long size_of(const char *text, short base) { return *text + base; }
    int run(int n) {
      int (*volatile wrong)(char *, ...) = (int (*)(char *, ...))size_of;
      return wrong(0, n);
    })");
  const auto process = Started(program);
  const auto result = process->Call<std::int32_t>("run", 1);
  EXPECT_THAT(process->Explain(*result->end.fault),
              AllOf(HasSubstr(" as `int (void *, ...)`\n"),
                    HasSubstr(" is the function size_of, "
                              "`long (const char *, short)`\n")));
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

TEST(FaultObjectTest, NamesAGlobalAsTheSourceDoes) {
  EXPECT_THAT(ReportOf(R"(
    int run(int n) {
      static int counts[2] = {1, 2};
      return counts[n]++;
    })",
                       2),
              HasSubstr("the global `counts` of 8 bytes\n     declared at "
                        "test.c:5\n"));
  // The library has one of that name, too.
  EXPECT_THAT(ReportOf(R"(
    int getopt(int, char **, const char *);
    static int optind[2] = {1, 2};
    int run(int n) { return (getopt(0, 0, "") > 5) + optind[n]++; })",
                       2),
              HasSubstr("the global `optind` of 8 bytes\n     declared at "
                        "test.c:5\n  fix: stay within the 8 bytes of "
                        "`optind`"));
}

// A library's object that lies next to where a pointer went astray is not to
// blame.
TEST(FaultObjectTest, DoesNotNameAnObjectOfTheLibrary) {
  const std::string text = R"(
    #include <stdio.h>
    int run(int n) {
      char *wild = (char *)stdout - n;
      return *wild;
    })";
  EXPECT_THAT(ReportOf(text, 1),
              AllOf(HasSubstr("is 1 byte before an object of the C library\n"),
                    HasSubstr("fix: let the pointer point into an object\n")));
}

}  // namespace
}  // namespace kheap
