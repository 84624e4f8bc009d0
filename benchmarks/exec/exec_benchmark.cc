// SPDX-License-Identifier: Apache-2.0
// f(x) = 2x + 1 as sealed code, beside the compiler's own by a pointer and
// through std::function.
//
// BM_Run    one call; an item is a call. The answer that is checked: the first
//           n values sum to n * n.
// BM_Life   a block that is allocated, written, sealed, run once and freed;
//           most of it is the host changing what its memory allows. Beside
//           it the memory that LLVM gives to its JIT compilers.
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <system_error>
#include <vector>

#include "benchmark/benchmark.h"
#include "exec/executable_memory.h"
#include "heap/global_heap.h"
#include "llvm/Support/Memory.h"
#include "machine/check.h"
#include "machine/native_code.h"
#include "tests/exec/native_function.h"

namespace kheap {
namespace {

struct World {
  World()
      : heap(GlobalHeap::Create({.layout = {.code_bytes = 4 * kCodePageBytes}})
                 .value()),
        code(ExecutableMemory::Create(*heap).value()) {}

  // A sealed block with the function.
  Address Sealed() {
    const Address block = code.Allocate(function.size()).value();
    for (std::size_t i = 0; i < function.size(); ++i) {
      heap->sb(block + i, function[i]);
    }
    KHEAP_CHECK(code.Seal(block).ok(), "a written block can be sealed");
    return block;
  }

  const std::vector<std::uint8_t> function = NativeDoublePlusOne();
  const std::unique_ptr<GlobalHeap> heap;
  ExecutableMemory code;
};

[[gnu::noinline]] std::uint64_t DoublePlusOne(std::uint64_t x) {
  benchmark::DoNotOptimize(x);
  return 2 * x + 1;
}

template <typename Call>
void RunCalls(benchmark::State& state, Call call) {
  std::uint64_t x = 0;
  std::uint64_t sum = 0;
  for (auto _ : state) sum += call(x++);
  KHEAP_CHECK(x != 0, "the function was called");
  KHEAP_CHECK(sum == x * x, "the odd numbers sum to a square");
  state.SetItemsProcessed(state.iterations());
}

void BM_Run_Native(benchmark::State& state) {
  std::uint64_t (*volatile function)(std::uint64_t) = &DoublePlusOne;
  RunCalls(state, [&](std::uint64_t x) { return function(x); });
}
BENCHMARK(BM_Run_Native);

void BM_Run_StdFunction(benchmark::State& state) {
  std::function<std::uint64_t(std::uint64_t)> function = &DoublePlusOne;
  benchmark::DoNotOptimize(function);
  RunCalls(state, function);
}
BENCHMARK(BM_Run_StdFunction);

constexpr char kUnknown[] = "this processor's instructions are not known here";

void BM_Run_Kheap(benchmark::State& state) {
  World world;
  if (world.function.empty()) return state.SkipWithError(kUnknown);
  const Address block = world.Sealed();
  RunCalls(state, [&](std::uint64_t x) { return *world.code.Run(block, x); });
  KHEAP_CHECK(world.code.Verify(block).ok(), "the code is what was sealed");
}
BENCHMARK(BM_Run_Kheap);

void BM_Life_Kheap(benchmark::State& state) {
  World world;
  if (world.function.empty()) return state.SkipWithError(kUnknown);
  RunCalls(state, [&](std::uint64_t x) {
    const Address block = world.Sealed();
    const std::uint64_t result = *world.code.Run(block, x);
    KHEAP_CHECK(world.code.Free(block).ok(), "a block can be freed");
    return result;
  });
  KHEAP_CHECK(world.code.live_bytes() == 0, "nothing is left");
}
BENCHMARK(BM_Life_Kheap);

// Without guard pages, hash, quota, states or log.
void BM_Life_LlvmMemory(benchmark::State& state) {
  using llvm::sys::Memory;
  const std::vector<std::uint8_t> function = NativeDoublePlusOne();
  if (function.empty()) return state.SkipWithError(kUnknown);
  RunCalls(state, [&](std::uint64_t x) {
    std::error_code error;
    llvm::sys::MemoryBlock block = Memory::allocateMappedMemory(
        function.size(), nullptr, Memory::MF_READ + Memory::MF_WRITE, error);
    KHEAP_CHECK(!error, "there is memory");
    std::memcpy(block.base(), function.data(), function.size());
    error =
        Memory::protectMappedMemory(block, Memory::MF_READ + Memory::MF_EXEC);
    KHEAP_CHECK(!error, "memory can be made executable");
    const std::uint64_t result =
        machine::CallNative(static_cast<const std::byte*>(block.base()), x);
    error = Memory::releaseMappedMemory(block);
    KHEAP_CHECK(!error, "memory can be given back");
    return result;
  });
}
BENCHMARK(BM_Life_LlvmMemory);

}  // namespace
}  // namespace kheap

BENCHMARK_MAIN();
