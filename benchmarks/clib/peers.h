// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BENCHMARKS_CLIB_PEERS_H_
#define KHEAP_BENCHMARKS_CLIB_PEERS_H_

// Benchmarks of one function by several libraries on the same bytes:
// BM_<Function>_<Who>/<size in bytes>, or …_<Who>/mix for the distribution of
// sizes. Who is
//   Kheap          ours, with this host's fastest kernels
//   KheapPortable  ours, with the portable kernels
//   Glibc          the host's C library on raw pointers
//   Textbook       the algorithm of a small portable C library, likewise

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"
#include "benchmarks/clib/world.h"

namespace kheap {

using Size = std::uint64_t;

inline constexpr Size kSizes[] = {1, 16, 64, 256, 4096, 65536};

// Results of all kinds as numbers.

inline std::int64_t Number(const World& w, Address address) {
  return address.is_null()
             ? -1
             : static_cast<std::int64_t>((address - w.a) % (2 * kBufferBytes));
}
inline std::int64_t Number(const World& w, const void* pointer) {
  return pointer == nullptr ? -1 : static_cast<const char*>(pointer) - w.host_a;
}
inline std::int64_t Number(const World&, int order) {
  return (order > 0) - (order < 0);
}
inline std::int64_t Number(const World&, Size size) {
  return static_cast<std::int64_t>(size);
}

// The results of an operation and the bytes it leaves behind: on two strings
// that are the same, and on two that differ from the start.
template <typename Operation>
std::string Outcome(Operation operation, Size size) {
  World& w = TheWorld();
  std::string outcome;
  for (const bool same : {true, false}) {
    w.FillStrings(size);
    for (Size i = 0; !same && i < size; ++i) {
      w.host_a[i] = static_cast<char>('b' + i % 17);
    }
    const std::int64_t number = Number(w, operation(Buffers(w), 0, size));
    outcome += std::to_string(number);
    outcome.append(w.host_a, kBufferBytes);
  }
  return outcome;
}

class Function {
 public:
  // `glibc` gives the answers that the others have to give as well.
  template <typename Operation>
  Function(std::string name, Operation glibc) : name_(std::move(name)) {
    for (const Size size : kSizes) expected_.push_back(Outcome(glibc, size));
    Register("Glibc", glibc);
  }

  template <typename Operation>
  Function& With(const std::string& who, Operation operation) {
    for (std::size_t i = 0; i < std::size(kSizes); ++i) {
      if (Outcome(operation, kSizes[i]) == expected_[i]) continue;
      std::fprintf(stderr, "%s of %s is wrong at size %llu\n", name_.c_str(),
                   who.c_str(), static_cast<unsigned long long>(kSizes[i]));
      std::exit(1);
    }
    Register(who, operation);
    return *this;
  }

 private:
  template <typename Operation>
  void Register(const std::string& who, Operation operation) {
    const std::string name = "BM_" + name_ + "_" + who;
    auto* const sweep = benchmark::RegisterBenchmark(
        name.c_str(),
        [operation](benchmark::State& state) { Sweep(state, operation); });
    for (const Size size : kSizes) sweep->Arg(static_cast<std::int64_t>(size));
    benchmark::RegisterBenchmark((name + "/mix").c_str(),
                                 [operation](benchmark::State& state) {
                                   Distribution(state, operation);
                                 });
  }

  std::string name_;
  std::vector<std::string> expected_;
};

}  // namespace kheap

#endif  // KHEAP_BENCHMARKS_CLIB_PEERS_H_
