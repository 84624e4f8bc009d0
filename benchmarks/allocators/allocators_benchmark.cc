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
#include <iterator>
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

std::uint64_t OffsetOf(Address address) { return address.offset(); }
std::uint64_t OffsetOf(const void* pointer) {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

// Stops the program unless all places are there, aligned to 8, and that many
// bytes from each other.
template <typename Iterator>
void CheckApart(Iterator begin, Iterator end, std::uint64_t size_bytes) {
  std::set<std::uint64_t> offsets;
  for (Iterator at = begin; at != end; ++at) {
    KHEAP_CHECK(OffsetOf(*at) != 0, "there is room");
    KHEAP_CHECK(OffsetOf(*at) % 8 == 0, "places are aligned");
    offsets.insert(OffsetOf(*at));
  }
  KHEAP_CHECK(
      offsets.size() == static_cast<std::size_t>(std::distance(begin, end)),
      "no place is given twice");
  std::uint64_t free_from = 0;
  for (const std::uint64_t offset : offsets) {
    KHEAP_CHECK(offset >= free_from, "places are apart");
    free_from = offset + size_bytes;
  }
}

// Runs bursts of `allocate` and `free`. The answer that is checked: objects are
// apart. Where that order is promised, the second burst gets the
// objects of the first, the newest first.
template <typename Object, typename Allocate, typename Free>
void RunBursts(benchmark::State& state, bool newest_first, Allocate allocate,
               Free free) {
  std::array<Object, kBurst> objects;
  const auto burst = [&] {
    for (Object& object : objects) object = allocate();
    benchmark::ClobberMemory();
    for (std::size_t i = kBurst; i != 0; --i) free(objects[i - 1]);
  };
  burst();
  const std::array<Object, kBurst> first = objects;
  CheckApart(first.begin(), first.end(), kObjectBytes);
  burst();
  KHEAP_CHECK(!newest_first || objects == first,
              "the newest free object comes first");
  for (auto _ : state) {
    burst();
    benchmark::ClobberMemory();
  }
  CheckApart(objects.begin(), objects.end(), kObjectBytes);
  state.SetItemsProcessed(state.iterations() * 2 * kBurst);
}

void RunPool(benchmark::State& state, bool checked) {
  World world(checked);
  Pool pool =
      Pool::Create(world.registry, {.object_bytes = kObjectBytes}).value();
  RunBursts<Address>(
      state, true, [&] { return pool.Allocate(); },
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
      state, true, [&] { return world.malloc.Malloc(kObjectBytes); },
      [&](Address block) { world.malloc.Free(block); });
}

void BM_Pool_BoostPool(benchmark::State& state) {
  boost::pool<> pool(kObjectBytes);
  RunBursts<void*>(
      state, true, [&] { return pool.malloc(); },
      [&](void* object) { pool.free(object); });
}

void BM_Pool_StdUnsynchronizedPool(benchmark::State& state) {
  std::pmr::unsynchronized_pool_resource pool;
  RunBursts<void*>(
      state, false, [&] { return pool.allocate(kObjectBytes, 16); },
      [&](void* object) { pool.deallocate(object, kObjectBytes, 16); });
}

// Its cache of freed blocks has no room for a whole burst, so the order is not
// the newest first.
void BM_Pool_Glibc(benchmark::State& state) {
  RunBursts<void*>(
      state, false, [] { return std::malloc(kObjectBytes); },
      [](void* block) { std::free(block); });
}

// ---- bump allocators --------------------------------------------------------

constexpr std::size_t kAllocations = 1000;
constexpr std::uint64_t kAllocationBytes = 24;

// Runs rounds of allocations, each of which gives back what the round before
// took. The answer that is checked: all of a round are apart, and in the bump
// allocators, where `repeats`, the next round gets the same.
template <typename Place, typename Release, typename Allocate>
void RunRounds(benchmark::State& state, bool repeats, Release release,
               Allocate allocate) {
  std::vector<Place> places(kAllocations);
  const auto round = [&] {
    release(places);
    for (Place& place : places) place = allocate();
  };
  for (Place& place : places) place = allocate();
  CheckApart(places.begin(), places.end(), kAllocationBytes);
  const std::vector<Place> first = places;
  round();
  KHEAP_CHECK(!repeats || places == first, "all was given back");
  for (auto _ : state) {
    round();
    benchmark::ClobberMemory();
  }
  KHEAP_CHECK(!repeats || places == first, "all was given back each time");
  CheckApart(places.begin(), places.end(), kAllocationBytes);
  release(places);
  state.SetItemsProcessed(state.iterations() * kAllocations);
}

void RunBump(benchmark::State& state, bool checked) {
  World world(checked);
  BumpAllocator bump =
      BumpAllocator::Create(world.registry, {.block_bytes = 256 * 1024})
          .value();
  RunRounds<Address>(
      state, true, [&](const std::vector<Address>&) { bump.Reset(); },
      [&] { return bump.Allocate(kAllocationBytes); });
  KHEAP_CHECK(bump.used_bytes() == 0 && bump.CheckInvariants().ok(),
              "a reset gives everything back");
}
void BM_Bump_Kheap(benchmark::State& state) { RunBump(state, false); }
void BM_Bump_KheapChecked(benchmark::State& state) { RunBump(state, true); }

void BM_Bump_StdMonotonicBuffer(benchmark::State& state) {
  std::vector<std::byte> bytes(256 * 1024);
  std::pmr::monotonic_buffer_resource buffer(bytes.data(), bytes.size());
  RunRounds<void*>(
      state, true, [&](const std::vector<void*>&) { buffer.release(); },
      [&] { return buffer.allocate(kAllocationBytes, 16); });
}

void BM_Bump_Glibc(benchmark::State& state) {
  RunRounds<void*>(
      state, false,
      [](const std::vector<void*>& blocks) {
        for (void* const block : blocks) std::free(block);
      },
      [] { return std::malloc(kAllocationBytes); });
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
