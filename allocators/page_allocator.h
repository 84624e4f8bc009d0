// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_PAGE_ALLOCATOR_H_
#define KHEAP_ALLOCATORS_PAGE_ALLOCATOR_H_

// PageAllocator hands out blocks of whole pages, each behind a header of 48
// bytes (page_header.h) on a list that can be walked, validated and reclaimed.
//
// A block is named by its payload, which is 48 bytes above a multiple of 4096.
// Every page of the arena has an owner in the registry, so an address that no
// block of this list begins at is refused, whatever the arena holds there.

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "allocators/block_chain.h"
#include "allocators/registry.h"
#include "heap/address.h"

namespace kheap {

class PageAllocator {
 public:
  explicit PageAllocator(const Registry& registry)
      : registry_(registry), blocks_(registry, kDirectPages) {}

  // The payload, at least `size_bytes` long and uninitialised. Null and errno
  // ENOMEM without room.
  Address Allocate(std::uint64_t size_bytes);
  // Null is accepted and ignored.
  //   fault 114  a block began there that was freed, and none begins there now
  //   fault 115  no block begins there
  //   fault 116  the block's header was overwritten
  void Free(Address payload);

  // What the guest may use of a block: up to its last page's end.
  std::uint64_t UsableBytes(Address payload) const;

  // Oldest first. DataLoss at the first header that was overwritten, after
  // those before it were visited.
  absl::Status ForEach(absl::FunctionRef<void(const PageBlock&)> visit) const {
    return blocks_.ForEach(visit);
  }
  // Frees the blocks that were stamped before `timestamp`, or all. How many.
  // Fault 116 at a header that was overwritten; then nothing has changed.
  std::uint64_t ReclaimOlderThan(std::uint64_t timestamp);
  std::uint64_t ReclaimAll();

  std::uint64_t block_count() const {
    return registry_.record(kDirectPages).block_count;
  }
  std::uint64_t block_bytes() const {
    return registry_.record(kDirectPages).block_bytes;
  }

  // OK, or the first broken rule and where.
  absl::Status CheckInvariants() const { return blocks_.CheckInvariants(); }

 private:
  PageBlock Find(Address payload, Access access) const;

  Registry registry_;
  BlockChain blocks_;
};

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_PAGE_ALLOCATOR_H_
