// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_RUNNER_CANARY_H_
#define KHEAP_TESTS_RUNNER_CANARY_H_

// Host memory that nobody has a reason to write to: pages of its own from the
// same place that arenas come from, and a block of the host's heap.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "machine/reserved_memory.h"

namespace kheap {

class Canary {
 public:
  Canary() : pages_(machine::ReservedMemory::Reserve(kPageBytes)) {
    EXPECT_TRUE(pages_.has_value() && pages_->Commit(kPageBytes));
    std::fill_n(pages_->data(), kPageBytes, kMark);
  }

  bool IsIntact() const {
    const auto is_mark = [](std::byte byte) { return byte == kMark; };
    return std::all_of(pages_->data(), pages_->data() + kPageBytes, is_mark) &&
           std::all_of(block_.begin(), block_.end(), is_mark);
  }

 private:
  static constexpr std::size_t kPageBytes = 65536;
  static constexpr std::byte kMark{0xc5};

  std::optional<machine::ReservedMemory> pages_;
  std::vector<std::byte> block_ = std::vector<std::byte>(4096, kMark);
};

}  // namespace kheap

#endif  // KHEAP_TESTS_RUNNER_CANARY_H_
