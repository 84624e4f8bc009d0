// SPDX-License-Identifier: Apache-2.0
// What the allocator does when the chunks have no room for a request: the only
// code here that walks the heap to serve one.
#include <algorithm>

#include "kmalloc/kmalloc.h"

namespace kheap {

Chunk KMalloc::AllocateLastResort(std::uint64_t chunk_bytes,
                                  std::uint64_t alignment) {
  // Bins are searched from the next larger size up, so a chunk that would just
  // do may have been passed over.
  const Chunk found = chunks_.AllocateBySearch(chunk_bytes, alignment);
  if (found.exists()) return found;
  if (!CanReclaim(chunk_bytes, alignment)) return {};
  ReclaimAll();
  const Chunk chunk = chunks_.AllocateAligned(chunk_bytes, alignment);
  if (chunk.exists()) return chunk;
  return chunks_.AllocateBySearch(chunk_bytes, alignment);
}

bool KMalloc::HoldsLiveBlock(const Chunk& chunk) const {
  if (!chunk.tag.in_use()) return false;
  if (!chunk.tag.is_page()) {
    return directory_.IsStart(GranuleOf(BlockIn(chunk.payload())));
  }
  const std::uint64_t unit = chunk.payload().offset() / kUnitBytes;
  for (std::uint64_t i = 0; i < chunk.size_bytes() / kUnitBytes; ++i) {
    if (directory_.StartWord(unit + i) != 0) return true;
  }
  return false;
}

bool KMalloc::CanReclaim(std::uint64_t chunk_bytes,
                         std::uint64_t alignment) const {
  // A run of chunks without a live block becomes one free chunk, and the last
  // such run joins the top.
  Address run = chunks_.first_tag();
  const auto fits_up_to = [&](Address end) {
    return ChunkLayer::LeadBytes(run + kTagBytes, alignment) + chunk_bytes <=
           end - run;
  };
  Chunk chunk;
  for (Address next = run; next != chunks_.top(); next = chunk.end()) {
    chunk = chunks_.At(next);
    if (HoldsLiveBlock(chunk)) {
      run = chunk.end();
    } else if (fits_up_to(chunk.end())) {
      return true;
    }
  }
  return fits_up_to(heap_->layout().end(Region::kHeap) - kTagBytes);
}

void KMalloc::ReclaimAll() {
  chunks_.RequireIntact();
  while (!guard_.Oldest().is_null()) EvictQuarantined();
  for (int c = 1; c < kClassCount; ++c) {
    const std::uint32_t moved = pages_.Flush(c, /*all=*/true);
    Release(moved * ClassBytes(c), moved);
    pages_.ReleaseEmptyPages(c);
  }
}

}  // namespace kheap
