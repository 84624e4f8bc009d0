// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KMALLOC_MALLOC_STEP_H_
#define KHEAP_TESTS_KMALLOC_MALLOC_STEP_H_

// One random request of a guest, with sizes biased to where something changes.

#include <cstdint>
#include <ostream>
#include <utility>
#include <vector>

#include "kmalloc/kmalloc.h"
#include "rapidcheck.h"

namespace kheap {

enum class Call {
  kMalloc,
  kCalloc,
  kRealloc,
  kReallocArray,
  kAlignedAlloc,
  kPosixMemalign,
  kFree,
  kFreeSized,
  kFreeMany,  // every second block
  kBurst,     // enough requests of one size to make its class hot
  kTrim,
};

struct Step {
  Call call;
  std::uint64_t size_bytes;
  std::uint64_t alignment;
  std::uint32_t pick;  // which block, or how many
};

inline std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << "{" << static_cast<int>(step.call) << ", " << step.size_bytes
             << ", " << step.alignment << ", " << step.pick << "}";
}

// Boundaries of every kind of size, and what lies around them.
inline rc::Gen<std::uint64_t> AnyRequestSize() {
  const auto at = [](std::vector<std::uint64_t> sizes) {
    return rc::gen::map(
        rc::gen::pair(rc::gen::elementOf(sizes), rc::gen::inRange(-1, 2)),
        [](const std::pair<std::uint64_t, int>& p) {
          return p.first + static_cast<std::uint64_t>(p.second);
        });
  };
  return rc::gen::weightedOneOf<std::uint64_t>(
      {{6, rc::gen::inRange<std::uint64_t>(0, 130)},
       {3, rc::gen::map(rc::gen::inRange<std::uint64_t>(1, 80),
                        [](std::uint64_t n) { return n * 16; })},
       {3, rc::gen::inRange<std::uint64_t>(0, 3000)},
       {3, at({1, 16, 1024, 1040, 4096, 16384, 65536, 65552})},
       {1, rc::gen::inRange<std::uint64_t>(0, 300000)},
       {1, at({std::uint64_t{1} << 20, kAllocatorCapacityMax,
               std::uint64_t{1} << 63, ~std::uint64_t{0}})}});
}

inline rc::Gen<Step> AnyStep() {
  return rc::gen::construct<Step>(
      rc::gen::weightedElement<Call>({{10, Call::kMalloc},
                                      {3, Call::kCalloc},
                                      {6, Call::kRealloc},
                                      {2, Call::kReallocArray},
                                      {3, Call::kAlignedAlloc},
                                      {2, Call::kPosixMemalign},
                                      {8, Call::kFree},
                                      {3, Call::kFreeSized},
                                      {2, Call::kFreeMany},
                                      {4, Call::kBurst},
                                      {1, Call::kTrim}}),
      AnyRequestSize(),
      rc::gen::map(rc::gen::inRange(0, 15),
                   [](int log2) { return std::uint64_t{1} << log2; }),
      rc::gen::arbitrary<std::uint32_t>());
}

}  // namespace kheap

#endif  // KHEAP_TESTS_KMALLOC_MALLOC_STEP_H_
