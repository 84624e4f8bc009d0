// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_DIRECTORY_LAYOUT_H_
#define KHEAP_KMALLOC_DIRECTORY_LAYOUT_H_

// Everything the allocator knows, as it lies in the directory region, where no
// guest can reach it:
//
//   DirectoryHeader    policy, top, bins, counters
//   ClassState[]       one cache of free blocks for each size class
//   cache slots        the granules that the caches hold, 4 bytes each
//   UnitRecord[]       2 bytes for each unit (1 KiB of arena)
//   PageRecord[]       12 bytes for each frame (4 KiB of arena)
//   start bits         1 bit for each granule (16 bytes of arena)
//
// The start bits are the truth about what is allocated: bit g is set exactly
// while a live block begins at granule g. So one look decides, for any address
// whatever, whether it may be freed. 64 of them, one word, describe one unit.
//
// Granules, units and frames are counted from address 0, so an address becomes
// an index by one shift. Only [0, break) of the tables is ever touched.
//
// docs/design/kmalloc.md draws all of it.

#include <array>
#include <cstddef>
#include <cstdint>

#include "bitshift/bits.h"
#include "heap/address.h"
#include "heap/little_endian.h"
#include "kmalloc/size_class.h"

namespace kheap {

inline constexpr std::uint64_t kUnitBytes = 1024;
inline constexpr std::uint64_t kFrameBytes = 4096;
inline constexpr std::uint32_t kUnitsPerFrame = kFrameBytes / kUnitBytes;
inline constexpr std::uint32_t kGranulesPerUnit = kUnitBytes / kGranuleBytes;
static_assert(kGranulesPerUnit == 64, "a unit is one word of start bits");

// Granule numbers are 32 bits wide, which covers 64 GiB of arena.
using Granule = std::uint32_t;
inline constexpr Granule kNoGranule = 0;
inline constexpr std::uint64_t kAllocatorCapacityMax =
    std::uint64_t{64} * 1024 * 1024 * 1024;

constexpr Address AddressOf(Granule granule) {
  return Address(std::uint64_t{granule} * kGranuleBytes);
}
// The granule that an aligned address below 64 GiB begins.
constexpr Granule GranuleOf(Address address) {
  return static_cast<Granule>(address.offset() / kGranuleBytes);
}

// The place of a granule's bit in the word of start bits of its unit.
constexpr int StartBitOf(Granule granule) {
  return static_cast<int>(granule % kGranulesPerUnit);
}

// Free chunks by size: exact bins in steps of a granule up to 1024 bytes, then
// eight bins for each doubling up to 64 GiB.
inline constexpr std::uint64_t kExactBinBytesMax = 1024;
inline constexpr int kExactBinCount = kExactBinBytesMax / kGranuleBytes + 1;
inline constexpr int kBinsPerDoubling = 8;
inline constexpr int kBinDoublings =
    bits::Log2Floor(kAllocatorCapacityMax / kExactBinBytesMax);
inline constexpr int kBinCount =
    kExactBinCount + kBinDoublings * kBinsPerDoubling;
inline constexpr int kBinWordCount = (kBinCount + 63) / 64;
static_assert(kBinCount == 65 + 26 * 8);

enum class MallocPolicy : std::uint8_t {
  kPages = 0,
  kTags = 1,
};

struct DirectoryHeader {
  LittleEndian<std::uint64_t> policy;       // a MallocPolicy
  LittleEndian<std::uint64_t> first_tag;    // where chunks begin, an address
  LittleEndian<std::uint64_t> top;          // the tag of the top, an address
  LittleEndian<std::uint64_t> fresh_begin;  // bytes from here on are zero
  LittleEndian<std::uint64_t> noted_break;  // as of the last NoteGrowth
  LittleEndian<std::uint64_t> heap_scale;   // log2 of the largest heap size
  LittleEndian<std::uint64_t> held_bytes;   // payload not free in a layer below
  LittleEndian<std::uint64_t> held_blocks;
  LittleEndian<std::uint64_t> peak_bytes;
  LittleEndian<std::uint64_t> peak_blocks;
  LittleEndian<std::uint64_t> quarantine_bytes;  // checked mode only
  LittleEndian<std::uint64_t> quarantine_head;   // oldest block, an address
  LittleEndian<std::uint64_t> quarantine_tail;   // newest block, an address
  LittleEndian<std::uint64_t> sequence;          // allocations so far
  std::array<LittleEndian<std::uint64_t>, kBinWordCount> bin_bits;
  std::array<LittleEndian<Granule>, kBinCount> bins;  // first chunk's payload
};

// The cache of one size class: a stack of free blocks. The newest is `top`, the
// others are slots[begin + 1 … cursor - 1], oldest first.
//
//   cursor - begin == blocks cached;  begin <= cursor <= end
//
// Their start bits are clear. begin == end means that the class is not cached,
// so that every Malloc and Free of it takes the slow path.
struct ClassState {
  LittleEndian<std::uint32_t> cursor;
  LittleEndian<Granule> top;
  LittleEndian<std::uint32_t> begin;
  LittleEndian<std::uint32_t> end;
  LittleEndian<std::uint32_t> requests;      // until the class is hot
  LittleEndian<std::uint32_t> partial_head;  // a page, or 0
};
static_assert(sizeof(ClassState) == 24);

// A unit of a page.
struct UnitRecord {
  std::uint8_t size_class;   // kNoClass outside of pages
  std::uint8_t page_offset;  // units from the page's first one to this one
};
static_assert(sizeof(UnitRecord) == 2);

// A page is named by the number of its first unit, and its record lies at that
// unit's frame: a page is larger than a frame, so no two begin in one.
//
// The pages of a class that have free slots (slots neither live nor cached)
// form a ring: `partial_head` is refilled from next, the page before it in the
// ring is the last choice.
//
//   slots_out == live slots + slots in the class's cache
struct PageRecord {
  LittleEndian<std::uint32_t> next;
  LittleEndian<std::uint32_t> previous;
  LittleEndian<std::uint16_t> slots_out;
  LittleEndian<std::uint16_t> listed;  // 1 while in the ring, else 0
};
static_assert(sizeof(PageRecord) == 12);

// Room for this many blocks in the cache of each class; one place stays empty.
inline constexpr std::uint32_t kCacheSlotsPerClass = 64;
inline constexpr std::uint32_t kCacheSlotCount =
    kCacheSlotsPerClass * kClassCount;

// Where the tables lie for an arena of a given capacity, as addresses.
struct DirectoryLayout {
  Address header;
  Address classes;
  Address cache_slots;
  Address units;
  Address pages;
  Address start_bits;
  Address end;

  static constexpr DirectoryLayout Of(Address begin,
                                      std::uint64_t capacity_bytes) {
    DirectoryLayout layout;
    layout.header = begin;
    layout.classes = Align(layout.header + sizeof(DirectoryHeader));
    layout.cache_slots =
        Align(layout.classes + kClassCount * sizeof(ClassState));
    layout.units =
        Align(layout.cache_slots + kCacheSlotCount * sizeof(Granule));
    layout.pages =
        Align(layout.units + capacity_bytes / kUnitBytes * sizeof(UnitRecord));
    layout.start_bits =
        Align(layout.pages + capacity_bytes / kFrameBytes * sizeof(PageRecord));
    layout.end = layout.start_bits + StartBitsBytes(capacity_bytes);
    return layout;
  }

  // The size of the start bits for the arena's first `size_bytes`.
  static constexpr std::uint64_t StartBitsBytes(std::uint64_t size_bytes) {
    return (size_bytes + kUnitBytes - 1) / kUnitBytes * sizeof(std::uint64_t);
  }

 private:
  static constexpr Address Align(Address address) {
    return Address(bits::AlignUp(address.offset(), 64));
  }
};

}  // namespace kheap

#endif  // KHEAP_KMALLOC_DIRECTORY_LAYOUT_H_
