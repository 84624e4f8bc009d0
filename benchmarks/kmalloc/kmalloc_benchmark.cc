// SPDX-License-Identifier: Apache-2.0
// Workloads over KMalloc and its peers, in nanoseconds per operation: a malloc,
// a free or a realloc. Every block is written to. Before a workload is timed it
// runs once with every block filled and verified.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmarks/kmalloc/allocators.h"
#include "machine/check.h"

namespace kheap {
namespace {

constexpr std::size_t kStepCount = 1 << 20;

void Touch(void* block) {
  KHEAP_CHECK(block != nullptr, "no workload needs much memory");
  *static_cast<volatile char*>(block) = 1;
}

// A place to replace, and the size of what comes there.
struct Step {
  std::uint32_t place;
  std::uint32_t size_bytes;
};

// What stays the same in every run of a workload.
struct Churn {
  std::size_t live_blocks;
  std::vector<Step> steps;
};

Churn MakeChurn(std::size_t live_blocks, std::uint32_t size_min,
                std::uint32_t size_max, bool logarithmic, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  std::uniform_int_distribution<std::uint32_t> uniform(size_min, size_max);
  Churn churn = {live_blocks, {}};
  for (std::size_t i = 0; i < kStepCount; ++i) {
    const std::uint32_t size_bytes =
        logarithmic ? static_cast<std::uint32_t>(
                          size_min *
                          std::pow(double(size_max) / size_min, unit(random)))
                    : uniform(random);
    churn.steps.push_back(
        {static_cast<std::uint32_t>(random() % live_blocks), size_bytes});
  }
  return churn;
}

// Ten thousand live blocks of 16 to 1024 bytes.
const Churn& SmallChurn() {
  static const auto& churn = *new Churn(MakeChurn(10000, 16, 1024, false, 2));
  return churn;
}
// Ten thousand live blocks of 16 bytes to 64 KiB, small ones more often.
const Churn& WideChurn() {
  static const auto& churn = *new Churn(MakeChurn(10000, 16, 65536, true, 2));
  return churn;
}
// A thousand live blocks of 8 to 1000 bytes: the single thread of Larson and
// Krishnan's server (Memory Allocation for Long-Running Server Applications,
// ISMM 1998).
const Churn& Larson() {
  static const auto& churn = *new Churn(MakeChurn(1000, 8, 1000, false, 3));
  return churn;
}

// ---- checked runs ----------------------------------------------------------

struct Filled {
  unsigned char* bytes = nullptr;
  std::size_t size_bytes = 0;
};

template <typename A>
void VerifyAndFree(const A& allocator, Filled& block) {
  const auto pattern = static_cast<unsigned char>(block.size_bytes * 31);
  for (std::size_t i = 0; i < block.size_bytes; ++i) {
    KHEAP_CHECK(block.bytes[i] == pattern, "a block keeps its bytes");
  }
  allocator.free(block.bytes);
  block = {};
}

template <typename A>
Filled Fill(const A& allocator, std::size_t size_bytes) {
  auto* const bytes = static_cast<unsigned char*>(allocator.malloc(size_bytes));
  KHEAP_CHECK(bytes != nullptr, "no workload needs much memory");
  KHEAP_CHECK(
      reinterpret_cast<std::uintptr_t>(bytes) % 16 == 0 || size_bytes < 16,
      "a block is aligned");
  std::memset(bytes, static_cast<unsigned char>(size_bytes * 31), size_bytes);
  return {bytes, size_bytes};
}

template <typename A>
void VerifyChurn(const A& allocator, const Churn& churn) {
  constexpr std::size_t kVerifiedSteps = 50000;
  std::vector<Filled> blocks(churn.live_blocks);
  for (std::size_t i = 0; i < kVerifiedSteps; ++i) {
    const Step& step = churn.steps[i];
    VerifyAndFree(allocator, blocks[step.place]);
    blocks[step.place] = Fill(allocator, step.size_bytes);
  }
  for (Filled& block : blocks) VerifyAndFree(allocator, block);
}

// ---- workloads -------------------------------------------------------------

template <typename A>
void RunChurn(benchmark::State& state, const A& allocator, const Churn& churn) {
  VerifyChurn(allocator, churn);
  std::vector<void*> blocks(churn.live_blocks);
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    blocks[i] = allocator.malloc(churn.steps[i].size_bytes);
  }
  std::size_t next = 0;
  for (auto _ : state) {
    const Step& step = churn.steps[next++ % kStepCount];
    allocator.free(blocks[step.place]);
    void* const block = allocator.malloc(step.size_bytes);
    Touch(block);
    blocks[step.place] = block;
  }
  for (void* const block : blocks) allocator.free(block);
  state.SetItemsProcessed(2 * state.iterations());
}

template <typename A>
void Churn1K(benchmark::State& state, A make()) {
  RunChurn(state, make(), SmallChurn());
}
template <typename A>
void Churn64K(benchmark::State& state, A make()) {
  RunChurn(state, make(), WideChurn());
}
template <typename A>
void LarsonLike(benchmark::State& state, A make()) {
  RunChurn(state, make(), Larson());
}

// A malloc and the free of the same block, 16 to 256 bytes.
template <typename A>
void Pair(benchmark::State& state, A make()) {
  const A allocator = make();
  constexpr std::size_t kSizes = 4096;
  std::vector<std::uint32_t> sizes(kSizes);
  std::mt19937 random(1);
  for (auto& size : sizes) size = 16 + random() % 241;
  for (const std::uint32_t size : sizes) {
    Filled block = Fill(allocator, size);
    VerifyAndFree(allocator, block);
  }
  std::size_t next = 0;
  for (auto _ : state) {
    void* const block = allocator.malloc(sizes[next++ % kSizes]);
    Touch(block);
    allocator.free(block);
  }
  state.SetItemsProcessed(2 * state.iterations());
}

// A block that grows by half until it has a mebibyte, 28 reallocs.
std::size_t Grow(const Allocator& allocator, bool verify) {
  constexpr std::size_t kSizeMax = 1 << 20;
  std::size_t size = 16;
  std::size_t reallocs = 0;
  auto* bytes = static_cast<unsigned char*>(allocator.malloc(size));
  while (size < kSizeMax) {
    bytes[size - 1] = static_cast<unsigned char>(size);
    const std::size_t old_size = size;
    size += size / 2;
    bytes = static_cast<unsigned char*>(allocator.realloc(bytes, size));
    KHEAP_CHECK(bytes != nullptr, "no workload needs much memory");
    bytes[size - 1] = 1;
    ++reallocs;
    KHEAP_CHECK(
        !verify || bytes[old_size - 1] == static_cast<unsigned char>(old_size),
        "realloc keeps the bytes");
  }
  allocator.free(bytes);
  return reallocs;
}

void Realloc(benchmark::State& state, Allocator make()) {
  const Allocator allocator = make();
  const std::size_t reallocs = Grow(allocator, /*verify=*/true);
  for (auto _ : state) Grow(allocator, /*verify=*/false);
  state.SetItemsProcessed(static_cast<std::int64_t>(reallocs) *
                          state.iterations());
}

// One workload with every allocator.
#define KHEAP_BENCHMARK_ALL(workload)                                        \
  BENCHMARK_CAPTURE(workload, KheapPages, KheapPages)                        \
      ->Name("BM_" #workload "_KheapPages");                                 \
  BENCHMARK_CAPTURE(workload, KheapTags, KheapTags)                          \
      ->Name("BM_" #workload "_KheapTags");                                  \
  BENCHMARK_CAPTURE(workload, Glibc, Glibc)->Name("BM_" #workload "_Glibc"); \
  BENCHMARK_CAPTURE(workload, Mimalloc, Mimalloc)                            \
      ->Name("BM_" #workload "_Mimalloc");                                   \
  BENCHMARK_CAPTURE(workload, Jemalloc, Jemalloc)                            \
      ->Name("BM_" #workload "_Jemalloc");                                   \
  BENCHMARK_CAPTURE(workload, Tcmalloc, Tcmalloc)                            \
      ->Name("BM_" #workload "_Tcmalloc");                                   \
  BENCHMARK_CAPTURE(workload, BoostInterprocess, BoostInterprocess)          \
      ->Name("BM_" #workload "_BoostInterprocess")

KHEAP_BENCHMARK_ALL(Pair);
KHEAP_BENCHMARK_ALL(Churn1K);
KHEAP_BENCHMARK_ALL(Churn64K);
KHEAP_BENCHMARK_ALL(LarsonLike);
KHEAP_BENCHMARK_ALL(Realloc);

BENCHMARK_CAPTURE(Pair, KheapInlined, KheapInlined::Make)
    ->Name("BM_Pair_KheapInlined");
BENCHMARK_CAPTURE(Churn1K, KheapInlined, KheapInlined::Make)
    ->Name("BM_Churn1K_KheapInlined");
BENCHMARK_CAPTURE(Churn64K, KheapInlined, KheapInlined::Make)
    ->Name("BM_Churn64K_KheapInlined");
BENCHMARK_CAPTURE(LarsonLike, KheapInlined, KheapInlined::Make)
    ->Name("BM_LarsonLike_KheapInlined");

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
