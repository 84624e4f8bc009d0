// SPDX-License-Identifier: Apache-2.0
// The guest's clock passes with the steps that it makes, in programs that can
// ask for the time, and says the same in each run.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

constexpr char kTimer[] = R"(
  #include <time.h>
  static volatile unsigned sink;
  static long nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec;
  }
  long turns(long n) {
    long begin = nanoseconds(CLOCK_MONOTONIC);
    for (long i = 0; i < n; i++) sink += i;
    return nanoseconds(CLOCK_MONOTONIC) - begin;
  }
  static int depth(int n) { return n == 0 ? 0 : 1 + depth(n - 1); }
  long calls(int n) {
    long begin = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    sink += depth(n);
    return nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - begin;
  }
  long now(void) { return nanoseconds(CLOCK_MONOTONIC); }
  void work(long n) { for (long i = 0; i < n; i++) sink += i; }
  int main(void) { return turns(100) < 100; }
)";

constexpr char kTimeless[] = R"(
  #include <stdio.h>
  int main(void) {
    unsigned sum = 0;
    for (unsigned i = 0; i < 1000; i++) sum = sum * 7 + i;
    printf("%u\n", sum);
    FILE *file = fopen("/tmp/sum", "w");
    fprintf(file, "%u\n", sum);
    return fclose(file);
  }
)";

std::int64_t Turns(GuestProcess& process, std::int64_t n) {
  return *process.Call<std::int64_t>("turns", n)->value;
}

class ClockTest : public testing::TestWithParam<bool> {
 protected:
  static std::unique_ptr<GuestProcess> StartedWithBudget(const char* text) {
    const CompileOptions options = {.checked = GetParam(),
                                    .limits_steps = true};
    return Compiled(text, options).Start({.max_steps = 1'000'000}).value();
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, ClockTest, testing::Bool(),
                         [](const auto& info) {
                           return info.param ? "Checked" : "Fast";
                         });

// In each mode, at each level and in each run by the same steps.
TEST(ClockLevelsTest, PassesWithTurnsOfALoop) {
  std::optional<std::pair<std::int64_t, std::int64_t>> first;
  for (const bool checked : {false, true}) {
    for (const int level : {0, 1, 2, 3}) {
      const Program program =
          Compiled(kTimer, {.checked = checked, .optimisation = level});
      for (int run = 0; run < 2; ++run) {
        const auto process = Started(program);
        const std::int64_t none = Turns(*process, 0);
        const std::int64_t turn = Turns(*process, 1) - none;
        if (!first.has_value()) first.emplace(none, turn);
        EXPECT_EQ(none, first->first) << checked << level;
        EXPECT_EQ(turn, first->second) << checked << level;
        EXPECT_EQ(Turns(*process, 1000), none + 1000 * turn);
        EXPECT_EQ(Turns(*process, 1'000'000), none + 1'000'000 * turn);
      }
    }
  }
  EXPECT_GE(first->first, 1000) << "a call of the kernel";
  EXPECT_GE(first->second, 1);
}

TEST_P(ClockTest, PassesWithCalls) {
  const auto process =
      Started(Compiled(kTimer, {.checked = GetParam(), .optimisation = 2}));
  const auto calls = [&process](int n) {
    return *process->Call<std::int64_t>("calls", n)->value;
  };
  const std::int64_t none = calls(0);
  const std::int64_t call = calls(1) - none;
  EXPECT_GE(call, 1);
  EXPECT_EQ(calls(500), none + 500 * call);
}

TEST_P(ClockTest, PassesInWorkBetweenCallsOfTheHost) {
  const auto process = Started(Compiled(kTimer, {.checked = GetParam()}));
  const auto now = [&process] {
    return *process->Call<std::int64_t>("now")->value;
  };
  const std::int64_t first = now();
  const std::int64_t second = now();
  ASSERT_TRUE(process->Call<void>("work", std::int64_t{5000}).ok());
  EXPECT_GE(now() - second, second - first + 5000);
}

TEST_P(ClockTest, IsTheSameWithABudget) {
  const auto free = Started(Compiled(kTimer, {.checked = GetParam()}));
  const auto bound = StartedWithBudget(kTimer);
  EXPECT_EQ(Turns(*bound, 1234), Turns(*free, 1234));
  EXPECT_EQ(Turns(*bound, 77), Turns(*free, 77));
}

// What nobody can ask for costs nothing, and leaves no trace.
TEST_P(ClockTest, StandsStillForAProgramThatCannotSeeIt) {
  const auto free = Started(Compiled(kTimeless, {.checked = GetParam()}));
  const auto bound = StartedWithBudget(kTimeless);
  for (GuestProcess* const process : {free.get(), bound.get()}) {
    const RunEnd end = process->RunMain({"sum"}).value();
    EXPECT_EQ(end.exit_status, 0);
    EXPECT_FALSE(process->machine().program().image().tells_time);
  }
  EXPECT_EQ(free->heap().ComputeDigest(), bound->heap().ComputeDigest());
}

TEST(TellsTimeTest, KnowsEachWay) {
  for (const char* const use :
       {"time(0)", "clock()", "timespec_get(&t, TIME_UTC)",
        "clock_gettime(CLOCK_REALTIME, &t)", "gettimeofday(&v, 0)", "times(&m)",
        "getrusage(RUSAGE_SELF, &u)", "sysinfo(&i)", "stat(\"/tmp\", &s)",
        "lstat(\"/tmp\", &s)", "fstat(0, &s)", "fstatat(0, \"/tmp\", &s, 0)",
        "syscall(113, 0, &t)"}) {
    const Program program = Compiled(
        std::string("#define _GNU_SOURCE\n"
                    "#include <sys/resource.h>\n#include <sys/stat.h>\n"
                    "#include <sys/sysinfo.h>\n#include <sys/time.h>\n"
                    "#include <sys/times.h>\n#include <time.h>\n"
                    "#include <unistd.h>\n"
                    "struct timespec t; struct timeval v; struct tms m;\n"
                    "struct rusage u; struct sysinfo i; struct stat s;\n"
                    "int main(void) { return ") +
        use + " == 12345; }");
    EXPECT_TRUE(Started(program)->machine().program().image().tells_time)
        << use;
  }
}

}  // namespace
}  // namespace kheap
