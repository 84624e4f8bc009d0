// SPDX-License-Identifier: Apache-2.0

// From which length on a shift by several threads pays: bytes per second of
// wall-clock time, by size in bytes and number of workers. One worker is the
// serial shift.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "bitshift/limb_shifts.h"
#include "bitshift/parallel_limb_shifts.h"
#include "machine/check.h"

namespace kheap {
namespace {

using L = std::uint64_t;

constexpr int kCount = 7;

void BM_ShlLeInPlaceParallel_Workers(benchmark::State& state) {
  const int workers = static_cast<int>(state.range(1));
  std::vector<std::byte> number(static_cast<std::size_t>(state.range(0)));
  for (std::size_t i = 0; i < number.size(); ++i) {
    number[i] = static_cast<std::byte>(i * 89 + i / 251);
  }
  std::vector<std::byte> expected = number;
  KHEAP_CHECK(*ShlLeInPlaceParallel<L>(number, kCount, 1, workers) ==
                  *ShlLeInPlace<L>(expected, kCount, 1),
              "the carry is that of the serial shift");
  KHEAP_CHECK(number == expected, "the number is that of the serial shift");
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        *ShlLeInPlaceParallel<L>(number, kCount, 0, workers));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_ShlLeInPlaceParallel_Workers)
    ->ArgNames({"bytes", "workers"})
    ->ArgsProduct({benchmark::CreateRange(1 << 18, 1 << 28, 4), {1, 2, 4}})
    ->UseRealTime();

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
