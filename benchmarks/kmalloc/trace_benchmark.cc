// SPDX-License-Identifier: Apache-2.0
// What real programs asked of their heap (tests/cli/data/README.md says which),
// asked of KMalloc and its peers, in nanoseconds per operation. Every block is
// written to. Before a trace is timed it is replayed once with every block
// filled and verified. What is live at the end is freed while the clock stands.
//
// Ours also report `footprint_ratio`: the footprint of a new arena after the
// trace, through the trace's peak of live bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmarks/kmalloc/allocators.h"
#include "cli/pattern.h"
#include "cli/trace.h"
#include "cli/trace_file.h"
#include "heap/global_heap.h"
#include "kmalloc/kmalloc.h"
#include "machine/check.h"

namespace kheap {
namespace {

using Kind = cli::TraceOperation::Kind;

struct Contender {
  const char* name;
  Allocator (*make)();
  std::optional<MallocPolicy> policy;  // of ours
};

constexpr Contender kContenders[] = {
    {"KheapPages", KheapPages, MallocPolicy::kPages},
    {"KheapTags", KheapTags, MallocPolicy::kTags},
    {"Glibc", Glibc, {}},
    {"Mimalloc", Mimalloc, {}},
    {"Jemalloc", Jemalloc, {}},
    {"Tcmalloc", Tcmalloc, {}},
    {"BoostInterprocess", BoostInterprocess, {}},
};

constexpr const char* kTraceNames[] = {"cc1", "python3", "sqlite3"};

// The path is that in the source tree, where tools/bench and Bazel run us.
cli::Trace ReadTraceNamed(const std::string& name) {
  auto trace = cli::ReadTraceFile("tests/cli/data/" + name + ".rep");
  KHEAP_CHECK(trace.ok(), "the trace is there; run this with tools/bench");
  return *std::move(trace);
}

// ---- checked runs ----------------------------------------------------------

struct Block {
  std::byte* bytes = nullptr;
  std::size_t size_bytes = 0;
};

void Verify(std::uint32_t id, const Block& block, std::size_t size_bytes) {
  const std::span<const std::byte> bytes(block.bytes, size_bytes);
  KHEAP_CHECK(!cli::Pattern(id).FindMismatch(bytes).has_value(),
              "a block keeps its bytes");
}

// The block at `place`, of which the first bytes were there before.
Block Accept(std::uint32_t id, void* place, std::size_t size_bytes,
             std::size_t kept_bytes) {
  if (size_bytes == 0) return {static_cast<std::byte*>(place), 0};
  KHEAP_CHECK(place != nullptr, "no trace needs much memory");
  const Block block = {static_cast<std::byte*>(place), size_bytes};
  Verify(id, block, kept_bytes);
  cli::Pattern(id).Fill({block.bytes, size_bytes}, kept_bytes);
  return block;
}

void VerifyTrace(const Allocator& allocator, const cli::Trace& trace) {
  std::vector<Block> blocks(trace.id_count);
  for (const cli::TraceOperation& operation : trace.operations) {
    Block& block = blocks[operation.id];
    const std::size_t size_bytes = operation.size_bytes;
    Verify(operation.id, block, block.size_bytes);
    switch (operation.kind) {
      case Kind::kAllocate:
        block =
            Accept(operation.id, allocator.malloc(size_bytes), size_bytes, 0);
        break;
      case Kind::kReallocate:
        block = Accept(operation.id, allocator.realloc(block.bytes, size_bytes),
                       size_bytes, std::min(block.size_bytes, size_bytes));
        break;
      case Kind::kFree:
        allocator.free(block.bytes);
        block = {};
        break;
    }
  }
  for (std::uint32_t id = 0; id < blocks.size(); ++id) {
    Verify(id, blocks[id], blocks[id].size_bytes);
    allocator.free(blocks[id].bytes);
  }
}

// ---- timed runs ------------------------------------------------------------

void Touch(void* block, std::size_t size_bytes) {
  if (size_bytes != 0) *static_cast<volatile char*>(block) = 1;
}

void Replay(const Allocator& allocator, const cli::Trace& trace,
            std::span<void*> blocks) {
  for (const cli::TraceOperation& operation : trace.operations) {
    void*& block = blocks[operation.id];
    switch (operation.kind) {
      case Kind::kAllocate:
        block = allocator.malloc(operation.size_bytes);
        Touch(block, operation.size_bytes);
        break;
      case Kind::kReallocate:
        block = allocator.realloc(block, operation.size_bytes);
        Touch(block, operation.size_bytes);
        break;
      case Kind::kFree:
        allocator.free(block);
        block = nullptr;
        break;
    }
  }
}

double FootprintRatio(const cli::Trace& trace, MallocPolicy policy) {
  const auto heap = GlobalHeap::Create().value();
  KMalloc malloc = KMalloc::Create(*heap, policy).value();
  std::vector<Address> blocks(trace.id_count);
  for (const cli::TraceOperation& operation : trace.operations) {
    Address& block = blocks[operation.id];
    switch (operation.kind) {
      case Kind::kAllocate:
        block = malloc.Malloc(operation.size_bytes);
        break;
      case Kind::kReallocate:
        block = malloc.Realloc(block, operation.size_bytes);
        break;
      case Kind::kFree:
        malloc.Free(block);
        break;
    }
  }
  return static_cast<double>(malloc.Stats().footprint_bytes) /
         static_cast<double>(trace.peak_live_bytes);
}

void RunTrace(benchmark::State& state, const Contender& contender,
              const std::string& trace_name) {
  const cli::Trace trace = ReadTraceNamed(trace_name);
  const Allocator allocator = contender.make();
  VerifyTrace(allocator, trace);
  std::vector<void*> blocks(trace.id_count);
  const auto count =
      static_cast<benchmark::IterationCount>(trace.operations.size());
  // An iteration is an operation, so that the time is that of one.
  while (state.KeepRunningBatch(count)) {
    Replay(allocator, trace, blocks);
    state.PauseTiming();
    for (void*& block : blocks) {
      allocator.free(block);
      block = nullptr;
    }
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations());
  if (contender.policy.has_value()) {
    state.counters["footprint_ratio"] =
        FootprintRatio(trace, *contender.policy);
  }
}

[[maybe_unused]] const bool kIsRegistered = [] {
  for (const Contender& contender : kContenders) {
    for (const std::string trace : kTraceNames) {
      const std::string name =
          std::string("BM_Trace_") + contender.name + "/" + trace;
      benchmark::RegisterBenchmark(
          name.c_str(), [&contender, trace](benchmark::State& state) {
            RunTrace(state, contender, trace);
          });
    }
  }
  return true;
}();

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
