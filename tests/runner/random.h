// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_RUNNER_RANDOM_H_
#define KHEAP_TESTS_RUNNER_RANDOM_H_

// Choices that follow from a seed.

#include <cstdint>
#include <random>
#include <vector>

namespace kheap {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t Below(std::uint64_t bound) { return engine_() % bound; }
  template <typename T>
  const T& Of(const std::vector<T>& choices) {
    return choices[Below(choices.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace kheap

#endif  // KHEAP_TESTS_RUNNER_RANDOM_H_
