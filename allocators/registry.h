// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_REGISTRY_H_
#define KHEAP_ALLOCATORS_REGISTRY_H_

// The registry: which allocators there are beside malloc, whose each page is
// and where objects begin (registry_layout.h). Allocators are made from it:
//
//   auto registry = Registry::Create(malloc).value();
//   auto bump = BumpAllocator::Create(registry, {.name = "parser"}).value();
//
// A registry is a view: as good as its heap, its malloc and its time source.
// All state is in the arena, which was made with LayoutOptions::allocators.

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "allocators/ledger.h"
#include "allocators/registry_layout.h"
#include "allocators/time_source.h"
#include "bitshift/bits.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "kmalloc/kmalloc.h"

namespace kheap {

class Registry {
 public:
  // Writes an empty registry. FailedPrecondition if the arena has one, or no
  // region for it.
  static absl::StatusOr<Registry> Create(KMalloc& malloc, TimeSource time = {});
  // A view of the registry that Create wrote. FailedPrecondition without one.
  static absl::StatusOr<Registry> Attach(KMalloc& malloc, TimeSource time = {});

  GlobalHeap& heap() const { return *heap_; }
  KMalloc& malloc() const { return *malloc_; }
  const Ledger& ledger() const { return ledger_; }
  Ledger& ledger() { return ledger_; }

  // The time that a page block is stamped with which is made now. A view
  // without a time source has that of the newest stamp; 0 at first.
  std::uint64_t Stamp() const {
    if (time_) header_->newest_stamp = time_.Now();
    return header_->newest_stamp;
  }

  // ---- for the allocators ---------------------------------------------------

  RegistryHeader& header() const { return *header_; }
  AllocatorRecord& record(RecordNumber number) const {
    return records_[number];
  }
  Address AddressOf(RecordNumber number) const;
  std::string_view NameOf(RecordNumber number) const;

  // A record with a new serial number. An empty name is no name.
  //   InvalidArgument    a name above kAllocatorNameBytesMax or with a zero
  //   byte AlreadyExists      another allocator has the name ResourceExhausted
  //   there are kRecordCount allocators
  absl::StatusOr<RecordNumber> Add(AllocatorKind kind, std::string_view name);
  void Remove(RecordNumber number);
  std::optional<RecordNumber> Find(AllocatorKind kind,
                                   std::string_view name) const;

  // Whose page block holds an address, any at all.
  std::optional<RecordNumber> OwnerOf(Address address) const {
    if (address.offset() >= capacity_bytes_) return std::nullopt;
    const std::uint16_t owner = owners_[address.offset() / kOwnedPageBytes];
    if (owner == 0) return std::nullopt;
    return owner - 1;
  }
  bool IsOwnedBy(Address address, RecordNumber number) const {
    return address.offset() < capacity_bytes_ &&
           owners_[address.offset() / kOwnedPageBytes] == number + 1;
  }
  // The pages of a new block, and of one that is given back. No object begins
  // there any more.
  void SetOwner(Address begin, std::uint64_t size_bytes, RecordNumber number);
  void ClearOwner(Address begin, std::uint64_t size_bytes);
  // Whether a block that was given back began there, and nobody has the page.
  bool WasBlock(Address begin) const;

  // The object bit of an address of the arena.
  bool IsObject(Address address) const {
    return bits::IsAligned(address.offset(), kObjectGrainBytes) &&
           bits::TestBit(WordOf(address).get(), BitOf(address));
  }
  void SetObject(Address address) const {
    auto& word = WordOf(address);
    word = bits::SetBit(word.get(), BitOf(address));
  }
  void ClearObject(Address address) const {
    auto& word = WordOf(address);
    word = bits::ClearBit(word.get(), BitOf(address));
  }
  // Sets, or clears, the bit of a multiple of 8 that was not, or was, set.
  // False, and nothing has changed, if it was.
  bool BeginObject(Address address) const {
    auto& word = WordOf(address);
    const std::uint64_t bits = word;
    if (bits::TestBit(bits, BitOf(address))) return false;
    word = bits::SetBit(bits, BitOf(address));
    return true;
  }
  bool EndObject(Address address) const {
    auto& word = WordOf(address);
    const std::uint64_t bits = word;
    if (!bits::TestBit(bits, BitOf(address))) return false;
    word = bits::ClearBit(bits, BitOf(address));
    return true;
  }
  // Of a range between multiples of 8.
  void ClearObjects(Address begin, Address end) const;
  // Of a range of whole pages.
  std::uint64_t CountObjects(Address begin, Address end) const;

  // Follows the break: what digests cover.
  void NoteGrowth() const;

 private:
  Registry(KMalloc& malloc, TimeSource time);

  LittleEndian<std::uint64_t>& WordOf(Address address) const {
    return object_bits_[address.offset() /
                        (kObjectGrainBytes * kObjectBitsPerWord)];
  }
  static int BitOf(Address address) {
    return static_cast<int>(address.offset() / kObjectGrainBytes %
                            kObjectBitsPerWord);
  }

  GlobalHeap* heap_;
  KMalloc* malloc_;
  TimeSource time_;
  Ledger ledger_;
  std::uint64_t capacity_bytes_;
  RegistryHeader* header_;
  AllocatorRecord* records_;
  LittleEndian<std::uint16_t>* owners_;
  LittleEndian<std::uint64_t>* object_bits_;
};

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_REGISTRY_H_
