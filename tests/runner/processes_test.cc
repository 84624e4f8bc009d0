// SPDX-License-Identifier: Apache-2.0
// Many processes: one after another in the same memory, and of several programs
// side by side on several threads of the host.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

// A program that leaves something everywhere: globals, stack, blocks, files.
constexpr char kUntidy[] = R"(
  #include <stdio.h>
  #include <stdlib.h>
  #include <string.h>
  int numbers[5000] = {1};
  static int deep(int depth) {
    char room[500];
    memset(room, depth, sizeof room);
    return depth == 0 ? 0 : deep(depth - 1) + room[7];
  }
  int main(int argc, char **argv) {
    for (int i = 0; i < 5000; i++) numbers[i] += i;
    FILE *f = fopen("/tmp/left", "w");
    fprintf(f, "%d\n", deep(100));
    if (argc > 1) memset(malloc(atol(argv[1])), 7, atol(argv[1]));
    for (int i = 0; i < 200; i++) *(char *)malloc(i + 1) = 1;
    printf("%d\n", numbers[4999]);
    if (argc > 2) return *(volatile char *)16;
    return 0;
  }
)";

// All bytes of a process's arena, and of its shadow, that a program may change.
std::string BytesOf(GuestProcess& process) {
  const GlobalHeap& heap = process.heap();
  const std::size_t size = heap.break_address().offset() + 4096;
  std::string bytes(reinterpret_cast<const char*>(heap.base()), size);
  if (const Shadow* const shadow = heap.shadow()) {
    bytes.append(reinterpret_cast<const char*>(shadow->data()), size);
  }
  return bytes;
}

class ProcessesTest : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Modes, ProcessesTest, testing::Bool(),
                         [](const auto& mode) {
                           return mode.param ? "Checked" : "Fast";
                         });

TEST_P(ProcessesTest, UsedMemoryIsAsFreshMemory) {
  const Program program = Compiled(kUntidy, {.checked = GetParam()});
  const std::string first = BytesOf(*Started(program));
  const std::vector<std::vector<std::string>> uses = {
      {"a"}, {"a", "300000"}, {"a", "10", "fault"}, {"a", "5000000"}, {"a"}};
  for (const std::vector<std::string>& arguments : uses) {
    for (const std::uint64_t seed : {0, 1}) {
      RunOptions options;
      options.kernel.seed = seed;
      const auto process = program.Start(options).value();
      ASSERT_TRUE(seed != 0 || BytesOf(*process) == first);
      const RunEnd end = process->RunMain(arguments).value();
      EXPECT_EQ(end.fault.has_value(), arguments.size() > 2);
    }
  }
  ASSERT_TRUE(BytesOf(*Started(program)) == first);
}

TEST_P(ProcessesTest, ManyAtOnceShareNothing) {
  const Program program = Compiled(R"(
    int n;
    int add(int x) { return n += x; }
  )",
                                   {.checked = GetParam()});
  std::vector<std::unique_ptr<GuestProcess>> processes;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 20; ++i) processes.push_back(Started(program));
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(*processes[i]->Call<int>("add", i)->value, i);
    }
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(*processes[i]->Call<int>("add", 1)->value, i + 1);
    }
    processes.clear();
  }
}

TEST_P(ProcessesTest, AProcessOutlivesItsProgram) {
  std::unique_ptr<GuestProcess> process;
  {
    const Program program =
        Compiled("int f(int x) { return x * 2; }", {.checked = GetParam()});
    Started(program);
    Started(program);
    process = Started(program);
  }
  EXPECT_EQ(*process->Call<int>("f", 21)->value, 42);
}

constexpr const char* kPrograms[] = {R"(
        #include <stdio.h>
        #include <stdlib.h>
        int main(int argc, char **argv) {
          unsigned long sum = 0;
          for (int i = 0; i < 300; i++) {
            unsigned long *p = malloc(i * 8 + 8);
            p[i] = i * strtoul(argv[1], 0, 10);
            sum += p[i];
            if (i % 2) free(p);
          }
          printf("%lu\n", sum);
        }
      )",
                                     R"(
        #include <setjmp.h>
        #include <stdio.h>
        #include <stdlib.h>
        static jmp_buf back;
        static int compare(const void *a, const void *b) {
          return *(const char *)a - *(const char *)b;
        }
        int main(int argc, char **argv) {
          char text[] = "threads share nothing";
          int rounds = atoi(argv[1]);
          volatile int round = 0;
          setjmp(back);
          qsort(text, sizeof text - 1, 1, compare);
          if (++round < rounds) longjmp(back, 1);
          printf("%s %d\n", text, round);
        }
      )",
                                     R"(
        #include <stdlib.h>
        static int sum(const int *p, int n) {
          return n ? *p + sum(p + 1, n - 1) : 0;
        }
        int main(int argc, char **argv) {
          int numbers[10] = {1, 2, 3, 4};
          return sum(numbers + 1000000000, atoi(argv[1]));
        }
      )"};

// Each thread runs processes of all programs, in an order of its own, some of
// them from one to the next call in the middle of others.
TEST_P(ProcessesTest, DifferentProgramsRunOnSeveralThreadsAtOnce) {
  std::vector<Program> programs;
  for (const char* const text : kPrograms) {
    programs.push_back(Compiled(text, {.checked = GetParam()}));
  }
  const auto run = [&programs](std::size_t index, int argument) {
    const RunResult result =
        programs[index].Run({"run", std::to_string(argument)}).value();
    return result.output + result.report;
  };
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < 12; ++i) {
    expected.push_back(run(i % 3, static_cast<int>(1 + i)));
    EXPECT_FALSE(expected.back().empty());
  }
  constexpr int kThreads = 4;
  std::vector<int> wrong(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t k = 0; k < 48; ++k) {
        const std::size_t i = (k * 5 + static_cast<std::size_t>(t)) % 12;
        if (run(i % 3, static_cast<int>(1 + i)) != expected[i]) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(kThreads));
}

TEST_P(ProcessesTest, AProcessMayMoveFromThreadToThread) {
  const Program program = Compiled(R"(
    #include <setjmp.h>
    static int calls;
    static jmp_buf back;
    static void jump(void) { longjmp(back, 1); }
    int step(void) { if (!setjmp(back)) jump(); return ++calls; }
  )",
                                   {.checked = GetParam()});
  const auto process = Started(program);
  for (int i = 1; i <= 10; ++i) {
    int result = 0;
    std::thread([&] { result = *process->Call<int>("step")->value; }).join();
    EXPECT_EQ(result, i);
  }
}

}  // namespace
}  // namespace kheap
