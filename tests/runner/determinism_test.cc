// SPDX-License-Identifier: Apache-2.0
// The same run leaves the same bytes: ten times, in each mode, with and without
// a seed, to the end or until the steps are used up.
#include <cstdint>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

constexpr int kRuns = 10;

struct Case {
  const char* name;
  // Whether what it prints follows from the seed or from where things lie.
  bool shows_seed;
  bool shows_places;
  const char* text;
};

void PrintTo(const Case& program, std::ostream* out) { *out << program.name; }

constexpr Case kCases[] = {
    {"Stdio", false, false, R"(
      #include <stdio.h>
      #include <string.h>
      int main(void) {
        char line[100];
        FILE *f = fopen("/tmp/notes", "w+");
        for (int i = 0; i < 50; i++) fprintf(f, "%d %a %s\n", i, i / 7.0, "x");
        rewind(f);
        int sum = 0;
        while (fgets(line, sizeof line, f)) sum += (int)strlen(line);
        printf("%d %ld\n", sum, ftell(f));
        fclose(f);
        setvbuf(stdout, 0, _IONBF, 0);
        printf("%s\n", fgets(line, sizeof line, stdin));
      })"},
    {"Sorting", false, false, R"(
      #include <search.h>
      #include <stdio.h>
      #include <stdlib.h>
      static int compare(const void *a, const void *b) {
        return *(const int *)a - *(const int *)b;
      }
      int main(void) {
        static int numbers[2000];
        void *tree = 0;
        for (int i = 0; i < 2000; i++) numbers[i] = i * 7919 % 2003;
        qsort(numbers, 2000, sizeof(int), compare);
        for (int i = 0; i < 2000; i++) tsearch(&numbers[i], &tree, compare);
        int key = 700;
        printf("%d %d\n", numbers[1000], **(int **)tfind(&key, &tree, compare));
      })"},
    {"MallocChurn", false, false, R"(
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      int main(void) {
        static char *blocks[257];
        unsigned n = 1;
        unsigned long sum = 0;
        for (int i = 0; i < 20000; i++) {
          n = n * 1103515245 + 12345;
          char **block = &blocks[n / 65536 % 257];
          unsigned size = n / 1024 % 3000;
          if (n % 7 == 0) {
            *block = realloc(*block, size + 1);
            memset(*block, i, size + 1);
          } else {
            free(*block);
            *block = calloc(size + 1, 1);
          }
          sum = sum * 31 + (*block)[size / 2];
        }
        printf("%lu\n", sum);
      })"},
    {"Time", false, false, R"(
      #include <stdio.h>
      #include <time.h>
      #include <unistd.h>
      int main(void) {
        time_t begin = time(0);
        struct timespec t;
        usleep(1500);
        clock_gettime(CLOCK_MONOTONIC, &t);
        printf("%s%ld %ld %ld\n", ctime(&begin), (long)t.tv_sec, t.tv_nsec,
               (long)clock());
      })"},
    {"RandomNumbers", true, false, R"(
      #include <stdio.h>
      #include <stdlib.h>
      #include <sys/random.h>
      int main(void) {
        unsigned long n[2];
        getrandom(n, sizeof n, 0);
        printf("%lu %lu %d %ld %f\n", n[0], n[1], rand(), random(), drand48());
      })"},
    {"WhatTheHostMightShow", true, true, R"(
      #include <stdio.h>
      #include <stdlib.h>
      #include <time.h>
      #include <unistd.h>
      #include <sys/auxv.h>
      #include <sys/resource.h>
      #include <sys/utsname.h>
      extern char **environ;
      int global;
      int main(int argc, char **argv) {
        int local;
        char name[] = "/tmp/fileXXXXXX";
        struct utsname system;
        struct rusage usage;
        uname(&system);
        getrusage(RUSAGE_SELF, &usage);
        mkstemp(name);
        printf("%p %p %p %p %p %p\n", (void *)&local, (void *)&global,
               malloc(10), (void *)main, (void *)printf, (void *)argv[0]);
        printf("%ld %ld %d %d %d\n", (long)time(0), (long)clock(), getpid(),
               getppid(), getuid());
        printf("%p %lu %s %s\n", (void *)environ[0], getauxval(AT_RANDOM),
               getcwd(0, 0), name);
        printf("%s %s %s %s\n", system.nodename, system.release, system.version,
               system.machine);
        printf("%ld %ld\n", usage.ru_utime.tv_usec, usage.ru_maxrss);
      })"},
    {"JumpsAndSignals", false, false, R"(
      #include <setjmp.h>
      #include <signal.h>
      #include <stdio.h>
      static jmp_buf back;
      static void handle(int signal) { longjmp(back, signal); }
      int main(void) {
        signal(SIGUSR1, handle);
        volatile int rounds = 0;
        if (setjmp(back)) rounds++;
        if (rounds < 20) raise(SIGUSR1);
        printf("%d\n", rounds);
      })"},
};

struct Outcome {
  std::string output;
  int status;
  std::string digest;

  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << outcome.status << " " << outcome.digest << "\n"
               << outcome.output;
  }
};

Outcome OutcomeOf(const Program& program, std::uint64_t seed) {
  RunOptions options;
  options.kernel.seed = seed;
  CapturedConsole console("a line of input\n");
  options.console = &console;
  const auto process = program.Start(options).value();
  const RunEnd end = process->RunMain({"program"}).value();
  EXPECT_FALSE(end.fault.has_value()) << process->Explain(*end.fault);
  return {console.output(), end.exit_status.value_or(-1),
          ToString(process->heap().ComputeDigest())};
}

class DeterminismTest : public testing::TestWithParam<Case> {};

INSTANTIATE_TEST_SUITE_P(Programs, DeterminismTest, testing::ValuesIn(kCases),
                         [](const auto& c) { return c.param.name; });

TEST_P(DeterminismTest, TenRunsAreTheSameAndModesAndSeedsDifferWhereTheyMay) {
  std::set<std::string> outputs_by_mode;
  for (const bool checked : {false, true}) {
    const Program program = Compiled(GetParam().text, {.checked = checked});
    std::set<std::string> outputs;
    std::set<std::string> digests;
    for (const std::uint64_t seed : {0, 1, 99}) {
      const Outcome first = OutcomeOf(program, seed);
      EXPECT_EQ(first.status, 0);
      for (int run = 1; run < kRuns; ++run) {
        EXPECT_EQ(OutcomeOf(program, seed), first);
      }
      outputs.insert(first.output);
      digests.insert(first.digest);
      if (seed == 0) outputs_by_mode.insert(first.output);
    }
    EXPECT_EQ(outputs.size(), GetParam().shows_seed ? 3u : 1u);
    EXPECT_EQ(digests.size(), 3u);
  }
  EXPECT_EQ(outputs_by_mode.size(), GetParam().shows_places ? 2u : 1u);
}

// ---- programs that do not end ----------------------------------------------

constexpr Case kEndless[] = {
    {"Loop", false, false, "int n; int main(void) { for (;;) n++; }"},
    {"EmptyLoop", false, false, "int main(void) { for (;;) {} }"},
    {"NestedLoops", false, false, R"(
      int cells[64];
      int main(void) {
        for (int i = 0;; i++) for (int k = 0; k < 64; k++) cells[k] += i * k;
      })"},
    {"Goto", false, false, R"(
      int n;
      int main(void) { one: n++; goto two; two: n += 2; goto one; })"},
    {"Jumps", false, false, R"(
      #include <setjmp.h>
      int n;
      static jmp_buf back;
      int main(void) { setjmp(back); n++; longjmp(back, 1); })"},
    {"Signals", false, false, R"(
      #include <signal.h>
      int n;
      static void handle(int signal) { n += signal; raise(SIGUSR1); }
      int main(void) { signal(SIGUSR1, handle); for (;;) raise(SIGUSR1); })"},
    {"Allocations", false, false, R"(
      #include <stdlib.h>
      int main(void) {
        for (unsigned n = 1;; n = n * 3 % 977 + 1) free(malloc(n));
      })"},
    {"Output", false, false, R"(
      #include <stdio.h>
      int main(void) { for (int i = 0;; i++) printf("%d\n", i); })"},
    {"Comparisons", false, false, R"(
      #include <stdlib.h>
      static int compare(const void *a, const void *b) {
        return *(const char *)a - *(const char *)b;
      }
      int main(void) {
        char text[] = "what is to be sorted over and over again";
        for (;; text[3] ^= 9) qsort(text, sizeof text, 1, compare);
      })"},
    {"Calls", false, false, R"(
      static int n;
      __attribute__((noinline)) static int step(int x) { return n += x; }
      int main(void) { for (;;) step(step(1) % 5); })"},
    {"FindsNothingToWaitFor", false, false, R"(
      #include <time.h>
      int main(void) { while (time(0) >= 0) {} })"},
};

// Nothing of one compilation shows in the next.
TEST(CompiledAgainTest, LeavesTheSameBytes) {
  for (const bool checked : {false, true}) {
    const Case& shown = kCases[5];
    const CompileOptions options = {.checked = checked, .optimisation = 2};
    const Outcome first = OutcomeOf(Compiled(shown.text, options), 5);
    EXPECT_EQ(OutcomeOf(Compiled(shown.text, options), 5), first);
  }
}

class EndlessProgramTest
    : public testing::TestWithParam<std::tuple<Case, bool>> {};

INSTANTIATE_TEST_SUITE_P(Programs, EndlessProgramTest,
                         testing::Combine(testing::ValuesIn(kEndless),
                                          testing::Bool()),
                         [](const auto& info) {
                           return std::string(std::get<0>(info.param).name) +
                                  (std::get<1>(info.param) ? "Checked"
                                                           : "Fast");
                         });

struct Stop {
  std::string output;
  std::string digest;
  std::string place;

  friend bool operator==(const Stop&, const Stop&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Stop& stop) {
    return out << stop.place << " " << stop.digest << "\n" << stop.output;
  }
};

Stop StopOf(const Program& program, std::uint64_t steps) {
  const auto process = program.Start({.max_steps = steps}).value();
  const RunEnd end = process->RunMain({"endless"}).value();
  EXPECT_TRUE(end.steps_used_up);
  EXPECT_FALSE(end.fault.has_value());
  return {process->output(), ToString(process->heap().ComputeDigest()),
          ToString(process->machine().fault_place().calls)};
}

TEST_P(EndlessProgramTest, StopsAtTheSamePointEveryTime) {
  const auto& [endless, checked] = GetParam();
  const CompileOptions options = {.checked = checked, .limits_steps = true};
  const Program program = Compiled(endless.text, options);
  for (const std::uint64_t steps : {1u, 20u, 54321u}) {
    const Stop first = StopOf(program, steps);
    EXPECT_FALSE(first.place.empty());
    for (int run = 1; run < kRuns; ++run) {
      ASSERT_EQ(StopOf(program, steps), first) << steps;
    }
  }
}

}  // namespace
}  // namespace kheap
