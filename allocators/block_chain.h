// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_BLOCK_CHAIN_H_
#define KHEAP_ALLOCATORS_BLOCK_CHAIN_H_

// The page blocks of one allocator: a list through their headers, oldest
// first, that begins and ends in the allocator's record.
//
//   record        block          block          block
//   first_block ->| next |------>| next |------>| 0    |
//                 | 0    |<------| prev |<------| prev |<- last_block
//
// A header that a guest has overwritten is fault 116 at its address, whoever
// reads it first. Blocks come from malloc, at multiples of 4096.

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "allocators/page_header.h"
#include "allocators/registry.h"
#include "heap/address.h"

namespace kheap {

class BlockChain {
 public:
  BlockChain(const Registry& registry, RecordNumber owner)
      : registry_(registry), owner_(owner) {}

  // A block with room for `payload_bytes`, at the end of the chain. Null and
  // the guest's errno ENOMEM without room; nothing else has changed. Its
  // payload is unaddressable to the guest, and not zero.
  Address Append(std::uint64_t payload_bytes);
  // A block of the chain, by where it begins; fault 116 if its header is no
  // longer whole or no longer leads to its neighbours.
  PageBlock At(Address begin) const;
  PageBlock last() const { return At(Address(record().last_block)); }
  bool empty() const { return record().block_count == 0; }
  // Gives a block back to malloc.
  void Remove(const PageBlock& block);
  void Clear();
  // The block that holds an address of this owner's. From the newest to it the
  // headers lead to each other.
  PageBlock Holding(Address address) const;
  // Looks at every block before anything is done that cannot be done by halves:
  // the headers lead to each other, each block has its pages, and they are as
  // many and as large together as the record says.
  void RequireWhole() const;

  // Oldest first. DataLoss at the first header that is not whole, after those
  // before it were visited.
  absl::Status ForEach(absl::FunctionRef<void(const PageBlock&)> visit) const;

  // OK, or the first broken rule and where.
  absl::Status CheckInvariants() const;

 private:
  AllocatorRecord& record() const { return registry_.record(owner_); }
  [[noreturn]] static void RaiseOverwritten(Address block);
  // Nothing where no block of the chain begins, as far as its header, its first
  // page and its last one tell, and what all blocks have together.
  std::optional<PageBlock> Read(Address begin) const;
  // Makes one block's link lead elsewhere; null is the record.
  void LinkNext(Address block, Address next);
  void LinkPrevious(Address block, Address previous);
  absl::Status CheckBlock(const PageBlock& block) const;

  Registry registry_;
  RecordNumber owner_;
};

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_BLOCK_CHAIN_H_
