// SPDX-License-Identifier: Apache-2.0
// Atomic numbers in the arena beside the host's own, on one thread; fences and
// the cycle counter.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "benchmark/benchmark.h"
#include "heap/global_heap.h"
#include "machine/atomics.h"
#include "machine/check.h"
#include "machine/cycles.h"
#include "machine/fences.h"
#include "scalars/c_atomic_var.h"

namespace kheap {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

struct Host {
  std::atomic<std::uint64_t> number = 0;
  std::uint64_t Add(std::uint64_t n) { return number.fetch_add(n, kRelaxed); }
  std::uint64_t Load() { return number.load(kRelaxed); }
};
struct Machine {
  alignas(8) std::byte bytes[8] = {};
  machine::Atomic<std::uint64_t> number{bytes};
  std::uint64_t Add(std::uint64_t n) { return number.FetchAdd(n, kRelaxed); }
  std::uint64_t Load() { return number.Load(kRelaxed); }
};
template <bool kChecked>
struct Arena {
  std::unique_ptr<GlobalHeap> heap =
      GlobalHeap::Create({.layout = {}, .checked = kChecked}).value();
  CAtomicVar<std::uint64_t> number = New();

  CAtomicVar<std::uint64_t> New() {
    const Address address = heap->layout().begin(Region::kData);
    if (kChecked) heap->shadow()->Set(address, 8, ShadowByte::kInitialised);
    return CAtomicVar<std::uint64_t>(*heap, address);
  }
  std::uint64_t Add(std::uint64_t n) { return number.FetchAdd(n, kRelaxed); }
  std::uint64_t Load() { return number.Load(kRelaxed); }
};

template <typename World>
void RunAdd(benchmark::State& state) {
  World world;
  world.Add(2);
  KHEAP_CHECK(world.Add(3) == 2 && world.Load() == 5, "sums are right");
  for (auto _ : state) benchmark::DoNotOptimize(world.Add(1));
  state.SetItemsProcessed(state.iterations());
}
void BM_FetchAdd_Kheap(benchmark::State& s) { RunAdd<Arena<false>>(s); }
void BM_FetchAdd_KheapChecked(benchmark::State& s) { RunAdd<Arena<true>>(s); }
void BM_FetchAdd_KheapMachine(benchmark::State& s) { RunAdd<Machine>(s); }
void BM_FetchAdd_Host(benchmark::State& s) { RunAdd<Host>(s); }
BENCHMARK(BM_FetchAdd_Kheap);
BENCHMARK(BM_FetchAdd_KheapChecked);
BENCHMARK(BM_FetchAdd_KheapMachine);
BENCHMARK(BM_FetchAdd_Host);

template <typename World>
void RunLoad(benchmark::State& state) {
  World world;
  world.Add(7);
  KHEAP_CHECK(world.Load() == 7, "a load sees the sum");
  for (auto _ : state) benchmark::DoNotOptimize(world.Load());
  state.SetItemsProcessed(state.iterations());
}
void BM_AtomicLoad_Kheap(benchmark::State& s) { RunLoad<Arena<false>>(s); }
void BM_AtomicLoad_KheapChecked(benchmark::State& s) {
  RunLoad<Arena<true>>(s);
}
void BM_AtomicLoad_Host(benchmark::State& s) { RunLoad<Host>(s); }
BENCHMARK(BM_AtomicLoad_Kheap);
BENCHMARK(BM_AtomicLoad_KheapChecked);
BENCHMARK(BM_AtomicLoad_Host);

// Beside the host's clock. That one reading is not behind the next is all that
// there is to check.
template <typename Clock>
void RunClock(benchmark::State& state, Clock now) {
  for (int i = 0; i < 1000; ++i) {
    const auto earlier = now();
    KHEAP_CHECK(earlier <= now(), "time goes forward");
  }
  for (auto _ : state) benchmark::DoNotOptimize(now());
}
void BM_CycleCount_Kheap(benchmark::State& state) {
  RunClock(state, machine::CycleCount);
}
void BM_CycleCount_KheapSerialised(benchmark::State& state) {
  RunClock(state, machine::CycleCountSerialised);
}
void BM_CycleCount_SteadyClock(benchmark::State& state) {
  RunClock(state, [] { return std::chrono::steady_clock::now(); });
}
BENCHMARK(BM_CycleCount_Kheap);
BENCHMARK(BM_CycleCount_KheapSerialised);
BENCHMARK(BM_CycleCount_SteadyClock);

// A fence changes no value; code_test.sh finds it among the instructions.
void BM_FullFence_Kheap(benchmark::State& state) {
  for (auto _ : state) machine::FullFence();
}
void BM_FullFence_Host(benchmark::State& state) {
  for (auto _ : state) std::atomic_thread_fence(std::memory_order_seq_cst);
}
BENCHMARK(BM_FullFence_Kheap);
BENCHMARK(BM_FullFence_Host);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
