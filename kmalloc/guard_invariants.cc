// SPDX-License-Identifier: Apache-2.0
// Red zones and the quarantine.
#include "kmalloc/invariants.h"

namespace kheap {

bool KMalloc::Audit::CheckGuarded(const Chunk& chunk) {
  const std::uint64_t lead_bytes =
      malloc_.guard_.HeaderIn(chunk.payload()).lead_bytes();
  if (!Require(lead_bytes >= sizeof(GuardHeader) &&
                   lead_bytes < chunk.payload_bytes(),
               "a guarded block lies within its chunk", chunk.begin)) {
    return false;
  }
  const Address block = chunk.payload() + lead_bytes;
  const GuardHeader& header = malloc_.guard_.HeaderOf(block);
  if (!Require(header.size_bytes < chunk.payload_bytes() - lead_bytes,
               "a guarded block lies within its chunk", chunk.begin) ||
      !Require(header.lead_bytes() == lead_bytes,
               "a guarded block finds its chunk", block)) {
    return false;
  }
  const bool live = directory_.IsStart(GranuleOf(block));
  if (live) {
    ExpectStart(GranuleOf(block));
    held_bytes_ += header.size_bytes;
    held_blocks_ += 1;
  } else {
    quarantined_blocks_ += 1;
  }
  return CheckRedZones(block, header, live);
}

bool KMalloc::Audit::CheckRedZones(Address block, const GuardHeader& header,
                                   bool live) {
  const Shadow& shadow = *heap_.shadow();
  const Address end = block + header.size_bytes;
  const ShadowByte before =
      live ? ShadowByte::kHeapRedZone : ShadowByte::kFreedRedZone;
  // A live block that begins unaddressable is another allocator's, which hands
  // out parts of it.
  const bool carved_up = live && !IsAddressable(shadow.At(block));
  bool addressable = live;
  for (Address at = block; at < end && addressable == live && !carved_up;
       at = at + 1) {
    addressable = IsAddressable(shadow.At(at));
  }
  return Require(addressable == live, "exactly live bytes are addressable",
                 block) &&
         Require(shadow.At(block - 1) == before &&
                     shadow.At(end) == ShadowByte::kHeapRedZone,
                 "a guarded block lies between red zones", block);
}

bool KMalloc::Audit::CheckQuarantine() {
  if (!malloc_.guarded()) return true;
  const DirectoryHeader& header = directory_.header();
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
  Address last;
  for (Address block = malloc_.guard_.Oldest(); !block.is_null();
       block = Address(malloc_.guard_.NextOf(block))) {
    const GuardHeader& guard = malloc_.guard_.HeaderOf(block);
    blocks += 1;
    if (!Require(blocks <= quarantined_blocks_ &&
                     malloc_.guard_.IsQuarantined(block),
                 "the quarantine goes once through freed blocks", block)) {
      return false;
    }
    bytes += guard.size_bytes + guard.lead_bytes();
    last = block;
  }
  return Require(blocks == quarantined_blocks_ &&
                     bytes == header.quarantine_bytes &&
                     last == Address(header.quarantine_tail),
                 "every chunk in use is live or in the quarantine", last);
}

}  // namespace kheap
