// SPDX-License-Identifier: Apache-2.0
// Rows by the processor's vectors beside the loops that a compiler makes of
// plain C++ for any processor of the family.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "machine/check.h"
#include "machine/lane_arithmetic.h"
#include "machine/lane_reduce.h"
#include "machine/lane_select.h"

namespace kheap::machine {
namespace {

template <typename T>
std::vector<T> Numbered(std::size_t count) {
  std::vector<T> row(count);
  for (std::size_t i = 0; i < count; ++i) row[i] = static_cast<T>(i % 97);
  return row;
}

// `run(out, a, b, count)`
template <typename T, typename Run, typename Expected>
void RunRows(benchmark::State& state, Run run, Expected expected) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<T> a = Numbered<T>(count);
  const std::vector<T> b(count, T{3});
  std::vector<T> out(count);
  run(out.data(), a.data(), b.data(), count);
  for (std::size_t i = 0; i < count; ++i) {
    KHEAP_CHECK(out[i] == expected(a[i], b[i]), "every lane is right");
  }
  for (auto _ : state) {
    run(out.data(), a.data(), b.data(), count);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(count));
}

const auto kSumOf = [](auto a, auto b) {
  return static_cast<decltype(a)>(a + b);
};
const auto kChosen = [](auto a, auto b) { return a != 0 ? a : b; };
const auto kItself = [](auto a, auto) { return a; };
const auto kAxpy = [](float a, float b) { return a * b + a; };

void BM_AddBytes_Kheap(benchmark::State& state) {
  RunRows<std::uint8_t>(state, AddLanes<std::uint8_t>, kSumOf);
}
void BM_AddBytes_Loop(benchmark::State& state) {
  const auto loop = [](auto* out, const auto* a, const auto* b, auto count) {
    for (std::size_t i = 0; i < count; ++i) out[i] = kSumOf(a[i], b[i]);
  };
  RunRows<std::uint8_t>(state, loop, kSumOf);
}
void BM_MultiplyAddFloats_Kheap(benchmark::State& state) {
  const auto run = [](float* out, const float* a, const float* b,
                      std::size_t count) {
    MultiplyAddLanes(out, a, b, a, count);
  };
  RunRows<float>(state, run, kAxpy);
}
void BM_MultiplyAddFloats_Loop(benchmark::State& state) {
  const auto loop = [](float* out, const float* a, const float* b,
                       std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) out[i] = kAxpy(a[i], b[i]);
  };
  RunRows<float>(state, loop, kAxpy);
}

// b where the mask, which is a, says no.
void BM_SelectWords_Kheap(benchmark::State& state) {
  const auto run = [](std::uint32_t* out, const std::uint32_t* a,
                      const std::uint32_t* b,
                      std::size_t count) { SelectLanes(out, a, a, b, count); };
  RunRows<std::uint32_t>(state, run, kChosen);
}
void BM_SelectWords_Loop(benchmark::State& state) {
  const auto loop = [](std::uint32_t* out, const std::uint32_t* a,
                       const std::uint32_t* b, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) out[i] = kChosen(a[i], b[i]);
  };
  RunRows<std::uint32_t>(state, loop, kChosen);
}

// Each lane is the index of the one that takes its place, which is below the
// count where that is no less than 97.
void BM_ShuffleWords_Kheap(benchmark::State& state) {
  const auto run = [](std::uint32_t* out, const std::uint32_t* a,
                      const std::uint32_t*,
                      std::size_t count) { ShuffleLanes(out, a, a, count); };
  RunRows<std::uint32_t>(state, run, kItself);
}
void BM_ShuffleWords_Loop(benchmark::State& state) {
  const auto loop = [](std::uint32_t* out, const std::uint32_t* a,
                       const std::uint32_t*, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = a[i] < count ? a[a[i]] : 0;
    }
  };
  RunRows<std::uint32_t>(state, loop, kItself);
}

template <typename Sum>
void RunSum(benchmark::State& state, Sum sum) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<float> row(count, 1.0f);
  KHEAP_CHECK(sum(row.data(), count) == static_cast<float>(count),
              "the sum is right");
  for (auto _ : state) benchmark::DoNotOptimize(sum(row.data(), count));
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(count));
}
void BM_SumFloats_Kheap(benchmark::State& state) {
  RunSum(state, SumOfLanes<float>);
}
void BM_SumFloats_Loop(benchmark::State& state) {
  RunSum(state, [](const float* row, std::size_t count) {
    float sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += row[i];
    return sum;
  });
}

constexpr std::int64_t kShort = 16;
constexpr std::int64_t kLong = 4096;
BENCHMARK(BM_AddBytes_Kheap)->Arg(kShort)->Arg(kLong);
BENCHMARK(BM_AddBytes_Loop)->Arg(kShort)->Arg(kLong);
BENCHMARK(BM_MultiplyAddFloats_Kheap)->Arg(kShort)->Arg(kLong);
BENCHMARK(BM_MultiplyAddFloats_Loop)->Arg(kShort)->Arg(kLong);
BENCHMARK(BM_SelectWords_Kheap)->Arg(kShort)->Arg(kLong);
BENCHMARK(BM_SelectWords_Loop)->Arg(kShort)->Arg(kLong);
BENCHMARK(BM_ShuffleWords_Kheap)->Arg(kShort)->Arg(kLong);
BENCHMARK(BM_ShuffleWords_Loop)->Arg(kShort)->Arg(kLong);
BENCHMARK(BM_SumFloats_Kheap)->Arg(kShort)->Arg(kLong);
BENCHMARK(BM_SumFloats_Loop)->Arg(kShort)->Arg(kLong);

}  // namespace
}  // namespace kheap::machine

BENCHMARK_MAIN();
