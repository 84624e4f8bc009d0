// SPDX-License-Identifier: Apache-2.0
// Loops over a CSpan, checked once, beside the same loops over a host pointer
// into the same bytes. Goal: at least 0.97 times the speed.
#include <cstdint>
#include <memory>

#include "benchmark/benchmark.h"
#include "heap/global_heap.h"
#include "machine/check.h"
#include "scalars/ptr_var.h"

namespace kheap {
namespace {

struct Fixture {
  explicit Fixture(std::int64_t count) {
    const auto values = p.Span(2 * count, Access::kStore);
    for (std::int64_t i = 0; i < 2 * count; ++i) {
      values[i] = static_cast<std::int32_t>(i % 1000);
    }
  }

  std::unique_ptr<GlobalHeap> heap = GlobalHeap::Create().value();
  Address address = heap->layout().begin(Region::kData);
  Ptr<std::int32_t> p{*heap, address};
  std::int32_t* raw =
      reinterpret_cast<std::int32_t*>(heap->base() + address.offset());
};

// ---- sum --------------------------------------------------------------------

std::int32_t SumRaw(const Fixture& f, std::int64_t count) {
  std::int32_t sum = 0;
  const std::int32_t* const p = f.raw;
  for (std::int64_t i = 0; i < count; ++i) sum += p[i];
  return sum;
}
std::int32_t SumSpan(const Fixture& f, std::int64_t count) {
  std::int32_t sum = 0;
  for (const std::int32_t value : f.p.Span(count)) sum += value;
  return sum;
}

// ---- y = 3 x + y ------------------------------------------------------------

void ScaleRaw(const Fixture& f, std::int64_t count) {
  const std::int32_t* const x = f.raw;
  std::int32_t* const y = f.raw + count;
  for (std::int64_t i = 0; i < count; ++i) y[i] = 3 * x[i] + y[i];
}
void ScaleSpan(const Fixture& f, std::int64_t count) {
  const auto x = f.p.Span(count);
  const auto y = (f.p + count).Span(count, Access::kUpdate);
  for (std::int64_t i = 0; i < count; ++i) y[i] = 3 * x[i] + y[i];
}

template <std::int32_t sum(const Fixture&, std::int64_t)>
void BM_Sum(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  const Fixture fixture(count);
  std::int32_t expected = 0;
  for (std::int64_t i = 0; i < count; ++i) expected += i % 1000;
  KHEAP_CHECK(sum(fixture, count) == expected, "the sum is right");
  for (auto _ : state) {
    benchmark::ClobberMemory();
    benchmark::DoNotOptimize(sum(fixture, count));
  }
  state.SetBytesProcessed(state.iterations() * count * 4);
}

template <void scale(const Fixture&, std::int64_t)>
void BM_Scale(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  const Fixture fixture(count);
  const std::int32_t expected =
      3 * ((count - 1) % 1000) + (2 * count - 1) % 1000;
  scale(fixture, count);
  KHEAP_CHECK(fixture.raw[2 * count - 1] == expected, "the last one is right");
  for (auto _ : state) {
    scale(fixture, count);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * count * 8);
}

BENCHMARK_TEMPLATE(BM_Sum, SumRaw)->Name("BM_Sum_Raw")->Arg(1024)->Arg(65536);
BENCHMARK_TEMPLATE(BM_Sum, SumSpan)
    ->Name("BM_Sum_KheapSpan")
    ->Arg(1024)
    ->Arg(65536);
BENCHMARK_TEMPLATE(BM_Scale, ScaleRaw)
    ->Name("BM_Scale_Raw")
    ->Arg(1024)
    ->Arg(65536);
BENCHMARK_TEMPLATE(BM_Scale, ScaleSpan)
    ->Name("BM_Scale_KheapSpan")
    ->Arg(1024)
    ->Arg(65536);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
