// SPDX-License-Identifier: Apache-2.0
// Copies past the caches, zeros that stay, and comparison in constant time,
// beside the C library's.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "benchmark/benchmark.h"
#include "machine/cache.h"
#include "machine/check.h"
#include "machine/secret_memory.h"

namespace kheap::machine {
namespace {

using Bytes = std::vector<std::byte>;

Bytes Numbered(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::byte>(i * 7 + i / 251);
  }
  return bytes;
}

void SetBytes(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

template <typename Copy>
void RunCopy(benchmark::State& state, Copy copy) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const Bytes source = Numbered(size);
  Bytes to(size);
  copy(to.data(), source.data(), size);
  KHEAP_CHECK(to == source, "a copy is a copy");
  for (auto _ : state) {
    copy(to.data(), source.data(), size);
    benchmark::ClobberMemory();
  }
  SetBytes(state, size);
}

void BM_CopyBeyondCaches_Kheap(benchmark::State& state) {
  RunCopy(state, [](std::byte* to, const std::byte* from, std::size_t size) {
    CopyNonTemporal(to, from, size);
  });
}
void BM_CopyBeyondCaches_Glibc(benchmark::State& state) {
  RunCopy(state, [](std::byte* to, const std::byte* from, std::size_t size) {
    std::memcpy(to, from, size);
  });
}
BENCHMARK(BM_CopyBeyondCaches_Kheap)->Arg(65536)->Arg(64 << 20);
BENCHMARK(BM_CopyBeyondCaches_Glibc)->Arg(65536)->Arg(64 << 20);

template <typename Zero>
void RunZero(benchmark::State& state, Zero zero) {
  const auto size = static_cast<std::size_t>(state.range(0));
  Bytes bytes = Numbered(size + 1);
  bytes[size] = std::byte{90};
  zero(bytes.data(), size);
  Bytes zeros(size + 1);
  zeros[size] = std::byte{90};
  KHEAP_CHECK(bytes == zeros, "all bytes are zero, and none beyond");
  for (auto _ : state) zero(bytes.data(), size);
  SetBytes(state, size);
}

void BM_Zero_KheapSecure(benchmark::State& state) {
  RunZero(state,
          [](std::byte* bytes, std::size_t size) { SecureZero(bytes, size); });
}
void BM_Zero_GlibcExplicit(benchmark::State& state) {
  RunZero(state, [](std::byte* bytes, std::size_t size) {
    explicit_bzero(bytes, size);
  });
}
BENCHMARK(BM_Zero_KheapSecure)->Arg(32)->Arg(4096);
BENCHMARK(BM_Zero_GlibcExplicit)->Arg(32)->Arg(4096);

// The second argument is where the first difference is.
template <typename Compare>
void RunCompare(benchmark::State& state, Compare compare) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const Bytes a = Numbered(size);
  Bytes b = a;
  KHEAP_CHECK(compare(a.data(), b.data(), size), "equal bytes are equal");
  b[static_cast<std::size_t>(state.range(1))] ^= std::byte{1};
  KHEAP_CHECK(!compare(a.data(), b.data(), size), "others are not");
  for (auto _ : state) {
    benchmark::DoNotOptimize(compare(a.data(), b.data(), size));
  }
  SetBytes(state, size);
}

void BM_Equal_KheapConstantTime(benchmark::State& state) {
  RunCompare(state, [](const std::byte* a, const std::byte* b, std::size_t n) {
    return EqualInConstantTime(a, b, n);
  });
}
void BM_Equal_GlibcMemcmp(benchmark::State& state) {
  RunCompare(state, [](const std::byte* a, const std::byte* b, std::size_t n) {
    return std::memcmp(a, b, n) == 0;
  });
}
BENCHMARK(BM_Equal_KheapConstantTime)->Args({4096, 0})->Args({4096, 4095});
BENCHMARK(BM_Equal_GlibcMemcmp)->Args({4096, 0})->Args({4096, 4095});

}  // namespace
}  // namespace kheap::machine

BENCHMARK_MAIN();
