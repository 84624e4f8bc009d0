// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_PAGE_HEADER_H_
#define KHEAP_ALLOCATORS_PAGE_HEADER_H_

// The 48 bytes that a page block begins with:
//
//   block                 payload                                     end
//   | next | previous | timestamp | size | magic | reserved |  …  |
//   multiple of 4096                                 multiple of 4096
//
// Headers lie among the guest's own bytes. The magic number is a hash of the
// header's address and of its other fields, so a stray store that changes one
// is found wherever the header is read.

#include <cstdint>
#include <optional>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/little_endian.h"

namespace kheap {

struct PageHeader {
  LittleEndian<std::uint64_t> next;        // a block, or 0
  LittleEndian<std::uint64_t> previous;    // a block, or 0
  LittleEndian<std::uint64_t> timestamp;   // Registry::Stamp() when it was made
  LittleEndian<std::uint64_t> size_bytes;  // of the block, header included
  LittleEndian<std::uint64_t> magic;
  LittleEndian<std::uint64_t> reserved;  // 0
};
static_assert(sizeof(PageHeader) == 48);

// A header as read from the arena.
struct PageBlock {
  Address begin;
  Address next;
  Address previous;
  std::uint64_t timestamp;
  std::uint64_t size_bytes;

  Address payload() const { return begin + sizeof(PageHeader); }
  Address end() const { return begin + size_bytes; }

  friend bool operator==(const PageBlock&, const PageBlock&) = default;
};

void WritePageHeader(GlobalHeap& heap, const PageBlock& block);
// Nothing where no whole header lies.
std::optional<PageBlock> ReadPageHeader(const GlobalHeap& heap, Address begin);

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_PAGE_HEADER_H_
