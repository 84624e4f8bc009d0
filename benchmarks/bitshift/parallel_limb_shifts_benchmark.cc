// SPDX-License-Identifier: Apache-2.0

// From which length on a shift by several threads pays: very long numbers by 7
// bits, in bytes per second of wall-clock time, by one worker (the serial
// shift), two and four, beside GMP's mpn_lshift. The argument is the number's
// size in MiB.

#include <gmp.h>

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
using Bytes = std::vector<std::byte>;

constexpr int kCount = 7;

Bytes Number(const benchmark::State& state) {
  Bytes number(static_cast<std::size_t>(state.range(0)) << 20);
  for (std::size_t i = 0; i < number.size(); ++i) {
    number[i] = static_cast<std::byte>(i * 89 + i / 251);
  }
  return number;
}

L ShiftByGmp(Bytes& number) {
  const auto limbs = reinterpret_cast<mp_ptr>(number.data());
  return mpn_lshift(limbs, limbs, static_cast<mp_size_t>(number.size() / 8),
                    kCount);
}

void SetBytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * (state.range(0) << 20));
}

template <int kWorkers>
void Shift(benchmark::State& state) {
  Bytes number = Number(state);
  Bytes expected = number;
  KHEAP_CHECK(*ShlLeInPlaceParallel<L>(number, kCount, 0, kWorkers) ==
                  ShiftByGmp(expected),
              "the carry is GMP's");
  KHEAP_CHECK(number == expected, "the shifted number is GMP's");
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        *ShlLeInPlaceParallel<L>(number, kCount, 0, kWorkers));
  }
  SetBytes(state);
}

void BM_ShlLong_KheapOneWorker(benchmark::State& state) { Shift<1>(state); }
void BM_ShlLong_KheapTwoWorkers(benchmark::State& state) { Shift<2>(state); }
void BM_ShlLong_KheapFourWorkers(benchmark::State& state) { Shift<4>(state); }

void BM_ShlLong_Gmp(benchmark::State& state) {
  Bytes number = Number(state);
  for (auto _ : state) benchmark::DoNotOptimize(ShiftByGmp(number));
  SetBytes(state);
}

BENCHMARK(BM_ShlLong_KheapOneWorker)
    ->RangeMultiplier(4)
    ->Range(1, 256)
    ->UseRealTime();
BENCHMARK(BM_ShlLong_KheapTwoWorkers)
    ->RangeMultiplier(4)
    ->Range(1, 256)
    ->UseRealTime();
BENCHMARK(BM_ShlLong_KheapFourWorkers)
    ->RangeMultiplier(4)
    ->Range(1, 256)
    ->UseRealTime();
BENCHMARK(BM_ShlLong_Gmp)->RangeMultiplier(4)->Range(1, 256)->UseRealTime();

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
