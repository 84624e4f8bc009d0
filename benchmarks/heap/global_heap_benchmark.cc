// SPDX-License-Identifier: Apache-2.0
// The arena as a whole, beside what the host does with plain memory: filling
// and copying ranges, digests, making and resetting.
#include <sys/mman.h>
#include <xxhash.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "benchmark/benchmark.h"
#include "heap/global_heap.h"

namespace kheap {
namespace {

constexpr std::uint64_t kHeapBytes = 32 * 1024 * 1024;

void Require(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "wrong answer: %s\n", what);
  std::abort();
}

std::unique_ptr<GlobalHeap> MakeHeapInUse() {
  auto heap = GlobalHeap::Create().value();
  const Address begin = heap->break_address();
  Require(heap->SetBreak(begin + kHeapBytes), "SetBreak");
  heap->Fill(begin, std::byte{7}, kHeapBytes);
  return heap;
}

void SetBytes(benchmark::State& state, std::uint64_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) *
                          static_cast<std::int64_t>(state.iterations()));
}

// ---- ranges -----------------------------------------------------------------

void BM_Fill_Kheap(benchmark::State& state) {
  const auto heap = MakeHeapInUse();
  const auto size = static_cast<std::uint64_t>(state.range(0));
  const Address address = heap->layout().begin(Region::kHeap) + 1;
  heap->Fill(address, std::byte{5}, size);
  Require(
      heap->lbu(address + (size - 1)) == 5 && heap->lbu(address + size) == 7,
      "Fill");
  for (auto _ : state) {
    heap->Fill(address, std::byte{5}, size);
    benchmark::ClobberMemory();
  }
  SetBytes(state, size);
}

void BM_Fill_Memset(benchmark::State& state) {
  const auto size = static_cast<std::uint64_t>(state.range(0));
  std::vector<std::byte> bytes(kHeapBytes, std::byte{7});
  std::byte* const destination = bytes.data() + 1;
  for (auto _ : state) {
    benchmark::DoNotOptimize(std::memset(destination, 5, size));
    benchmark::ClobberMemory();
  }
  SetBytes(state, size);
}

void BM_Copy_Kheap(benchmark::State& state) {
  const auto heap = MakeHeapInUse();
  const auto size = static_cast<std::uint64_t>(state.range(0));
  const Address source = heap->layout().begin(Region::kHeap) + 1;
  const Address destination = source + kHeapBytes / 2;
  heap->sb(source + (size - 1), 9);
  heap->Copy(destination, source, size);
  Require(heap->Compare(destination, source, size) == 0, "Copy");
  for (auto _ : state) {
    heap->Copy(destination, source, size);
    benchmark::ClobberMemory();
  }
  SetBytes(state, size);
}

void BM_Copy_Memmove(benchmark::State& state) {
  const auto size = static_cast<std::uint64_t>(state.range(0));
  std::vector<std::byte> bytes(kHeapBytes, std::byte{7});
  std::byte* const source = bytes.data() + 1;
  std::byte* const destination = source + kHeapBytes / 2;
  for (auto _ : state) {
    benchmark::DoNotOptimize(std::memmove(destination, source, size));
    benchmark::ClobberMemory();
  }
  SetBytes(state, size);
}

// From what most calls touch to what fits no cache.
BENCHMARK(BM_Fill_Kheap)->Arg(16)->Arg(256)->Arg(4096)->Arg(1 << 20);
BENCHMARK(BM_Fill_Memset)->Arg(16)->Arg(256)->Arg(4096)->Arg(1 << 20);
BENCHMARK(BM_Copy_Kheap)->Arg(16)->Arg(256)->Arg(4096)->Arg(1 << 20);
BENCHMARK(BM_Copy_Memmove)->Arg(16)->Arg(256)->Arg(4096)->Arg(1 << 20);

// ---- the state as a whole ---------------------------------------------------

std::uint64_t UsedBytes(const GlobalHeap& heap) {
  return heap.break_address() - heap.layout().begin(Region::kStack);
}

// 34 MiB in use, of which the stack and data regions are 2.
void BM_Digest_Kheap(benchmark::State& state) {
  const auto heap = MakeHeapInUse();
  const Digest before = heap->ComputeDigest();
  heap->sb(heap->layout().begin(Region::kHeap), 8);
  Require(heap->ComputeDigest() != before, "ComputeDigest");
  for (auto _ : state) benchmark::DoNotOptimize(heap->ComputeDigest());
  SetBytes(state, UsedBytes(*heap));
}

void BM_Digest_Xxh3(benchmark::State& state) {
  const auto heap = MakeHeapInUse();
  const std::byte* const begin =
      heap->base() + heap->layout().begin(Region::kStack).offset();
  for (auto _ : state) {
    benchmark::DoNotOptimize(XXH3_128bits(begin, UsedBytes(*heap)));
  }
  SetBytes(state, UsedBytes(*heap));
}

void BM_Equal_Kheap(benchmark::State& state) {
  const auto a = MakeHeapInUse();
  const auto b = MakeHeapInUse();
  Require(*a == *b, "operator==");
  for (auto _ : state) benchmark::DoNotOptimize(*a == *b);
  SetBytes(state, UsedBytes(*a));
}

void BM_Equal_Memcmp(benchmark::State& state) {
  const auto a = MakeHeapInUse();
  const auto b = MakeHeapInUse();
  const std::uint64_t begin = a->layout().begin(Region::kStack).offset();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        std::memcmp(a->base() + begin, b->base() + begin, UsedBytes(*a)));
  }
  SetBytes(state, UsedBytes(*a));
}

BENCHMARK(BM_Digest_Kheap)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Digest_Xxh3)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Equal_Kheap)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_Equal_Memcmp)->Unit(benchmark::kMicrosecond);

// ---- making and resetting ---------------------------------------------------

// The argument is the capacity in MiB.
HeapOptions OptionsFor(const benchmark::State& state, bool checked) {
  return {.layout = {.capacity_bytes =
                         static_cast<std::uint64_t>(state.range(0)) << 20},
          .checked = checked};
}

void BM_Create_Kheap(benchmark::State& state) {
  const HeapOptions options = OptionsFor(state, false);
  for (auto _ : state) benchmark::DoNotOptimize(GlobalHeap::Create(options));
}

void BM_Create_KheapChecked(benchmark::State& state) {
  const HeapOptions options = OptionsFor(state, true);
  for (auto _ : state) benchmark::DoNotOptimize(GlobalHeap::Create(options));
}

// The least that a host does for such an arena: a mapping, and one page of it.
void BM_Create_Mmap(benchmark::State& state) {
  const std::size_t size = static_cast<std::size_t>(state.range(0)) << 20;
  for (auto _ : state) {
    void* const data = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    Require(data != MAP_FAILED, "mmap");
    static_cast<char*>(data)[4096] = 1;
    benchmark::DoNotOptimize(data);
    munmap(data, size);
  }
}

BENCHMARK(BM_Create_Kheap)->Arg(64)->Arg(65536);
BENCHMARK(BM_Create_KheapChecked)->Arg(64)->Arg(65536);
BENCHMARK(BM_Create_Mmap)->Arg(64)->Arg(65536);

// Resets an arena of which `range(0)` MiB of heap have been written, beside
// zeroing as many bytes.
void BM_Reset_Kheap(benchmark::State& state) {
  const auto heap = GlobalHeap::Create().value();
  const std::uint64_t size = static_cast<std::uint64_t>(state.range(0)) << 20;
  const Address begin = heap->break_address();
  const Digest fresh = heap->ComputeDigest();
  for (auto _ : state) {
    state.PauseTiming();
    Require(heap->SetBreak(begin + size), "SetBreak");
    heap->Fill(begin, std::byte{7}, size);
    state.ResumeTiming();
    heap->Reset();
  }
  Require(heap->ComputeDigest() == fresh, "Reset");
}

void BM_Reset_Memset(benchmark::State& state) {
  const std::size_t size = static_cast<std::size_t>(state.range(0)) << 20;
  std::vector<std::byte> bytes(size);
  for (auto _ : state) {
    state.PauseTiming();
    std::memset(bytes.data(), 7, size);
    state.ResumeTiming();
    std::memset(bytes.data(), 0, size);
    benchmark::ClobberMemory();
  }
}

BENCHMARK(BM_Reset_Kheap)->Arg(1)->Arg(32)->Iterations(50);
BENCHMARK(BM_Reset_Memset)->Arg(1)->Arg(32)->Iterations(50);

// The break goes up by `range(0)` KiB, all of which are written, and back.
void BM_Regrow_Kheap(benchmark::State& state) {
  const auto heap = GlobalHeap::Create().value();
  const std::uint64_t size = static_cast<std::uint64_t>(state.range(0)) << 10;
  const Address begin = heap->break_address();
  for (auto _ : state) {
    Require(heap->SetBreak(begin + size), "SetBreak");
    heap->Fill(begin, std::byte{7}, size);
    Require(heap->SetBreak(begin), "SetBreak");
  }
  SetBytes(state, size);
}

void BM_Regrow_Memset(benchmark::State& state) {
  const std::size_t size = static_cast<std::size_t>(state.range(0)) << 10;
  std::vector<std::byte> bytes(size);
  for (auto _ : state) {
    std::memset(bytes.data(), 7, size);
    benchmark::ClobberMemory();
    std::memset(bytes.data(), 0, size);
    benchmark::ClobberMemory();
  }
  SetBytes(state, size);
}

BENCHMARK(BM_Regrow_Kheap)->RangeMultiplier(4)->Range(64, 16384);
BENCHMARK(BM_Regrow_Memset)->RangeMultiplier(4)->Range(64, 16384);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
