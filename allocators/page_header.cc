// SPDX-License-Identifier: Apache-2.0
#include "allocators/page_header.h"

#include "allocators/registry_layout.h"
#include "bitshift/bits.h"

namespace kheap {

namespace {

// One multiplication and one rotation a word (Fibonacci hashing: Knuth, The Art
// of Computer Programming, volume 3, section 6.4).
std::uint64_t Mix(std::uint64_t hash, std::uint64_t word) {
  return bits::RotateLeft(bits::Xor(hash, word) * 11400714819323198485u, 29);
}

std::uint64_t MagicOf(const PageBlock& block) {
  std::uint64_t hash = block.begin.offset() + 1;
  hash = Mix(hash, block.next.offset());
  hash = Mix(hash, block.previous.offset());
  hash = Mix(hash, block.timestamp);
  hash = Mix(hash, block.size_bytes);
  return Mix(hash, 0);
}

}  // namespace

void WritePageHeader(GlobalHeap& heap, const PageBlock& block) {
  auto& header = heap.RuntimeObject<PageHeader>(block.begin);
  header.next = block.next.offset();
  header.previous = block.previous.offset();
  header.timestamp = block.timestamp;
  header.size_bytes = block.size_bytes;
  header.magic = MagicOf(block);
  header.reserved = 0;
}

std::optional<PageBlock> ReadPageHeader(const GlobalHeap& heap, Address begin) {
  const Address heap_begin = heap.layout().begin(Region::kHeap);
  const Address heap_end = heap.break_address();
  if (!bits::IsAligned(begin.offset(), kOwnedPageBytes) || begin < heap_begin ||
      begin >= heap_end || heap_end - begin < sizeof(PageHeader)) {
    return std::nullopt;
  }
  const auto& header = heap.RuntimeObject<PageHeader>(begin);
  const PageBlock block = {begin, Address(header.next),
                           Address(header.previous), header.timestamp,
                           header.size_bytes};
  const bool whole = header.magic == MagicOf(block) && header.reserved == 0 &&
                     block.size_bytes != 0 &&
                     bits::IsAligned(block.size_bytes, kOwnedPageBytes) &&
                     block.size_bytes <= heap_end - begin;
  if (!whole) return std::nullopt;
  return block;
}

}  // namespace kheap
