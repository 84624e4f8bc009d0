// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_MEMORY_STATS_H_
#define KHEAP_ALLOCATORS_MEMORY_STATS_H_

// Who has how much memory, in one value and one table:
//
//   strategy    pages, scope `parser`
//   holder       count  live bytes  peak bytes  total bytes
//   manual           1          16          32           48
//   bump             1         112         112          112
//   …

#include <array>
#include <string>

#include "allocators/ledger.h"
#include "allocators/registry.h"
#include "kmalloc/kmalloc.h"

namespace kheap {

struct MemoryStats {
  MallocPolicy policy;  // malloc's
  bool in_scope;        // whether an AllocationScope counts
  std::string scope;    // the name of its allocator, empty if anonymous
  std::array<Tally, kHolderCount> tallies;
  MallocStats malloc;  // the heap region as malloc has it

  const Tally& Of(Holder holder) const {
    return tallies[static_cast<int>(holder)];
  }
};

MemoryStats MemoryStatsOf(const Registry& registry);
std::string ToString(const MemoryStats& stats);

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_MEMORY_STATS_H_
