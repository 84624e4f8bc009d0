// SPDX-License-Identifier: Apache-2.0
//
// Numbers from text, sorting and searching, beside the host's C library on the
// same bytes. Text: one of 256 numbers after the other, so that branch
// prediction cannot learn them. Arrays: of 32-bit integers.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "clib/float_text.h"
#include "clib/integer_text.h"
#include "clib/sort.h"
#include "heap/global_heap.h"
#include "machine/check.h"

namespace kheap {
namespace {

constexpr std::uint64_t kTextBytes = 64;
constexpr std::uint64_t kTextCount = 256;
constexpr std::uint64_t kArrayBytes = 1 << 20;

std::uint32_t NextRandom(std::uint32_t& state) {
  state = state * 1664525u + 1013904223u;
  return state >> 4;
}

struct Numbers {
  Numbers() : heap(GlobalHeap::Create().value()) {
    base = heap->layout().begin(Region::kHeap);
    if (!heap->SetBreak(base + 2 * kArrayBytes)) std::abort();
    host = reinterpret_cast<char*>(heap->base() + base.offset());
  }

  // Integers of all lengths up to nine digits.
  void PutIntegerTexts() {
    std::uint32_t state = 1;
    for (std::uint64_t i = 0; i < kTextCount; ++i) {
      const std::uint32_t number = NextRandom(state);
      std::snprintf(host + i * kTextBytes, kTextBytes, "%u",
                    number >> (number % 28));
    }
  }

  // Doubles between 0 and 1, with the digits that bring each back.
  void PutDoubleTexts() {
    std::uint32_t state = 1;
    for (std::uint64_t i = 0; i < kTextCount; ++i) {
      std::snprintf(host + i * kTextBytes, kTextBytes, "%.17g",
                    NextRandom(state) / 268435456.0);
    }
  }

  void PutIntegers(std::uint64_t count) {
    std::uint32_t state = 1;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint32_t number = NextRandom(state);
      std::memcpy(host + 4 * i, &number, 4);
    }
  }

  std::unique_ptr<GlobalHeap> heap;
  Address base;
  char* host;
};

// `parse(numbers, offset)` converts the text there.
template <typename Glibc, typename Kheap>
void RunTexts(benchmark::State& state, Numbers& numbers, bool ours, Glibc glibc,
              Kheap kheap) {
  for (std::uint64_t i = 0; i < kTextCount; ++i) {
    KHEAP_CHECK(
        glibc(numbers, i * kTextBytes) == kheap(numbers, i * kTextBytes),
        "both convert alike");
  }
  std::uint64_t i = 0;
  for (auto _ : state) {
    const std::uint64_t offset = i++ % kTextCount * kTextBytes;
    if (ours) {
      benchmark::DoNotOptimize(kheap(numbers, offset));
    } else {
      benchmark::DoNotOptimize(glibc(numbers, offset));
    }
  }
  state.SetItemsProcessed(state.iterations());
}

void RunIntegers(benchmark::State& state, bool ours) {
  Numbers numbers;
  numbers.PutIntegerTexts();
  RunTexts(
      state, numbers, ours,
      [](Numbers& n, std::uint64_t i) {
        return std::strtol(n.host + i, nullptr, 10);
      },
      [](Numbers& n, std::uint64_t i) {
        return clib::Strtol(*n.heap, n.base + i, kNullAddress, 10);
      });
}
void BM_Strtol_Kheap(benchmark::State& state) { RunIntegers(state, true); }
void BM_Strtol_Glibc(benchmark::State& state) { RunIntegers(state, false); }
BENCHMARK(BM_Strtol_Kheap);
BENCHMARK(BM_Strtol_Glibc);

void RunDoubles(benchmark::State& state, bool ours) {
  Numbers numbers;
  numbers.PutDoubleTexts();
  RunTexts(
      state, numbers, ours,
      [](Numbers& n, std::uint64_t i) {
        return std::strtod(n.host + i, nullptr);
      },
      [](Numbers& n, std::uint64_t i) {
        return clib::Strtod(*n.heap, n.base + i, kNullAddress);
      });
}
void BM_Strtod_Kheap(benchmark::State& state) { RunDoubles(state, true); }
void BM_Strtod_Glibc(benchmark::State& state) { RunDoubles(state, false); }
BENCHMARK(BM_Strtod_Kheap);
BENCHMARK(BM_Strtod_Glibc);

int CompareHost(const void* a, const void* b) {
  std::int32_t x, y;
  std::memcpy(&x, a, 4);
  std::memcpy(&y, b, 4);
  return (x > y) - (x < y);
}

void SortHost(Numbers& n, std::uint64_t count) {
  std::qsort(n.host, count, 4, CompareHost);
}
void SortGuest(Numbers& n, std::uint64_t count) {
  const GlobalHeap& heap = *n.heap;
  clib::Qsort(*n.heap, n.base, count, 4, [&heap](Address a, Address b) {
    const std::int32_t x = heap.lw(a);
    const std::int32_t y = heap.lw(b);
    return (x > y) - (x < y);
  });
}

// The array is filled anew for each sort, by all alike.
template <typename Sort>
void RunSort(benchmark::State& state, Sort sort) {
  Numbers numbers;
  const auto count = static_cast<std::uint64_t>(state.range(0));
  numbers.PutIntegers(count);
  sort(numbers, count);
  for (std::uint64_t i = 1; i < count; ++i) {
    KHEAP_CHECK(
        CompareHost(numbers.host + 4 * (i - 1), numbers.host + 4 * i) <= 0,
        "the array is in order");
  }
  for (auto _ : state) {
    numbers.PutIntegers(count);
    sort(numbers, count);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
void BM_Qsort_Kheap(benchmark::State& state) { RunSort(state, SortGuest); }
void BM_Qsort_Glibc(benchmark::State& state) { RunSort(state, SortHost); }
BENCHMARK(BM_Qsort_Kheap)->Arg(16)->Arg(1000)->Arg(100000);
BENCHMARK(BM_Qsort_Glibc)->Arg(16)->Arg(1000)->Arg(100000);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
