// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_BLOCK_INFO_H_
#define KHEAP_KMALLOC_BLOCK_INFO_H_

// What an allocator tells about itself: its parts one by one, and in figures.

#include <array>
#include <cstdint>
#include <string_view>

#include "heap/address.h"
#include "kmalloc/directory_layout.h"

namespace kheap {

enum class BlockKind : std::uint8_t {
  kLive,         // the guest's
  kCached,       // free, kept at hand by its size class
  kFreeSlot,     // free, in a page
  kFreeChunk,    // free, in a bin
  kQuarantined,  // free, kept back so that a late access is found
  kTop,          // never cut, between the last chunk and the break
};
std::string_view ToString(BlockKind kind);

struct BlockInfo {
  BlockKind kind;
  int size_class;  // of a slot; kNoClass for a chunk
  Address begin;   // of what the guest may, or might, use
  std::uint64_t size_bytes;
  // In checked mode, for live and quarantined blocks: which allocation it was,
  // counted from 1. Otherwise 0.
  std::uint64_t sequence;
};

// Sizes in bytes, counts of blocks. "Held" counts what is live or cached.
struct MallocStats {
  std::uint64_t live_bytes;  // what the guest may use of its blocks
  std::uint64_t live_blocks;
  std::uint64_t cached_bytes;
  std::uint64_t cached_blocks;
  std::uint64_t peak_bytes;       // most bytes ever held at once
  std::uint64_t peak_blocks;      // most blocks ever held at once
  std::uint64_t footprint_bytes;  // heap region up to the break, and directory
  std::uint64_t directory_bytes;  // the directory's share of it
  std::uint64_t quarantined_bytes;
  std::uint64_t free_slot_bytes;  // free slots of pages
  std::uint64_t free_chunk_bytes;
  std::uint64_t top_bytes;
  std::uint64_t largest_free_bytes;  // the largest free chunk, or the top
  std::array<std::uint64_t, kBinCount> free_bytes_by_bin;
  std::array<std::uint64_t, kBinCount> free_chunks_by_bin;

  // The share of free memory (chunks and top) that the largest piece lacks:
  // 0 if it is all in one piece.
  double ExternalFragmentation() const;
  // The share of the footprint below the top that is neither live nor free:
  // tags, page ends, red zones, caches, free slots and the directory.
  double InternalFragmentation() const;
};

// The range of chunk sizes that bin `bin` holds: [first, second).
struct BinRange {
  std::uint64_t begin_bytes;
  std::uint64_t end_bytes;
};
BinRange RangeOfBin(int bin);

}  // namespace kheap

#endif  // KHEAP_KMALLOC_BLOCK_INFO_H_
