// SPDX-License-Identifier: Apache-2.0
// GCBench on the collector and its peers: Boehm's collector, and malloc with
// free. Every world runs once with every tree counted before it is timed.
#include <gc.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "benchmark/benchmark.h"
#include "benchmarks/gc/gcbench.h"
#include "benchmarks/kmalloc/allocators.h"
#include "gc/collector.h"
#include "gc/mutator.h"
#include "heap/global_heap.h"
#include "kmalloc/kmalloc.h"
#include "machine/check.h"

namespace kheap {
namespace {

// ---- ours ------------------------------------------------------------------

constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;

class CollectorWorld {
 public:
  explicit CollectorWorld(gc::Collector& collector)
      : mutator_(collector.mutator()),
        base_(collector.heap().base()),
        node_(collector
                  .RegisterType(
                      {.size_bytes = 24, .reference_offsets = kReferences})
                  .value()),
        numbers_(
            collector
                .RegisterType({.shape = gc::TypeShape::kArray, .size_bytes = 8})
                .value()),
        frame_(mutator_) {}

  class Root {
   public:
    explicit Root(const CollectorWorld& world) : frame_(world.mutator_) {}
    gc::Local local() const { return frame_[0]; }

   private:
    gc::Frame<1> frame_;
  };

  void NewTree(Root& out, int depth) { out.local() = MakeTree(depth); }
  void NewNode(Root& out) {
    out.local() = mutator_.New(node_, nullptr, nullptr, 0, 0);
  }
  void Populate(const Root& node, int depth) { Populate(node.local(), depth); }
  void Drop(Root& tree) { tree.local() = kNullAddress; }
  std::uint64_t Count(const Root& tree) const {
    return CountFrom(tree.local().get().offset());
  }
  void NewArray(int count) {
    frame_[0] =
        mutator_.AllocateArray(numbers_, static_cast<std::uint64_t>(count));
  }
  void SetNumber(int index, double value) {
    mutator_.collector().heap().Store<double>(ElementAt(index), value);
  }
  double Number(int index) const {
    return mutator_.collector().heap().Load<double>(ElementAt(index));
  }
  void DropArray() { frame_[0] = kNullAddress; }

 private:
  static constexpr std::uint64_t kReferences[] = {0, 8};

  Address MakeTree(int depth) const {
    if (depth <= 0) return mutator_.New(node_, nullptr, nullptr, 0, 0);
    const gc::Frame<2> children(mutator_);
    children[0] = MakeTree(depth - 1);
    children[1] = MakeTree(depth - 1);
    return mutator_.New(node_, children[0], children[1], 0, 0);
  }
  void Populate(gc::Local parent, int depth) const {
    if (depth <= 0) return;
    const gc::Frame<2> children(mutator_);
    children[0] = mutator_.New(node_, nullptr, nullptr, 0, 0);
    mutator_.SetReference(parent.get(), 0, children[0].get());
    children[1] = mutator_.New(node_, nullptr, nullptr, 0, 0);
    mutator_.SetReference(parent.get(), 8, children[1].get());
    Populate(children[0], depth - 1);
    Populate(children[1], depth - 1);
  }
  std::uint64_t CountFrom(std::uint64_t node) const {
    if (node == 0) return 0;
    std::uint64_t count = 1;
    for (const std::uint64_t offset : kReferences) {
      count += CountFrom(
          machine::LoadLittleEndian<std::uint64_t>(base_ + node + offset));
    }
    return count;
  }
  Address ElementAt(int index) const {
    return frame_[0].get() + static_cast<std::uint64_t>(index) * 8;
  }

  gc::Mutator mutator_;
  std::byte* base_;
  gc::GcType node_;
  gc::GcType numbers_;
  gc::Frame<1> frame_;
};

// ---- host memory: what the peers have in common ----------------------------

struct Node {
  Node* left = nullptr;
  Node* right = nullptr;
  int i = 0;
  int j = 0;
};

template <typename Memory>
class HostWorld {
 public:
  class Root {
   public:
    explicit Root(const HostWorld&) {}
    Node* node = nullptr;
  };

  explicit HostWorld(Memory memory) : memory_(memory) {}

  void NewTree(Root& out, int depth) { out.node = MakeTree(depth); }
  void NewNode(Root& out) { out.node = memory_.NewNode(); }
  void Populate(const Root& node, int depth) { Populate(node.node, depth); }
  void Drop(Root& tree) {
    if constexpr (Memory::kFrees) Free(tree.node);
    tree.node = nullptr;
  }
  std::uint64_t Count(const Root& tree) const { return CountFrom(tree.node); }
  void NewArray(int count) {
    numbers_ = memory_.NewNumbers(static_cast<std::size_t>(count));
  }
  void SetNumber(int index, double value) { numbers_[index] = value; }
  double Number(int index) const { return numbers_[index]; }
  void DropArray() {
    if constexpr (Memory::kFrees) memory_.Free(numbers_);
    numbers_ = nullptr;
  }

 private:
  Node* MakeTree(int depth) {
    if (depth <= 0) return memory_.NewNode();
    Node* const left = MakeTree(depth - 1);
    Node* const right = MakeTree(depth - 1);
    Node* const node = memory_.NewNode();
    node->left = left;
    node->right = right;
    return node;
  }
  void Populate(Node* node, int depth) {
    if (depth <= 0) return;
    node->left = memory_.NewNode();
    node->right = memory_.NewNode();
    Populate(node->left, depth - 1);
    Populate(node->right, depth - 1);
  }
  void Free(Node* node) {
    if (node == nullptr) return;
    Free(node->left);
    Free(node->right);
    memory_.Free(node);
  }
  static std::uint64_t CountFrom(const Node* node) {
    return node == nullptr ? 0
                           : 1 + CountFrom(node->left) + CountFrom(node->right);
  }

  Memory memory_;
  double* numbers_ = nullptr;
};

struct BoehmMemory {
  static constexpr bool kFrees = false;
  Node* NewNode() const {
    // GC_MALLOC's bytes are zero.
    return static_cast<Node*>(GC_MALLOC(sizeof(Node)));
  }
  double* NewNumbers(std::size_t count) const {
    return static_cast<double*>(GC_MALLOC_ATOMIC(count * sizeof(double)));
  }
  void Free(void*) const {}
};

struct MallocMemory {
  static constexpr bool kFrees = true;
  Allocator allocator;
  Node* NewNode() const { return new (allocator.malloc(sizeof(Node))) Node; }
  double* NewNumbers(std::size_t count) const {
    return static_cast<double*>(allocator.malloc(count * sizeof(double)));
  }
  void Free(void* block) const { allocator.free(block); }
};

// ---- timing ----------------------------------------------------------------

template <typename World>
void Time(benchmark::State& state, World& world) {
  std::uint64_t nodes = RunGcBench(world, true);
  for (auto _ : state) nodes = RunGcBench(world, false);
  state.SetItemsProcessed(static_cast<std::int64_t>(nodes) *
                          state.iterations());
}

void TimeKheap(benchmark::State& state, std::uint64_t nursery_bytes) {
  const auto heap =
      GlobalHeap::Create({.layout = {.capacity_bytes = 512 * kMiB}}).value();
  KHEAP_CHECK(KMalloc::Create(*heap).ok(), "the arena takes a malloc");
  const auto collector =
      gc::Collector::Create(
          *heap, {.nursery_bytes = nursery_bytes, .limit_bytes = 256 * kMiB})
          .value();
  CollectorWorld world(*collector);
  Time(state, world);
  KHEAP_CHECK(collector->CheckInvariants().ok(), "the heap is intact");
  const gc::CollectorStats stats = collector->Stats();
  const auto runs = static_cast<std::uint64_t>(state.iterations()) + 1;
  // A counter that the peers do not have would end a report in CSV.
  state.SetLabel("minor " + std::to_string(stats.minor_collections / runs) +
                 ", major " + std::to_string(stats.major_collections / runs) +
                 ", copied " + std::to_string(stats.promoted_objects / runs));
}

void BM_GcBench_Kheap(benchmark::State& state) { TimeKheap(state, 4 * kMiB); }

void BM_GcBench_KheapNursery8MiB(benchmark::State& state) {
  TimeKheap(state, 8 * kMiB);
}

void BM_GcBench_Boehm(benchmark::State& state) {
  GC_INIT();
  HostWorld<BoehmMemory> world({});
  Time(state, world);
}

void BM_GcBench_Glibc(benchmark::State& state) {
  HostWorld<MallocMemory> world({Glibc()});
  Time(state, world);
}

void BM_GcBench_Mimalloc(benchmark::State& state) {
  HostWorld<MallocMemory> world({Mimalloc()});
  Time(state, world);
}

BENCHMARK(BM_GcBench_Kheap)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_GcBench_KheapNursery8MiB)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_GcBench_Boehm)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_GcBench_Glibc)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_GcBench_Mimalloc)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
