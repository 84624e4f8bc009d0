// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_GUARD_H_
#define KHEAP_KMALLOC_GUARD_H_

// Checked mode: each block lies in a chunk of its own between red zones, and a
// freed block stays out of use for a while, so that a late access finds it.
//
//   chunk payload               block
//   | … | GuardHeader (16 bytes) | size_bytes | red zone, 16 bytes or more |
//   |<------- lead_bytes ------->|
//
// The lead is 16 bytes, or the alignment where that is more; then the payload
// begins with a copy of the header, so that the block is found from there.
// Everything but the block is unaddressable to the guest.
//
// The quarantine is a queue of freed blocks, oldest first; the first 8 bytes of
// a freed block lead to the next. It holds at most a 16th of the arena's
// capacity, or one block that alone is larger.

#include <cstdint>

#include "bitshift/bits.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/little_endian.h"
#include "kmalloc/directory.h"

namespace kheap {

struct GuardHeader {
  LittleEndian<std::uint64_t> size_bytes;  // as requested
  // Which allocation, from 1; counts modulo 2^48.
  LittleEndian<std::uint32_t> sequence_low;
  LittleEndian<std::uint16_t> sequence_high;
  LittleEndian<std::uint16_t> lead_bits;  // the lead is 2^lead_bits bytes

  std::uint64_t sequence() const {
    return bits::Bit<std::uint64_t>(32) * sequence_high + sequence_low;
  }
  std::uint64_t lead_bytes() const {
    return lead_bits < 64 ? bits::Bit<std::uint64_t>(lead_bits) : 0;
  }
};
static_assert(sizeof(GuardHeader) == 16);

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

  // The header of a live or quarantined block, and what a chunk that holds one
  // begins with: the same header or its copy, as it was when it was placed.
  GuardHeader& HeaderOf(Address block) const;
  GuardHeader& HeaderIn(Address payload) const;
  Address BlockIn(Address payload) const {
    return payload + HeaderIn(payload).lead_bytes();
  }
  Address PayloadOf(Address block) const {
    return block - HeaderOf(block).lead_bytes();
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
  // The block that came into the quarantine after this one; 0 for the last.
  LittleEndian<std::uint64_t>& NextOf(Address block) const;

  // Whether a quarantined block begins at an address of the heap region.
  bool IsQuarantined(Address address) const;

 private:
  // What a block counts for in the quarantine.
  static std::uint64_t HeldBytes(const GuardHeader& header) {
    return header.size_bytes + header.lead_bytes();
  }
  std::uint64_t LimitBytes() const {
    return heap_->layout().capacity_bytes() / 16;
  }

  GlobalHeap* heap_;
  Directory directory_;
};

}  // namespace kheap

#endif  // KHEAP_KMALLOC_GUARD_H_
