// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KMALLOC_BROKEN_RULES_H_
#define KHEAP_TESTS_KMALLOC_BROKEN_RULES_H_

// An allocator whose rules a test breaks by hand, and the helpers for that.

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/kmalloc/arena.h"

namespace kheap {

using Word = LittleEndian<std::uint64_t>;

class BrokenRules : public testing::Test {
 protected:
  explicit BrokenRules(const Setting& setting = kPagesFast)
      : arena_(setting),
        directory_(arena_.heap()),
        chunks_(arena_.heap(), directory_) {}

  GlobalHeap& heap() { return arena_.heap(); }
  KMalloc& malloc() { return arena_.malloc(); }
  DirectoryHeader& header() { return directory_.header(); }

  void ExpectBroken(const std::string& rule, Address address) {
    EXPECT_EQ(malloc().CheckInvariants(),
              absl::InternalError(absl::StrCat("the heap is damaged at ",
                                               ToString(address), ": ", rule)));
  }

  void WriteTag(Address at, const Tag& tag) {
    heap().RuntimeObject<Word>(at) = tag.SealedFor(at);
  }
  // Writes both tags of a free chunk, and its links.
  void WriteFree(Address begin, std::uint64_t size_bytes, Tag::Flags flags,
                 Granule next = kNoGranule, Granule previous = kNoGranule) {
    const std::uint64_t word = Tag(size_bytes, flags).SealedFor(begin);
    heap().RuntimeObject<Word>(begin) = word;
    heap().RuntimeObject<Word>(begin + size_bytes - kTagBytes) = word;
    WriteLinks(begin + kTagBytes, next, previous);
  }
  void WriteLinks(Address payload, Granule next, Granule previous) {
    heap().RuntimeObject<LittleEndian<Granule>>(payload) = next;
    heap().RuntimeObject<LittleEndian<Granule>>(payload + 4) = previous;
  }
  void SetBin(std::uint64_t chunk_bytes, Address payload) {
    const int bin = ChunkLayer::BinOf(chunk_bytes);
    header().bins[bin] = GranuleOf(payload);
    const std::uint64_t bit = std::uint64_t{1} << (bin % 64);
    const std::uint64_t word = header().bin_bits[bin / 64];
    header().bin_bits[bin / 64] = payload.is_null() ? word & ~bit : word | bit;
  }
  // A free chunk of `chunk_bytes` between blocks.
  Address FreeChunk(std::uint64_t chunk_bytes) {
    const Address block = malloc().Malloc(chunk_bytes - kTagBytes);
    malloc().Malloc(16);
    malloc().Free(block);
    return block;
  }

  // A block of 16 bytes in the first page of its class.
  Address Slot() {
    arena_.Heat(16);
    return malloc().Malloc(16);
  }
  ClassState& small() { return directory_.size_class(1); }
  std::uint32_t PageOf(Address slot) {
    const auto unit = static_cast<std::uint32_t>(slot.offset() / kUnitBytes);
    return unit - directory_.unit(unit).page_offset;
  }
  Address AddressOfPage(std::uint32_t page) {
    return Address(std::uint64_t{page} * kUnitBytes);
  }

  MallocArena arena_;
  Directory directory_;
  ChunkLayer chunks_;
};

}  // namespace kheap

#endif  // KHEAP_TESTS_KMALLOC_BROKEN_RULES_H_
