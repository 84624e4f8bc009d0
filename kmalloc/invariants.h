// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_INVARIANTS_H_
#define KHEAP_KMALLOC_INVARIANTS_H_

// Verifying everything the allocator believes, rule by rule. The rules are
// those that chunk_layer.h, page_layer.h, directory_layout.h and guard.h state
// where the data is declared. For KMalloc::CheckInvariants only.

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "absl/status/status.h"
#include "bitshift/bits.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "kmalloc/chunk_layer.h"
#include "kmalloc/directory.h"
#include "kmalloc/guard.h"
#include "kmalloc/kmalloc.h"

namespace kheap {

// One walk over one allocator. Each Check… is false where a rule is broken, and
// the first such rule and its address are kept. Damaged tags and links raise
// MemoryFault 116, as they do elsewhere.
class KMalloc::Audit {
 public:
  explicit Audit(const KMalloc& malloc)
      : malloc_(malloc),
        directory_(malloc.directory_),
        heap_(*malloc.heap_),
        expected_starts_(heap_.break_address().offset() / kUnitBytes + 1) {}

  // Internal, with the first broken rule and its address, if any is.
  absl::Status Run();

  static absl::Status Describe(std::string_view rule, Address address);

 private:
  struct PageTally {
    int size_class;
    bool ringed;
  };

  bool Require(bool holds, std::string_view rule, Address address) {
    if (holds || !broken_rule_.empty()) return holds;
    broken_rule_ = rule;
    broken_at_ = address;
    return false;
  }

  void ExpectStart(Granule granule) {
    auto& word = expected_starts_[granule / kGranulesPerUnit];
    word = bits::SetBit(word, StartBitOf(granule));
  }

  // page_invariants.cc
  bool CheckCaches();
  bool CheckCached(int size_class, Granule slot);
  bool CheckPage(const Chunk& chunk);
  bool CheckPagesAreWhole();
  bool CheckRings();
  bool CheckRing(int size_class);

  // chunk_invariants.cc
  bool CheckChunks();
  bool CheckChunk(const Chunk& chunk, bool previous_in_use);
  bool CheckFreeChunk(const Chunk& chunk);
  bool CheckPlain(const Chunk& chunk);
  bool CheckTop();
  bool CheckBins();
  bool CheckBin(int bin);

  // guard_invariants.cc
  bool CheckGuarded(const Chunk& chunk);
  bool CheckRedZones(Address block, const GuardHeader& header, bool live);
  bool CheckQuarantine();

  // invariants.cc
  bool CheckStartBits();
  bool CheckCounters();

  const KMalloc& malloc_;
  Directory directory_;
  GlobalHeap& heap_;

  std::string_view broken_rule_;
  Address broken_at_;

  std::vector<std::uint64_t> expected_starts_;
  std::unordered_set<Granule> cached_;
  std::unordered_map<std::uint32_t, std::uint32_t> cached_by_page_;
  std::unordered_map<std::uint32_t, PageTally> pages_;
  std::array<std::uint64_t, kBinCount> free_chunks_by_bin_ = {};
  std::uint64_t page_units_ = 0;
  std::uint64_t held_bytes_ = 0;
  std::uint64_t held_blocks_ = 0;
  std::uint64_t quarantined_blocks_ = 0;
};

}  // namespace kheap

#endif  // KHEAP_KMALLOC_INVARIANTS_H_
