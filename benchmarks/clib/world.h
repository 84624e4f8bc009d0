// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BENCHMARKS_CLIB_WORLD_H_
#define KHEAP_BENCHMARKS_CLIB_WORLD_H_

// What the benchmarks of clib/ share: an arena with two buffers, seen as
// addresses by us and as host pointers by the peers, so that both work on the
// same bytes.
//
// Two kinds of runs: a sweep does one size again and again; a distribution does
// sizes in the proportions in which programs call these functions (over nine in
// ten below 128 bytes), in an order that branch prediction cannot learn.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "benchmark/benchmark.h"
#include "heap/global_heap.h"

namespace kheap {

inline constexpr std::uint64_t kBufferBytes = 1 << 20;

struct World {
  World() : heap(GlobalHeap::Create().value()) {
    const Address begin = heap->layout().begin(Region::kHeap);
    // As an allocator leaves it: some unused room below the break.
    if (!heap->SetBreak(begin + 4 * kBufferBytes)) std::abort();
    a = begin + 4096;
    // Off by some lines, so that the buffers do not compete for cache sets.
    b = a + kBufferBytes + 1216;
    host_a = reinterpret_cast<char*>(heap->base() + a.offset());
    host_b = reinterpret_cast<char*>(heap->base() + b.offset());
    needle = b + kBufferBytes;
    host_needle = host_b + kBufferBytes;
    std::strcpy(host_needle, "az");
    set = needle + 64;
    host_set = host_needle + 64;
    std::strcpy(host_set, "xyz");
  }

  // Both buffers hold the same string of `length` characters.
  void FillStrings(std::uint64_t length) {
    std::memset(host_a, 'a', kBufferBytes);
    std::memset(host_b, 'a', kBufferBytes);
    host_a[length] = host_b[length] = 0;
  }

  std::unique_ptr<GlobalHeap> heap;
  Address a;
  Address b;
  char* host_a;
  char* host_b;
  // What is searched for, in vain.
  Address needle;
  char* host_needle;
  Address set;
  char* host_set;
};

inline World& TheWorld() {
  static World world;
  return world;
}

// The two buffers, as locals of a loop.
struct Buffers {
  explicit Buffers(World& world)
      : heap(*world.heap),
        a(world.a),
        b(world.b),
        host_a(world.host_a),
        host_b(world.host_b) {}

  GlobalHeap& heap;
  const Address a;
  const Address b;
  char* const host_a;
  char* const host_b;
};

// `operation(buffers, offset, size)` is one call of a function under test.

template <typename Operation>
void Sweep(benchmark::State& state, Operation operation) {
  World& world = TheWorld();
  std::uint64_t size = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t offset = 0;
  world.FillStrings(size);
  const Buffers buffers(world);
  // Both are read anew for each call, as far as the compiler can know.
  benchmark::DoNotOptimize(&size);
  benchmark::DoNotOptimize(&offset);
  for (auto unused : state) {
    const auto result = operation(buffers, offset, size);
    benchmark::DoNotOptimize(result);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

// Sizes and places of 512 calls, one behind the other. Deterministic.
struct Calls {
  struct Call {
    std::uint64_t offset;
    std::uint64_t size;
  };

  Calls() {
    std::uint32_t state = 1;
    const auto next = [&state](std::uint32_t below) {
      state = state * 1664525u + 1013904223u;
      return (std::uint64_t{state} * below) >> 32;
    };
    std::uint64_t offset = 0;
    for (Call& call : calls) {
      const std::uint64_t percent = next(100);
      const std::uint64_t size = percent < 55   ? next(17)
                                 : percent < 80 ? 16 + next(49)
                                 : percent < 92 ? 64 + next(65)
                                 : percent < 98 ? 128 + next(385)
                                                : 512 + next(3585);
      call = {offset, size};
      offset += size + 1 + next(64);
      bytes += size;
    }
  }

  std::array<Call, 512> calls;
  std::uint64_t bytes = 0;
};

template <typename Operation>
void Distribution(benchmark::State& state, Operation operation) {
  static const Calls calls;
  World& world = TheWorld();
  world.FillStrings(kBufferBytes - 1);
  for (const auto& call : calls.calls) {
    world.host_a[call.offset + call.size] = 0;
    world.host_b[call.offset + call.size] = 0;
  }
  const Buffers buffers(world);
  for (auto unused : state) {
    for (const auto& call : calls.calls) {
      const auto result = operation(buffers, call.offset, call.size);
      benchmark::DoNotOptimize(result);
      benchmark::ClobberMemory();
    }
  }
  state.SetItemsProcessed(state.iterations() * calls.calls.size());
  state.SetBytesProcessed(state.iterations() * calls.bytes);
}

}  // namespace kheap

#endif  // KHEAP_BENCHMARKS_CLIB_WORLD_H_
