// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_GUARD_H_
#define KHEAP_KMALLOC_GUARD_H_

// Checked mode: each block lies in a chunk of its own between red zones, and a
// freed block stays out of use for a while, so that a late access finds it.
//
//   chunk payload                     block
//   | GuardHeader (32) | … | lead (8) | size_bytes | red zone, 16 or more |
//   |<-------- lead_bytes ----------->|
//
// The lead is 32 bytes, or the alignment where that is more; then its last 8
// bytes repeat lead_bytes, so that the header is found from the block.
// Everything but the block is unaddressable to the guest.
//
// The quarantine is a queue of freed blocks through their headers, oldest
// first. It holds at most a 16th of the arena's capacity, or one block that
// alone is larger.

#include <cstdint>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/little_endian.h"
#include "kmalloc/directory.h"

namespace kheap {

struct GuardHeader {
  LittleEndian<std::uint64_t> size_bytes;  // as requested
  LittleEndian<std::uint64_t> sequence;    // which allocation, from 1
  LittleEndian<std::uint64_t> next;        // in the quarantine: a block, or 0
  LittleEndian<std::uint64_t> lead_bytes;
};
static_assert(sizeof(GuardHeader) == 32);

class Guard {
 public:
  Guard(GlobalHeap& heap, const Directory& directory)
      : heap_(&heap), directory_(directory) {}

  static constexpr std::uint64_t LeadBytes(std::uint64_t alignment) {
    return alignment < sizeof(GuardHeader) ? sizeof(GuardHeader) : alignment;
  }
  // What a chunk's payload needs beyond the requested size.
  static constexpr std::uint64_t ExtraBytes(std::uint64_t alignment) {
    return LeadBytes(alignment) + kGranuleBytes;
  }

  // Puts a block of `size_bytes` into a chunk's payload and returns it.
  Address Place(Address payload, std::uint64_t payload_bytes,
                std::uint64_t size_bytes, std::uint64_t alignment);

  // The header of a live or quarantined block, and of a chunk that holds one.
  GuardHeader& HeaderOf(Address block) const;
  GuardHeader& HeaderIn(Address payload) const;
  Address PayloadOf(Address block) const {
    return block - HeaderOf(block).lead_bytes;
  }

  // Gives a live block fewer bytes.
  void Shrink(Address block, std::uint64_t size_bytes);

  // Puts a live block into the quarantine.
  void Retire(Address block);
  // Whether the quarantine has no room left for a live block.
  bool IsFullFor(Address block) const;
  // The oldest block in the quarantine, or null; and its removal.
  Address Oldest() const {
    return Address(directory_.header().quarantine_head);
  }
  void RemoveOldest(std::uint64_t payload_bytes);

  // Whether a quarantined block begins at an address of the heap region.
  bool IsQuarantined(Address address) const;

 private:
  // What a block counts for in the quarantine.
  static std::uint64_t HeldBytes(const GuardHeader& header) {
    return header.size_bytes + header.lead_bytes;
  }
  std::uint64_t LimitBytes() const {
    return heap_->layout().capacity_bytes() / 16;
  }

  GlobalHeap* heap_;
  Directory directory_;
};

}  // namespace kheap

#endif  // KHEAP_KMALLOC_GUARD_H_
