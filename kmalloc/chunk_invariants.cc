// SPDX-License-Identifier: Apache-2.0
// Chunks, the top and the bins.
#include <algorithm>

#include "kmalloc/invariants.h"

namespace kheap {

// ---- chunks ----------------------------------------------------------------

bool KMalloc::Audit::CheckChunks() {
  const ChunkLayer& chunks = malloc_.chunks_;
  bool previous_in_use = true;
  Chunk chunk;
  for (Address next = chunks.first_tag(); next != chunks.top();
       next = chunk.end()) {
    chunk = chunks.At(next);
    if (!CheckChunk(chunk, previous_in_use)) return false;
    previous_in_use = chunk.tag.in_use();
  }
  return Require(previous_in_use, "no free chunk touches the top",
                 chunks.top());
}

bool KMalloc::Audit::CheckChunk(const Chunk& chunk, bool previous_in_use) {
  if (!Require(chunk.tag.previous_in_use() == previous_in_use,
               "a tag says whether the chunk before is in use", chunk.begin)) {
    return false;
  }
  if (!chunk.tag.in_use()) {
    return Require(previous_in_use, "no two free chunks touch", chunk.begin) &&
           CheckFreeChunk(chunk);
  }
  if (chunk.tag.is_page()) return CheckPage(chunk);
  return malloc_.guarded() ? CheckGuarded(chunk) : CheckPlain(chunk);
}

bool KMalloc::Audit::CheckFreeChunk(const Chunk& chunk) {
  free_chunks_by_bin_[ChunkLayer::BinOf(chunk.size_bytes())] += 1;
  return Require(malloc_.chunks_.IsBound(chunk),
                 "a free chunk repeats its tag and is in its bin", chunk.begin);
}

bool KMalloc::Audit::CheckPlain(const Chunk& chunk) {
  const Granule block = GranuleOf(chunk.payload());
  ExpectStart(block);
  held_bytes_ += chunk.payload_bytes();
  held_blocks_ += 1;
  return Require(directory_.IsStart(block), "a chunk in use holds a live block",
                 chunk.payload());
}

// ---- top and bins ----------------------------------------------------------

bool KMalloc::Audit::CheckTop() {
  const Address top = malloc_.chunks_.top();
  const Address heap_break = heap_.break_address();
  const std::uint64_t fresh_begin = directory_.header().fresh_begin;
  if (!Require(malloc_.chunks_.IsTopIntact() && top + kTagBytes <= heap_break,
               "the top ends the chunks", top) ||
      !Require(fresh_begin >= (top + kTagBytes).offset(),
               "what was never in use lies above the top", top)) {
    return false;
  }
  if (fresh_begin >= heap_break.offset()) return true;
  const std::byte* const fresh = heap_.base() + fresh_begin;
  const std::byte* const end = heap_.base() + heap_break.offset();
  const std::byte* const used = std::find_if(
      fresh, end, [](std::byte byte) { return byte != std::byte{0}; });
  return Require(
      used == end, "what was never in use is zero",
      Address(fresh_begin + static_cast<std::uint64_t>(used - fresh)));
}

bool KMalloc::Audit::CheckBins() {
  for (int bin = 0; bin < kBinCount; ++bin) {
    if (!CheckBin(bin)) return false;
  }
  return true;
}

bool KMalloc::Audit::CheckBin(int bin) {
  const ChunkLayer& chunks = malloc_.chunks_;
  const std::uint64_t word = directory_.header().bin_bits[bin / 64];
  const Address head = chunks.BinHead(bin);
  if (!Require(bits::TestBit(word, bin % 64) == !head.is_null(),
               "a bin's bit says whether it is empty", head)) {
    return false;
  }
  std::uint64_t count = 0;
  for (Address payload = head; !payload.is_null();
       payload = chunks.NextInBin(payload)) {
    count += 1;
    if (!Require(count <= free_chunks_by_bin_[bin],
                 "a bin holds each of its chunks once", payload)) {
      return false;
    }
    const Chunk chunk = chunks.At(payload - kTagBytes);
    if (!Require(
            !chunk.tag.in_use() && ChunkLayer::BinOf(chunk.size_bytes()) == bin,
            "a bin holds free chunks of its size", payload)) {
      return false;
    }
  }
  return Require(count == free_chunks_by_bin_[bin],
                 "every free chunk is in its bin", head);
}

}  // namespace kheap
