// SPDX-License-Identifier: Apache-2.0
// The code in README.md's table of features, word by word: readme_test.sh looks
// for each of its lines here.
#include <cstdint>
#include <iostream>
#include <sstream>

#include "allocators/buffers.h"
#include "allocators/bump_allocator.h"
#include "allocators/memory_stats.h"
#include "allocators/page_allocator.h"
#include "allocators/pool.h"
#include "allocators/registry.h"
#include "allocators/stack_alloc.h"
#include "exec/executable_memory.h"
#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "kernel/console.h"
#include "kernel/kernel.h"
#include "kernel/raw_syscall.h"
#include "kmalloc/kmalloc.h"
#include "kstack/kstack.h"
#include "machine/cpu.h"
#include "scalars/c_vector.h"
#include "scalars/raw_memory.h"
#include "tests/exec/native_function.h"

namespace kheap {
namespace {

class ReadmeRowsTest : public testing::Test {
 protected:
  ReadmeRowsTest()
      : owner_(GlobalHeap::Create(
                   {.layout = {.kernel_bytes = std::uint64_t{1} * 1024 * 1024,
                               .allocators = true,
                               .code_bytes = 4 * kCodePageBytes}})
                   .value()),
        malloc_(KMalloc::Create(heap).value()),
        registry_(Registry::Create(malloc_).value()) {}

 private:
  std::unique_ptr<GlobalHeap> owner_;

 protected:
  GlobalHeap& heap = *owner_;
  KMalloc malloc_;
  Registry registry_;
};

TEST_F(ReadmeRowsTest, TheProcessorIsAskedByName) {
  bool ran = false;
  const auto RunFast = [&] { ran = true; };
  if (machine::Supports("avx512vbmi2")) RunFast();
  EXPECT_EQ(ran, machine::Supports("avx512vbmi2"));
}

TEST_F(ReadmeRowsTest, MemoryHasTypes) {
  const Address p = malloc_.Calloc(64, 4);
  const bool done = PtrWrite(heap, "unsigned short", p, std::uint64_t{7}).ok();
  EXPECT_TRUE(done);
  EXPECT_EQ(heap.lhu(p), 7);
  heap.Fill(p, std::byte{0}, 256);
  heap.Store<float>(p, 2.5f);
  heap.Store<float>(p + 4, 0.5f);
  const float sum = CVector<float>::Load(heap, p).Sum();
  EXPECT_EQ(sum, 3.0f);
}

TEST_F(ReadmeRowsTest, SystemCallsReachTheVirtualKernel) {
  CapturedConsole console;
  Kernel kernel = Kernel::Create(heap, console).value();
  const Address text = Buffers(registry_).String("hello");
  RawSyscall(kernel, 64, 1, text, 5);
  EXPECT_EQ(console.output(), "hello");
}

TEST_F(ReadmeRowsTest, SizesAreChecked) {
  Buffers buffers(registry_);
  for (const std::uint64_t count : {std::uint64_t{3}, ~std::uint64_t{0} / 2}) {
    const Address row = buffers.Array(count, 8, {.zeroed = true});
    EXPECT_EQ(row.is_null(), count != 3);
  }
  KStack stack(heap);
  stack.WithFrame("f", [&] {
    const Address scratch = StackAlloc(stack, 100, 4);
    heap.Fill(scratch, std::byte{1}, 400);
    EXPECT_THROW(StackAlloc(stack, ~std::uint64_t{0}, 4), MemoryFault);
  });
}

TEST_F(ReadmeRowsTest, MemoryIsFreedTogether) {
  const Registry& registry = registry_;
  Buffers buffers(registry);
  BumpAllocator bump =
      BumpAllocator::Create(registry, {.name = "scope"}).value();
  {
    const AllocationScope scope(bump);
    buffers.String("…");
  }
  Pool pool = Pool::Create(registry, {.object_bytes = 32}).value();
  const Address object = pool.Allocate();
  pool.Free(object);
  EXPECT_THROW(pool.Free(object), MemoryFault);
  PageAllocator pages(registry);
  const std::uint64_t timestamp = 0;
  pages.ReclaimOlderThan(timestamp);
  std::ostringstream text;
  std::streambuf* const before = std::cout.rdbuf(text.rdbuf());
  std::cout << ToString(MemoryStatsOf(registry));
  std::cout.rdbuf(before);
  EXPECT_NE(text.str(), "");
}

TEST_F(ReadmeRowsTest, CodeIsSealedAndRun) {
  ExecutableMemory code = ExecutableMemory::Create(heap).value();
  const auto function = NativeDoublePlusOne();
  if (function.empty()) GTEST_SKIP() << kHostCodeIsUnknown;
  const Address block = code.Allocate(function.size()).value();
  for (std::size_t i = 0; i < function.size(); ++i) {
    heap.sb(block + i, function[i]);
  }
  std::uint64_t answer = 0;
  if (code.Seal(block).ok()) answer = code.Run(block, 21).value();
  EXPECT_EQ(answer, 43u);
}

}  // namespace
}  // namespace kheap
