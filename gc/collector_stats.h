// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_COLLECTOR_STATS_H_
#define KHEAP_GC_COLLECTOR_STATS_H_

// What a collector has done, in figures.

#include <cstdint>

namespace kheap::gc {

// Footprints: objects with their headers, in whole granules.
struct CollectorStats {
  std::uint64_t nursery_size_bytes;
  std::uint64_t nursery_used_bytes;
  std::uint64_t nursery_objects;
  std::uint64_t old_size_bytes;
  std::uint64_t old_used_bytes;
  std::uint64_t old_objects;
  std::uint64_t old_free_blocks_bytes;  // in blocks that hold nothing
  std::uint64_t table_bytes;            // with lists, such as that of types
  std::uint64_t pinned_objects;
  // Since Create; what is used is the difference.
  std::uint64_t allocated_bytes;
  std::uint64_t allocated_objects;
  std::uint64_t collected_bytes;
  std::uint64_t collected_objects;
  std::uint64_t promoted_bytes;
  std::uint64_t promoted_objects;
  std::uint64_t finalized_objects;
  std::uint64_t minor_collections;
  std::uint64_t major_collections;
};

// What the host's clock said of the collections of one Collector.
struct PauseTimes {
  std::uint64_t count = 0;
  std::uint64_t last_nanoseconds = 0;
  std::uint64_t longest_nanoseconds = 0;
  std::uint64_t total_nanoseconds = 0;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_COLLECTOR_STATS_H_
