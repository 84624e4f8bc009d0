// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_REGISTRY_LAYOUT_H_
#define KHEAP_ALLOCATORS_REGISTRY_LAYOUT_H_

// What the allocators know, as it lies in Region::kAllocators, where no guest
// can reach it:
//
//   RegistryHeader      the ledger, the newest stamp, the scopes   4096 bytes
//   AllocatorRecord[]   one for each allocator                     60 KiB
//   owners              2 bytes for each 4096 of the arena
//   object bits         1 bit for each 8 bytes of the arena
//
// The owners and the object bits are the truth about what is whose: the bytes
// of a block may hold anything that a guest has stored there.
//
//   owner       0: no page block;  else 1 + the owner's record
//   object bit  set where a pool's live object begins, where a bump allocator
//               has a mark, and, outside of page blocks, where a manual buffer
//               begins (a multiple of 16) or 8 bytes above where a block began

#include <array>
#include <cstdint>

#include "allocators/ledger.h"
#include "allocators/scope_stack.h"
#include "bitshift/bits.h"
#include "heap/address.h"
#include "heap/little_endian.h"

namespace kheap {

inline constexpr std::uint64_t kOwnedPageBytes = 4096;
inline constexpr std::uint64_t kObjectGrainBytes = 8;
inline constexpr std::uint64_t kObjectBitsPerWord = 64;
inline constexpr std::uint64_t kAllocatorNameBytesMax = 39;

using RecordNumber = std::uint32_t;
inline constexpr RecordNumber kRecordCount = 256;
// The record of page blocks that no other allocator has.
inline constexpr RecordNumber kDirectPages = 0;
static_assert(kRecordCount <= 256, "a ScopeStack has a byte for a number");

struct RegistryHeader {
  std::array<Ledger::Row, kHolderCount> ledger;
  std::array<char, 8> magic;
  LittleEndian<std::uint64_t> serial;        // allocators ever made
  LittleEndian<std::uint64_t> newest_stamp;  // see Registry::Stamp
  ScopeStack scopes;
};
static_assert(sizeof(RegistryHeader) <= 4096);
inline constexpr std::array<char, 8> kRegistryMagic = {'R', 'E', 'G', 'I',
                                                       'S', 'T', 'R', '2'};

enum class AllocatorKind : std::uint8_t { kNone, kPages, kBump, kPool };

struct AllocatorRecord {
  std::uint8_t kind;                              // an AllocatorKind
  std::array<char, kAllocatorNameBytesMax> name;  // zeros behind its end
  LittleEndian<std::uint64_t> serial;             // no two have had the same

  // Its page blocks, oldest first.
  LittleEndian<std::uint64_t> first_block;
  LittleEndian<std::uint64_t> last_block;
  LittleEndian<std::uint64_t> block_count;
  LittleEndian<std::uint64_t> block_bytes;

  // Where the next byte or object comes from in the last block, and where that
  // ends: cursor <= limit.
  LittleEndian<std::uint64_t> cursor;
  LittleEndian<std::uint64_t> limit;
  LittleEndian<std::uint64_t> growth_bytes;  // what a further block holds

  // A bump allocator: what its blocks before the last one hold.
  LittleEndian<std::uint64_t> closed_bytes;

  // A pool.
  LittleEndian<std::uint64_t> object_bytes;
  LittleEndian<std::uint64_t> stride_bytes;
  LittleEndian<std::uint64_t> alignment;
  // Not side by side with live_objects: a compiler that stores both at once by
  // a vector makes the next call, which needs this one, wait for it.
  LittleEndian<std::uint64_t> newest_free;   // an object, or 0
  LittleEndian<std::uint64_t> made_objects;  // ever carved: live or free
  LittleEndian<std::uint64_t> live_objects;

  std::array<LittleEndian<std::uint64_t>, 10> unused;
};
static_assert(sizeof(AllocatorRecord) == 240);

struct RegistryLayout {
  Address header;
  Address records;
  Address owners;
  Address object_bits;
  Address end;

  static constexpr RegistryLayout Of(Address begin,
                                     std::uint64_t capacity_bytes) {
    RegistryLayout layout;
    layout.header = begin;
    layout.records = begin + 4096;
    layout.owners = layout.records + kRecordCount * sizeof(AllocatorRecord);
    layout.object_bits = layout.owners + capacity_bytes / kOwnedPageBytes * 2;
    layout.end = layout.object_bits + ObjectBitsBytes(capacity_bytes);
    return layout;
  }

  // The object bits of the arena's first `size_bytes`.
  static constexpr std::uint64_t ObjectBitsBytes(std::uint64_t size_bytes) {
    constexpr std::uint64_t kBytesPerWord =
        kObjectGrainBytes * kObjectBitsPerWord;
    return (size_bytes + kBytesPerWord - 1) / kBytesPerWord * 8;
  }
};
static_assert(RegistryLayout::Of(Address(0), 65536).owners == Address(65536));

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_REGISTRY_LAYOUT_H_
