// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_RUNNER_CHILD_H_
#define KHEAP_TESTS_RUNNER_CHILD_H_

// Work that may bring its process down, in a process of its own.

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"

namespace kheap {

// Forks, and runs `work` in the child. Returns "" if that returned "" in time;
// else what it complained of, or what it died of and its last words.
std::string RunInChild(absl::FunctionRef<std::string()> work);

// How often a random test is repeated: a fixed number of seeds from 1 on every
// day, or for as long as KHEAP_FUZZ_SECONDS says, beginning with
// KHEAP_FUZZ_SEED.
class Seeds {
 public:
  explicit Seeds(std::uint64_t count);

  // The next seed, or 0 when it is enough.
  std::uint64_t Next();

 private:
  std::uint64_t next_ = 1;
  std::uint64_t end_;
  double until_seconds_ = 0;  // on the host's clock; 0: by count
};

}  // namespace kheap

#endif  // KHEAP_TESTS_RUNNER_CHILD_H_
