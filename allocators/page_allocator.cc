// SPDX-License-Identifier: Apache-2.0
#include "allocators/page_allocator.h"

#include "allocators/shade.h"

namespace kheap {

Address PageAllocator::Allocate(std::uint64_t size_bytes) {
  const Address begin = blocks_.Append(size_bytes);
  if (begin.is_null()) return kNullAddress;
  const PageBlock block = blocks_.At(begin);
  registry_.SetObject(block.payload());
  shade::Allocated(registry_.heap(), block.payload(),
                   block.size_bytes - sizeof(PageHeader));
  return block.payload();
}

PageBlock PageAllocator::Find(Address payload, Access access) const {
  if (!registry_.IsOwnedBy(payload, kDirectPages) ||
      !registry_.IsObject(payload)) {
    RaiseFault(registry_.WasBlock(payload - sizeof(PageHeader))
                   ? FaultCode::kDoubleFree
                   : FaultCode::kInvalidFree,
               access, payload, 0);
  }
  return blocks_.At(payload - sizeof(PageHeader));
}

void PageAllocator::Free(Address payload) {
  if (payload.is_null()) return;
  blocks_.Remove(Find(payload, Access::kFree));
}

std::uint64_t PageAllocator::UsableBytes(Address payload) const {
  return Find(payload, Access::kLoad).size_bytes - sizeof(PageHeader);
}

std::uint64_t PageAllocator::ReclaimOlderThan(std::uint64_t timestamp) {
  blocks_.RequireWhole();
  std::uint64_t count = 0;
  for (Address at(registry_.record(kDirectPages).first_block); !at.is_null();) {
    const PageBlock block = blocks_.At(at);
    at = block.next;
    if (block.timestamp >= timestamp) continue;
    blocks_.Remove(blocks_.At(block.begin));
    count += 1;
  }
  return count;
}

std::uint64_t PageAllocator::ReclaimAll() {
  const std::uint64_t count = block_count();
  blocks_.Clear();
  return count;
}

}  // namespace kheap
