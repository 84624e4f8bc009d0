// SPDX-License-Identifier: Apache-2.0
// Pools and bump allocators beside Boost.Pool, the standard library's monotonic
// buffer, and malloc: glibc's and our own.
//
// BM_Pool   a burst of objects is allocated and freed again, the newest first,
//           which is reuse alone after the first round; one item is one
//           allocation or one free.
// BM_Bump   a burst of allocations, then all are given back at once; one item
//           is one allocation.
#include <array>
#include <boost/pool/pool.hpp>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <memory_resource>
#include <set>
#include <vector>

#include "allocators/bump_allocator.h"
#include "allocators/pool.h"
#include "allocators/registry.h"
#include "benchmark/benchmark.h"
#include "heap/global_heap.h"
#include "kmalloc/kmalloc.h"
#include "machine/check.h"

namespace kheap {
namespace {

constexpr std::uint64_t kObjectBytes = 32;
constexpr std::size_t kBurst = 64;

struct World {
  explicit World(bool checked = false)
      : heap(GlobalHeap::Create(
                 {.layout = {.allocators = true}, .checked = checked})
                 .value()),
        malloc(KMalloc::Create(*heap).value()),
        registry(Registry::Create(malloc).value()) {}

  std::unique_ptr<GlobalHeap> heap;
  KMalloc malloc;
  Registry registry;
};

// Runs bursts of `allocate` and `free`. The answer that is checked: objects are
// apart, and the second burst gets the objects of the first, newest first.
template <typename Object, typename Allocate, typename Free>
void RunBursts(benchmark::State& state, Allocate allocate, Free free) {
  std::array<Object, kBurst> objects;
  const auto burst = [&] {
    for (Object& object : objects) object = allocate();
    for (std::size_t i = kBurst; i != 0; --i) free(objects[i - 1]);
  };
  burst();
  const std::array<Object, kBurst> first = objects;
  KHEAP_CHECK(std::set<Object>(first.begin(), first.end()).size() == kBurst,
              "objects are apart");
  burst();
  KHEAP_CHECK(objects == first, "the newest free object comes first");
  for (auto _ : state) {
    burst();
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * 2 * kBurst);
}

void RunPool(benchmark::State& state, bool checked) {
  World world(checked);
  Pool pool =
      Pool::Create(world.registry, {.object_bytes = kObjectBytes}).value();
  RunBursts<Address>(
      state, [&] { return pool.Allocate(); },
      [&](Address object) { pool.Free(object); });
  KHEAP_CHECK(pool.CheckInvariants().ok(), "the pool is whole");
}
void BM_Pool_Kheap(benchmark::State& state) { RunPool(state, false); }
void BM_Pool_KheapChecked(benchmark::State& state) { RunPool(state, true); }

void BM_Pool_KheapMalloc(benchmark::State& state) {
  World world;
  // Enough to give the size its cache.
  for (int i = 0; i < 1000; ++i) {
    world.malloc.Free(world.malloc.Malloc(kObjectBytes));
  }
  std::array<Address, kBurst> warm;
  for (int round = 0; round < 4; ++round) {
    for (Address& block : warm) block = world.malloc.Malloc(kObjectBytes);
    for (std::size_t i = kBurst; i != 0; --i) world.malloc.Free(warm[i - 1]);
  }
  RunBursts<Address>(
      state, [&] { return world.malloc.Malloc(kObjectBytes); },
      [&](Address block) { world.malloc.Free(block); });
}

void BM_Pool_BoostPool(benchmark::State& state) {
  boost::pool<> pool(kObjectBytes);
  RunBursts<void*>(
      state, [&] { return pool.malloc(); },
      [&](void* object) { pool.free(object); });
}

void BM_Pool_StdUnsynchronizedPool(benchmark::State& state) {
  std::pmr::unsynchronized_pool_resource pool;
  std::array<void*, kBurst> objects;
  const auto burst = [&] {
    for (void*& object : objects) object = pool.allocate(kObjectBytes, 16);
    for (std::size_t i = kBurst; i != 0; --i) {
      pool.deallocate(objects[i - 1], kObjectBytes, 16);
    }
  };
  burst();
  KHEAP_CHECK(std::set<void*>(objects.begin(), objects.end()).size() == kBurst,
              "objects are apart");
  for (auto _ : state) {
    burst();
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * 2 * kBurst);
}

void BM_Pool_Glibc(benchmark::State& state) {
  std::array<void*, kBurst> objects;
  for (auto _ : state) {
    for (void*& object : objects) {
      object = std::malloc(kObjectBytes);
      benchmark::DoNotOptimize(object);
    }
    for (std::size_t i = kBurst; i != 0; --i) std::free(objects[i - 1]);
  }
  state.SetItemsProcessed(state.iterations() * 2 * kBurst);
}

// ---- bump allocators --------------------------------------------------------

constexpr std::size_t kAllocations = 1000;

void RunBump(benchmark::State& state, bool checked) {
  World world(checked);
  BumpAllocator bump =
      BumpAllocator::Create(world.registry, {.block_bytes = 256 * 1024})
          .value();
  const Address first = bump.Allocate(24);
  bump.Reset();
  KHEAP_CHECK(bump.Allocate(24) == first, "a reset gives everything back");
  for (auto _ : state) {
    bump.Reset();
    for (std::size_t i = 0; i < kAllocations; ++i) {
      benchmark::DoNotOptimize(bump.Allocate(24));
    }
  }
  state.SetItemsProcessed(state.iterations() * kAllocations);
}
void BM_Bump_Kheap(benchmark::State& state) { RunBump(state, false); }
void BM_Bump_KheapChecked(benchmark::State& state) { RunBump(state, true); }

void BM_Bump_StdMonotonicBuffer(benchmark::State& state) {
  std::vector<std::byte> bytes(256 * 1024);
  std::pmr::monotonic_buffer_resource buffer(bytes.data(), bytes.size());
  void* const first = buffer.allocate(24, 16);
  buffer.release();
  KHEAP_CHECK(buffer.allocate(24, 16) == first,
              "a release gives everything back");
  for (auto _ : state) {
    buffer.release();
    for (std::size_t i = 0; i < kAllocations; ++i) {
      benchmark::DoNotOptimize(buffer.allocate(24, 16));
    }
  }
  state.SetItemsProcessed(state.iterations() * kAllocations);
}

void BM_Bump_Glibc(benchmark::State& state) {
  std::vector<void*> blocks(kAllocations);
  for (auto _ : state) {
    for (void*& block : blocks) block = std::malloc(24);
    benchmark::ClobberMemory();
    for (void* const block : blocks) std::free(block);
  }
  state.SetItemsProcessed(state.iterations() * kAllocations);
}

BENCHMARK(BM_Pool_Kheap);
BENCHMARK(BM_Pool_KheapChecked);
BENCHMARK(BM_Pool_KheapMalloc);
BENCHMARK(BM_Pool_BoostPool);
BENCHMARK(BM_Pool_StdUnsynchronizedPool);
BENCHMARK(BM_Pool_Glibc);
BENCHMARK(BM_Bump_Kheap);
BENCHMARK(BM_Bump_KheapChecked);
BENCHMARK(BM_Bump_StdMonotonicBuffer);
BENCHMARK(BM_Bump_Glibc);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
