// SPDX-License-Identifier: Apache-2.0
// One look at every service of machine/. Needs no test library, so that
// tools/cross can build it for processors for which there is none; native tests
// look closer.
#include "tests/machine/cross_check.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "machine/atomics.h"
#include "machine/byte_order.h"
#include "machine/cache.h"
#include "machine/check.h"
#include "machine/cpu.h"
#include "machine/cycles.h"
#include "machine/fences.h"
#include "machine/host_stack.h"
#include "machine/memory_image.h"
#include "machine/native_code.h"
#include "machine/reserved_memory.h"
#include "machine/secret_memory.h"
#include "machine/volatile_access.h"
#include "tests/exec/native_function.h"

namespace kheap::machine {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kSequential = std::memory_order_seq_cst;
constexpr std::size_t kStep = 65536;  // of what Protect takes

// KHEAP_CHECK stops the program.
template <typename T>
void CheckOperations() {
  alignas(8) std::byte bytes[8] = {};
  const Atomic<T> number(bytes);
  number.Store(5, kSequential);
  KHEAP_CHECK(LoadLittleEndian<T>(bytes) == 5, "a store is little-endian");
  KHEAP_CHECK(number.FetchAdd(58, kRelaxed) == 5, "5 + 58");
  KHEAP_CHECK(number.FetchSubtract(1, kSequential) == 63, "63 - 1");
  KHEAP_CHECK(number.FetchXor(3, kSequential) == 62, "62 ^ 3");
  KHEAP_CHECK(number.FetchAnd(28, kSequential) == 61, "61 & 28");
  KHEAP_CHECK(number.FetchOr(1, kSequential) == 28, "28 | 1");
  KHEAP_CHECK(number.Exchange(9, kSequential) == 29, "29, then 9");
  T expected = 9;
  KHEAP_CHECK(number.CompareExchangeStrong(expected, 11, kSequential, kRelaxed),
              "9, then 11");
  KHEAP_CHECK(!number.CompareExchangeWeak(expected, 1, kSequential, kRelaxed) &&
                  expected == 11,
              "11 is not 9");
  VolatileStore<T>(bytes, 77);
  KHEAP_CHECK(LoadLittleEndian<T>(bytes) == 77 && VolatileLoad<T>(bytes) == 77,
              "a volatile store is little-endian");
}

template <typename T>
void CheckThreads() {
  constexpr int kRounds = 2000;
  alignas(8) std::byte bytes[8] = {};
  const Atomic<T> number(bytes);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&number] {
      for (int j = 0; j < kRounds; ++j) number.FetchAdd(1, kRelaxed);
    });
  }
  for (std::thread& thread : threads) thread.join();
  KHEAP_CHECK(number.Load(kSequential) == static_cast<T>(3 * kRounds),
              "no sum is lost");
}

// Two threads sleep until one number is another.
template <typename T>
void CheckWaiting() {
  alignas(8) std::byte bytes[8] = {};
  const Atomic<T> flag(bytes);
  std::vector<std::thread> sleepers;
  for (int i = 0; i < 2; ++i) {
    sleepers.emplace_back([&flag] {
      flag.Wait(0, std::memory_order_acquire);
      flag.FetchAdd(1, kSequential);
      flag.NotifyOne();
    });
  }
  flag.Store(1, std::memory_order_release);
  flag.NotifyAll();
  flag.Wait(1, kSequential);
  for (std::thread& sleeper : sleepers) sleeper.join();
  KHEAP_CHECK(flag.Load(kSequential) == T{3}, "both have woken up");
}

void CheckWidths() {
  CheckOperations<std::uint8_t>();
  CheckOperations<std::int16_t>();
  CheckOperations<std::uint32_t>();
  CheckOperations<std::int64_t>();
  CheckThreads<std::uint8_t>();
  CheckThreads<std::uint16_t>();
  CheckThreads<std::uint32_t>();
  CheckThreads<std::uint64_t>();
  CheckWaiting<std::uint8_t>();
  CheckWaiting<std::int32_t>();
  CheckWaiting<std::uint64_t>();
}

void CheckCopy(std::size_t to, std::size_t size) {
  std::vector<std::byte> source(size + 3);
  for (std::size_t i = 0; i < source.size(); ++i) {
    source[i] = static_cast<std::byte>(i * 7);
  }
  std::vector<std::byte> copy(to + size + 64, std::byte{90});
  CopyNonTemporal(copy.data() + to, source.data() + 3, size);
  FlushCacheLines(copy.data(), copy.size());
  KHEAP_CHECK(std::memcmp(copy.data() + to, source.data() + 3, size) == 0,
              "a non-temporal copy is a copy");
  KHEAP_CHECK(copy[to + size] == std::byte{90}, "and no more");
  SecureZero(source.data(), source.size());
  const std::vector<std::byte> zeros(source.size());
  KHEAP_CHECK(EqualInConstantTime(source.data(), zeros.data(), zeros.size()),
              "what was zeroed is zero");
}

void CheckCache() {
  for (std::size_t to = 0; to < 70; ++to) {
    for (std::size_t size = 0; size < 300; size += 7) CheckCopy(to, size);
  }
  PrefetchForRead(nullptr);
  PrefetchForWrite<Locality::kNone>(nullptr);
  AcquireFence();
  ReleaseFence();
  FullFence();
  ThreadFence(kSequential);
  SignalFence(kSequential);
  CompilerFence();
}

void CheckCycles() {
  const std::uint64_t begin = CycleCountSerialised();
  while (CycleCount() == begin) Pause();
  KHEAP_CHECK(CycleCountSerialised() > begin, "time goes forward");
}

// Makes a step of bytes executable, as heap/ does, and calls them.
void CheckCodeAt(ReservedMemory& memory, std::size_t begin) {
  std::byte* const code = memory.data() + begin;
  KHEAP_CHECK(FlushInstructionCache(code, kStep), "instructions are seen");
  KHEAP_CHECK(memory.Protect(begin, begin + kStep, Protection::kReadExecute),
              "bytes can be made executable");
  KHEAP_CHECK(CallNative(code, 20) == 41, "2 * 20 + 1");
}

// Code as exec/ has it: written, then run; run in another range that begins
// with an image of the first; and replaced by other code.
void CheckNativeCode() {
  const std::vector<std::uint8_t> function = NativeDoublePlusOne();
  if (function.empty()) return;
  auto memory = ReservedMemory::Reserve(3 * kStep).value();
  KHEAP_CHECK(memory.Commit(3 * kStep), "there is memory");
  std::memcpy(memory.data() + kStep, function.data(), function.size());
  CheckCodeAt(memory, kStep);

  const MemoryImage::Extent all = {0, 3 * kStep};
  const auto image = MemoryImage::Of(memory.data(), {&all, 1});
  auto fresh = ReservedMemory::Reserve(3 * kStep).value();
  KHEAP_CHECK(image.has_value(), "there is memory for an image");
  KHEAP_CHECK(fresh.Commit(3 * kStep), "there is memory");
  fresh.Load(0, *image);
  CheckCodeAt(fresh, kStep);

  // Its return alone is f(x) = x, but for x86-64, where an argument and a
  // result have two registers. An emulator sees the store without a flush.
  constexpr std::size_t kReturnBytes = 4;
  if (Supports("sse2")) return;
  KHEAP_CHECK(memory.Protect(kStep, 2 * kStep, Protection::kReadWrite),
              "what ran can be written");
  std::memcpy(memory.data() + kStep,
              function.data() + function.size() - kReturnBytes, kReturnBytes);
  KHEAP_CHECK(FlushInstructionCache(memory.data() + kStep, kReturnBytes),
              "instructions are seen");
  KHEAP_CHECK(memory.Protect(kStep, 2 * kStep, Protection::kReadExecute),
              "and run again");
  KHEAP_CHECK(CallNative(memory.data() + kStep, 20) == 20, "f(20) = 20");
}

#if defined(__x86_64__) || defined(__aarch64__) || defined(__riscv)
constexpr int kDepthKib = 100 * 1024;
#else  // There is only the thread's own stack.
constexpr int kDepthKib = 1024;
#endif

// Uses a little more stack than so many KiB.
int UseStack(int depth_kib) {
  volatile std::byte bytes[4096];
  bytes[0] = std::byte{4};
  const int below = depth_kib > 4 ? UseStack(depth_kib - 4) : 0;
  return below + std::to_integer<int>(bytes[0]);
}

void CheckHostStack() {
  int used = 0;
  int thrown = 0;
  RunOnHostStack([&] {
    used = UseStack(kDepthKib);
    try {
      RunOnHostStack([] { throw 7; });
    } catch (int number) {
      thrown = number;
    }
  });
  KHEAP_CHECK(used == kDepthKib, "a deep recursion comes back");
  KHEAP_CHECK(thrown == 7, "an exception is caught on the same stack");
}

void Run() {
  CheckWidths();
  CheckHostStack();
  CheckNativeCode();
  CheckCache();
  CheckCycles();
  CheckRows();
  CheckBytes();
  std::printf("%s, %s; lines of %zu bytes, pages of %zu;", Cpu().vendor.c_str(),
              Cpu().model.c_str(), CacheLineBytes(), HostPageBytes());
  for (const std::string& feature : Cpu().features) {
    KHEAP_CHECK(Supports(feature), "a feature is known by its name");
    std::printf(" %s", feature.c_str());
  }
  std::printf("\n");
}

}  // namespace
}  // namespace kheap::machine

int main() { kheap::machine::Run(); }
