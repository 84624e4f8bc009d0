// SPDX-License-Identifier: Apache-2.0
// Calls of C functions from C++, beside a native call and one through
// std::function; and how long a fresh process takes. Goals: a call in
// nanoseconds, a process in less than 100 microseconds.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "benchmark/benchmark.h"
#include "machine/check.h"
#include "runner/program.h"

namespace kheap {
namespace {

constexpr char kSource[] = R"(
  #include <stdio.h>
  struct point { double x, y; };
  struct box { struct point low, high; };
  int add(int a, int b) { return a + b; }
  double area(struct box b) {
    return (b.high.x - b.low.x) * (b.high.y - b.low.y);
  }
  struct point scaled(struct point p, double by) {
    return (struct point){p.x * by, p.y * by};
  }
  int main(void) { return printf("%d\n", add(1, 2)) != 2; }
)";

struct Point {
  double x, y;
};
struct Box {
  Point low, high;
};

const Program& ProgramOf(bool checked) {
  static const auto compile = [](bool with_shadow) {
    return new Program(
        Program::Compile({.checked = with_shadow}, {{"call.c", kSource}})
            .value());
  };
  static const Program& fast = *compile(false);
  static const Program& shadowed = *compile(true);
  return checked ? shadowed : fast;
}

std::unique_ptr<GuestProcess> Process(bool checked) {
  return ProgramOf(checked).Start().value();
}

[[gnu::noinline]] int Add(int a, int b) {
  benchmark::DoNotOptimize(a);
  return a + b;
}

void BM_Call_Native(benchmark::State& state) {
  int (*volatile add)(int, int) = &Add;
  KHEAP_CHECK(add(1, 41) == 42, "it adds");
  int sum = 0;
  for (auto _ : state) sum = add(sum, 1);
  KHEAP_CHECK(sum == static_cast<int>(state.iterations()), "it counted");
}
BENCHMARK(BM_Call_Native);

void BM_Call_StdFunction(benchmark::State& state) {
  const std::function<int(int, int)> add = &Add;
  int sum = 0;
  for (auto _ : state) sum = add(sum, 1);
  KHEAP_CHECK(sum == static_cast<int>(state.iterations()), "it counted");
}
BENCHMARK(BM_Call_StdFunction);

void BM_Call_Kheap(benchmark::State& state) {
  const auto process = Process(state.range(0) != 0);
  const auto add = process->Find<int(int, int)>("add").value();
  int sum = 0;
  for (auto _ : state) sum = *add(sum, 1).value;
  KHEAP_CHECK(sum == static_cast<int>(state.iterations()), "it counted");
}
BENCHMARK(BM_Call_Kheap)->ArgName("checked")->Arg(0)->Arg(1);

void BM_CallByName_Kheap(benchmark::State& state) {
  const auto process = Process(false);
  int sum = 0;
  for (auto _ : state) sum = *process->Call<int>("add", sum, 1)->value;
  KHEAP_CHECK(sum == static_cast<int>(state.iterations()), "it counted");
}
BENCHMARK(BM_CallByName_Kheap);

void BM_CallWithSmallStruct_Kheap(benchmark::State& state) {
  const auto process = Process(false);
  const auto scaled = process->Find<Point(Point, double)>("scaled").value();
  Point point = {1, 2};
  for (auto _ : state) point = *scaled(point, 1.0).value;
  KHEAP_CHECK(point.x == 1 && point.y == 2, "it stays as it is");
}
BENCHMARK(BM_CallWithSmallStruct_Kheap);

void BM_CallWithLargeStruct_Kheap(benchmark::State& state) {
  const auto process = Process(state.range(0) != 0);
  const auto area = process->Find<double(Box)>("area").value();
  const Box box = {{1, 2}, {4, 6}};
  double sum = 0;
  for (auto _ : state) sum += *area(box).value;
  KHEAP_CHECK(sum == 12.0 * static_cast<double>(state.iterations()),
              "the areas add up");
}
BENCHMARK(BM_CallWithLargeStruct_Kheap)->ArgName("checked")->Arg(0)->Arg(1);

void BM_Start_Kheap(benchmark::State& state) {
  const Program& program = ProgramOf(state.range(0) != 0);
  const Digest first = program.Start().value()->heap().ComputeDigest();
  KHEAP_CHECK(first == program.Start().value()->heap().ComputeDigest(),
              "processes begin alike");
  for (auto _ : state) {
    const auto process = program.Start();
    benchmark::DoNotOptimize(process);
  }
}
BENCHMARK(BM_Start_Kheap)
    ->ArgName("checked")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMicrosecond);

// Fills the stack, which without a seed nobody touches.
void BM_StartWithSeed_Kheap(benchmark::State& state) {
  const Program& program = ProgramOf(state.range(0) != 0);
  RunOptions options;
  options.kernel.seed = 1;
  const Digest plain = program.Start().value()->heap().ComputeDigest();
  KHEAP_CHECK(plain != program.Start(options).value()->heap().ComputeDigest(),
              "a seed shows");
  for (auto _ : state) {
    const auto process = program.Start(options);
    benchmark::DoNotOptimize(process);
  }
}
BENCHMARK(BM_StartWithSeed_Kheap)
    ->ArgName("checked")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMicrosecond);

void BM_StartAndRun_Kheap(benchmark::State& state) {
  const Program& program = ProgramOf(state.range(0) != 0);
  for (auto _ : state) {
    const auto run = program.Run({"call"});
    KHEAP_CHECK(run->end.exit_status == 0 && run->output == "3\n",
                "it says three");
  }
}
BENCHMARK(BM_StartAndRun_Kheap)
    ->ArgName("checked")
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
