// SPDX-License-Identifier: Apache-2.0
// One checked access per element, beside the same loop over a host pointer to
// the same bytes: sums (loads), fills (stores), updates (both), and a chase
// through a shuffled list, whose next address depends on the last load.
//
// Goals (docs/design/scalars.md): loads at most 1.1 times raw, stores at most
// 1.35 times, chase 1.0 times.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "benchmark/benchmark.h"
#include "heap/global_heap.h"
#include "machine/check.h"
#include "scalars/ptr_var.h"

namespace kheap {
namespace {

constexpr std::int64_t kCount = 4096;
constexpr std::int64_t kSum = kCount * (kCount - 1) / 2;

// 0, 1, 2 … as T, in the arena and through a host pointer.
template <typename T>
struct Row {
  Row() {
    for (std::int64_t i = 0; i < kCount; ++i) p[i] = i;
  }

  std::unique_ptr<GlobalHeap> heap = GlobalHeap::Create().value();
  Address address = heap->layout().begin(Region::kData);
  Ptr<T> p{*heap, address};
  T* raw = reinterpret_cast<T*>(heap->base() + address.offset());
};

// Each loop is a function of its own, as in a program. Inlined into one that
// has destructors to run on a fault, gcc 12 keeps a floating-point sum in
// memory.

struct Raw {
  template <typename T>
  [[gnu::noinline]] static T Sum(const Row<T>& row) {
    const T* const p = row.raw;
    T sum = 0;
    for (std::int64_t i = 0; i < kCount; ++i) sum += p[i];
    return sum;
  }
  template <typename T>
  [[gnu::noinline]] static void Fill(const Row<T>& row, T value) {
    T* const p = row.raw;
    for (std::int64_t i = 0; i < kCount; ++i) p[i] = value + i;
  }
  template <typename T>
  [[gnu::noinline]] static void Update(const Row<T>& row, T value) {
    T* const p = row.raw;
    for (std::int64_t i = 0; i < kCount; ++i) p[i] += value;
  }
};

struct Heap {
  template <typename T>
  [[gnu::noinline]] static T Sum(const Row<T>& row) {
    const GlobalHeap& heap = *row.heap;
    const Address address = row.address;
    T sum = 0;
    for (std::int64_t i = 0; i < kCount; ++i) {
      sum += heap.Load<T>(address + sizeof(T) * i);
    }
    return sum;
  }
  template <typename T>
  [[gnu::noinline]] static void Fill(const Row<T>& row, T value) {
    GlobalHeap& heap = *row.heap;
    const Address address = row.address;
    for (std::int64_t i = 0; i < kCount; ++i) {
      heap.Store<T>(address + sizeof(T) * i, value + i);
    }
  }
  template <typename T>
  [[gnu::noinline]] static void Update(const Row<T>& row, T value) {
    GlobalHeap& heap = *row.heap;
    const Address address = row.address;
    for (std::int64_t i = 0; i < kCount; ++i) {
      heap.Update<T>(address + sizeof(T) * i,
                     [value](T old) { return old + value; });
    }
  }
};

struct Typed {
  template <typename T>
  [[gnu::noinline]] static T Sum(const Row<T>& row) {
    const Ptr<T> p = row.p;
    T sum = 0;
    for (std::int64_t i = 0; i < kCount; ++i) sum += p[i];
    return sum;
  }
  template <typename T>
  [[gnu::noinline]] static void Fill(const Row<T>& row, T value) {
    const Ptr<T> p = row.p;
    for (std::int64_t i = 0; i < kCount; ++i) p[i] = value + i;
  }
  template <typename T>
  [[gnu::noinline]] static void Update(const Row<T>& row, T value) {
    const Ptr<T> p = row.p;
    for (std::int64_t i = 0; i < kCount; ++i) p[i] += value;
  }
};

// ---- loads, stores, updates -------------------------------------------------

template <typename Access, typename T>
void BM_Load(benchmark::State& state) {
  const Row<T> row;
  KHEAP_CHECK(Access::Sum(row) == kSum, "the sum is right");
  for (auto _ : state) {
    benchmark::ClobberMemory();
    benchmark::DoNotOptimize(Access::Sum(row));
  }
  state.SetBytesProcessed(state.iterations() * kCount * sizeof(T));
}

template <typename Access, typename T>
void BM_Store(benchmark::State& state) {
  const Row<T> row;
  T value = 1;
  Access::Fill(row, value);
  KHEAP_CHECK(Raw::Sum(row) == kSum + kCount, "every element was stored to");
  for (auto _ : state) {
    benchmark::DoNotOptimize(value);
    Access::Fill(row, value);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * kCount * sizeof(T));
}

template <typename Access, typename T>
void BM_Update(benchmark::State& state) {
  const Row<T> row;
  T value = 1;
  Access::Update(row, value);
  KHEAP_CHECK(Raw::Sum(row) == kSum + kCount, "every element was updated");
  for (auto _ : state) {
    benchmark::DoNotOptimize(value);
    Access::Update(row, value);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * kCount * sizeof(T));
}

BENCHMARK_TEMPLATE(BM_Load, Raw, std::int64_t)->Name("BM_LoadI64_Raw");
BENCHMARK_TEMPLATE(BM_Load, Heap, std::int64_t)->Name("BM_LoadI64_KheapHeap");
BENCHMARK_TEMPLATE(BM_Load, Typed, std::int64_t)->Name("BM_LoadI64_KheapPtr");
BENCHMARK_TEMPLATE(BM_Load, Raw, double)->Name("BM_LoadF64_Raw");
BENCHMARK_TEMPLATE(BM_Load, Heap, double)->Name("BM_LoadF64_KheapHeap");
BENCHMARK_TEMPLATE(BM_Load, Typed, double)->Name("BM_LoadF64_KheapPtr");
BENCHMARK_TEMPLATE(BM_Store, Raw, std::int64_t)->Name("BM_StoreI64_Raw");
BENCHMARK_TEMPLATE(BM_Store, Heap, std::int64_t)->Name("BM_StoreI64_KheapHeap");
BENCHMARK_TEMPLATE(BM_Store, Typed, std::int64_t)->Name("BM_StoreI64_KheapPtr");
BENCHMARK_TEMPLATE(BM_Update, Raw, std::int64_t)->Name("BM_UpdateI64_Raw");
BENCHMARK_TEMPLATE(BM_Update, Heap, std::int64_t)
    ->Name("BM_UpdateI64_KheapHeap");
BENCHMARK_TEMPLATE(BM_Update, Typed, std::int64_t)
    ->Name("BM_UpdateI64_KheapPtr");

// ---- pointer chase ----------------------------------------------------------

struct Node : CStruct {
  static constexpr std::uint64_t kSizeBytes = 16;
  static constexpr std::uint64_t kAlignment = 8;
  using CStruct::CStruct;
  CPtrVar<Node> next() const { return Member<Ptr<Node>>(0); }
  CLongVar key() const { return Member<std::int64_t>(8); }
};

struct HostNode {
  HostNode* next;
  std::int64_t key;
};

// A ring of nodes in shuffled order: linked by guest addresses in one arena and
// by host pointers in another, so that both lie in the same kind of memory.
struct Ring {
  explicit Ring(std::int64_t count) {
    std::vector<std::int64_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937_64(42));
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t from = order[i];
      const std::int64_t to = order[(i + 1) % count];
      first[from].next() = first + to;
      first[from].key() = to;
      host[from] = {&host[to], to};
    }
  }

  static constexpr HeapOptions kOptions = {
      .layout = {.data_bytes = 32 * 1024 * 1024}};
  std::unique_ptr<GlobalHeap> heap = GlobalHeap::Create(kOptions).value();
  std::unique_ptr<GlobalHeap> raw = GlobalHeap::Create(kOptions).value();
  Ptr<Node> first{*heap, heap->layout().begin(Region::kData)};
  HostNode* host = reinterpret_cast<HostNode*>(
      raw->base() + raw->layout().begin(Region::kData).offset());
};

std::int64_t ChaseRaw(const Ring& ring, std::int64_t count) {
  const HostNode* node = ring.host;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    sum += node->key;
    node = node->next;
  }
  return sum;
}

std::int64_t ChasePtr(const Ring& ring, std::int64_t count) {
  Ptr<Node> node = ring.first;
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    sum += node->key();
    node = node->next();
  }
  return sum;
}

template <std::int64_t chase(const Ring&, std::int64_t)>
void BM_Chase(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  const Ring ring(count);
  KHEAP_CHECK(chase(ring, count) == count * (count - 1) / 2,
              "the ring holds every node once");
  for (auto _ : state) {
    benchmark::ClobberMemory();
    benchmark::DoNotOptimize(chase(ring, count));
  }
  state.SetItemsProcessed(state.iterations() * count);
}

// 8 KiB, 1 MiB and 16 MiB of nodes: in the first cache, the second, neither.
BENCHMARK_TEMPLATE(BM_Chase, ChaseRaw)
    ->Name("BM_Chase_Raw")
    ->Arg(512)
    ->Arg(65536)
    ->Arg(1 << 20);
BENCHMARK_TEMPLATE(BM_Chase, ChasePtr)
    ->Name("BM_Chase_KheapPtr")
    ->Arg(512)
    ->Arg(65536)
    ->Arg(1 << 20);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
