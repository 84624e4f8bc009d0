// SPDX-License-Identifier: Apache-2.0
#include "kmalloc/guard.h"

namespace kheap {

GuardHeader& Guard::HeaderIn(Address payload) const {
  return heap_->RuntimeObject<GuardHeader>(payload);
}

GuardHeader& Guard::HeaderOf(Address block) const {
  return HeaderIn(block - sizeof(GuardHeader));
}

LittleEndian<std::uint64_t>& Guard::NextOf(Address block) const {
  return heap_->RuntimeObject<LittleEndian<std::uint64_t>>(block);
}

Address Guard::Place(Address payload, std::uint64_t payload_bytes,
                     std::uint64_t size_bytes, std::uint64_t alignment) {
  const std::uint64_t lead_bytes = LeadBytes(alignment);
  const Address block = payload + lead_bytes;
  DirectoryHeader& directory = directory_.header();
  directory.sequence += 1;
  const std::uint64_t sequence = directory.sequence;
  GuardHeader& header = HeaderOf(block);
  header.size_bytes = size_bytes;
  header.sequence_low = bits::LowHalf(sequence);
  header.sequence_high = static_cast<std::uint16_t>(bits::HighHalf(sequence));
  header.lead_bits = static_cast<std::uint16_t>(bits::Log2Floor(lead_bytes));
  HeaderIn(payload) = header;
  Shadow& shadow = *heap_->shadow();
  shadow.Set(payload, lead_bytes, ShadowByte::kHeapRedZone);
  shadow.Set(block, size_bytes, ShadowByte::kUninitialised);
  shadow.Set(block + size_bytes, payload_bytes - lead_bytes - size_bytes,
             ShadowByte::kHeapRedZone);
  return block;
}

void Guard::Shrink(Address block, std::uint64_t size_bytes) {
  GuardHeader& header = HeaderOf(block);
  heap_->shadow()->Set(block + size_bytes, header.size_bytes - size_bytes,
                       ShadowByte::kHeapRedZone);
  header.size_bytes = size_bytes;
}

// ---- the quarantine --------------------------------------------------------

void Guard::Retire(Address block) {
  GuardHeader& header = HeaderOf(block);
  Shadow& shadow = *heap_->shadow();
  shadow.Set(block - header.lead_bytes(), header.lead_bytes(),
             ShadowByte::kFreedRedZone);
  shadow.Set(block, header.size_bytes, ShadowByte::kFreed);
  DirectoryHeader& directory = directory_.header();
  if (directory.quarantine_tail == 0) {
    directory.quarantine_head = block.offset();
  } else {
    NextOf(Address(directory.quarantine_tail)) = block.offset();
  }
  NextOf(block) = 0;
  directory.quarantine_tail = block.offset();
  directory.quarantine_bytes += HeldBytes(header);
}

bool Guard::IsFullFor(Address block) const {
  return directory_.header().quarantine_bytes + HeldBytes(HeaderOf(block)) >
         LimitBytes();
}

void Guard::RemoveOldest(std::uint64_t payload_bytes) {
  DirectoryHeader& directory = directory_.header();
  const Address block = Oldest();
  const GuardHeader& header = HeaderOf(block);
  directory.quarantine_bytes -= HeldBytes(header);
  directory.quarantine_head = NextOf(block);
  if (directory.quarantine_head == 0) directory.quarantine_tail = 0;
  heap_->shadow()->Set(block - header.lead_bytes(), payload_bytes,
                       ShadowByte::kFreed);
}

bool Guard::IsQuarantined(Address address) const {
  return heap_->shadow()->At(address - 1) == ShadowByte::kFreedRedZone &&
         heap_->shadow()->At(address) != ShadowByte::kFreedRedZone;
}

}  // namespace kheap
