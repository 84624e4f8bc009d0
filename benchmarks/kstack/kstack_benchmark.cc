// SPDX-License-Identifier: Apache-2.0
// A call with locals: push, Alloca, pop. The peers are the host's own call with
// alloca, which keeps no record and checks nothing, and what a program without
// a stack would do: a malloc and a free of the same size.
#include <alloca.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "benchmark/benchmark.h"
#include "heap/global_heap.h"
#include "kstack/kstack.h"
#include "machine/check.h"

namespace kheap {
namespace {

[[gnu::noinline]] void CallHost(std::uint64_t size_bytes) {
  void* const object = alloca(size_bytes);
  benchmark::DoNotOptimize(object);
}

void BM_Call_HostAlloca(benchmark::State& state) {
  const std::uint64_t size_bytes = state.range(0);
  for (auto _ : state) CallHost(size_bytes);
  state.SetItemsProcessed(state.iterations());
}

void BM_Call_HostMalloc(benchmark::State& state) {
  const std::uint64_t size_bytes = state.range(0);
  for (auto _ : state) {
    void* const object = std::malloc(size_bytes);
    benchmark::DoNotOptimize(object);
    std::free(object);
  }
  state.SetItemsProcessed(state.iterations());
}

void RunCalls(benchmark::State& state, bool checked) {
  const std::uint64_t size_bytes = state.range(0);
  const auto heap =
      GlobalHeap::Create({.layout = {}, .checked = checked}).value();
  KStack stack(*heap);
  const auto call = [&] {
    const FrameMarker frame = stack.PushFrame("f");
    benchmark::DoNotOptimize(stack.Alloca(size_bytes));
    return stack.PopFrame(frame).ok();
  };
  const Address before = stack.pointer();
  KHEAP_CHECK(call() && stack.pointer() == before, "a call leaves no trace");
  for (auto _ : state) benchmark::DoNotOptimize(call());
  state.SetItemsProcessed(state.iterations());
}

void BM_Call_Kheap(benchmark::State& state) {
  RunCalls(state, /*checked=*/false);
}
void BM_Call_KheapChecked(benchmark::State& state) {
  RunCalls(state, /*checked=*/true);
}

BENCHMARK(BM_Call_HostAlloca)->Arg(64)->Arg(4096);
BENCHMARK(BM_Call_HostMalloc)->Arg(64)->Arg(4096);
BENCHMARK(BM_Call_Kheap)->Arg(64)->Arg(4096);
BENCHMARK(BM_Call_KheapChecked)->Arg(64)->Arg(4096);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
