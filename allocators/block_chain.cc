// SPDX-License-Identifier: Apache-2.0
#include "allocators/block_chain.h"

#include "absl/strings/str_cat.h"
#include "allocators/broken_rule.h"
#include "allocators/shade.h"
#include "bitshift/bits.h"
#include "heap/guest_errno.h"

namespace kheap {

namespace {

// What malloc lets the guest use of a block; 0 where it has none as live.
std::uint64_t LiveBytes(const KMalloc& malloc, Address block) {
  try {
    return malloc.MallocUsableSize(block);
  } catch (const MemoryFault&) {
    return 0;
  }
}

}  // namespace

void BlockChain::RaiseOverwritten(Address block) {
  RaiseFault(FaultCode::kHeapCorruption, Access::kLoad, block,
             sizeof(PageHeader));
}

Address BlockChain::Append(std::uint64_t payload_bytes) {
  GlobalHeap& heap = registry_.heap();
  if (payload_bytes > heap.layout().size_bytes(Region::kHeap)) {
    heap.set_guest_errno(kErrnoNoMemory);
    return kNullAddress;
  }
  const Address last(record().last_block);
  if (!last.is_null()) (void)At(last);
  const std::uint64_t size_bytes =
      bits::AlignUp(sizeof(PageHeader) + payload_bytes, kOwnedPageBytes);
  const Address begin =
      registry_.malloc().AlignedAlloc(kOwnedPageBytes, size_bytes);
  if (begin.is_null()) return kNullAddress;
  registry_.SetOwner(begin, size_bytes, owner_);
  const PageBlock block = {begin, kNullAddress, last, registry_.Stamp(),
                           size_bytes};
  WritePageHeader(heap, block);
  shade::Private(heap, begin, sizeof(PageHeader));
  shade::Unallocated(heap, block.payload(), size_bytes - sizeof(PageHeader));
  LinkNext(last, begin);
  record().last_block = begin.offset();
  record().block_count += 1;
  record().block_bytes += size_bytes;
  registry_.ledger().AddThing(Holder::kPages);
  registry_.ledger().Hold(Holder::kPages, size_bytes);
  return begin;
}

std::optional<PageBlock> BlockChain::Read(Address begin) const {
  const auto block = ReadPageHeader(registry_.heap(), begin);
  if (!block.has_value() || !registry_.IsOwnedBy(begin, owner_) ||
      !registry_.IsOwnedBy(block->end() - kOwnedPageBytes, owner_) ||
      block->size_bytes > record().block_bytes) {
    return std::nullopt;
  }
  return block;
}

PageBlock BlockChain::At(Address begin) const {
  const auto block = Read(begin);
  if (!block.has_value()) RaiseOverwritten(begin);
  return *block;
}

void BlockChain::LinkNext(Address block, Address next) {
  if (block.is_null()) {
    record().first_block = next.offset();
    return;
  }
  PageBlock linked = At(block);
  linked.next = next;
  WritePageHeader(registry_.heap(), linked);
}

void BlockChain::LinkPrevious(Address block, Address previous) {
  if (block.is_null()) {
    record().last_block = previous.offset();
    return;
  }
  PageBlock linked = At(block);
  linked.previous = previous;
  WritePageHeader(registry_.heap(), linked);
}

void BlockChain::Remove(const PageBlock& block) {
  const auto is_neighbour = [&](Address neighbour, Address link,
                                std::uint64_t end_of_chain) {
    return neighbour.is_null() ? end_of_chain == block.begin.offset()
                               : link == block.begin;
  };
  const bool linked =
      is_neighbour(block.next,
                   block.next.is_null() ? Address() : At(block.next).previous,
                   record().last_block) &&
      is_neighbour(
          block.previous,
          block.previous.is_null() ? Address() : At(block.previous).next,
          record().first_block);
  if (!linked || !CheckBlock(block).ok()) RaiseOverwritten(block.begin);
  registry_.malloc().Free(block.begin);
  LinkNext(block.previous, block.next);
  LinkPrevious(block.next, block.previous);
  registry_.ClearOwner(block.begin, block.size_bytes);
  record().block_count -= 1;
  record().block_bytes -= block.size_bytes;
  registry_.ledger().RemoveThing(Holder::kPages);
  registry_.ledger().Release(Holder::kPages, block.size_bytes);
}

void BlockChain::Clear() {
  RequireWhole();
  while (!empty()) Remove(last());
}

PageBlock BlockChain::Holding(Address address) const {
  // A link that a guest has forged may lead in a circle.
  std::uint64_t left = record().block_count;
  Address newer;
  for (Address at(record().last_block); !at.is_null() && left != 0; --left) {
    const PageBlock block = At(at);
    if (block.next != newer) RaiseOverwritten(at);
    if (address - block.begin < block.size_bytes) return block;
    newer = at;
    at = block.previous;
  }
  RaiseOverwritten(Address(record().last_block));
}

void BlockChain::RequireWhole() const {
  Address newer;
  Address at(record().last_block);
  std::uint64_t left = record().block_count;
  std::uint64_t bytes = 0;
  for (; !at.is_null() && left != 0; --left) {
    const PageBlock block = At(at);
    if (block.next != newer || !CheckBlock(block).ok()) RaiseOverwritten(at);
    bytes += block.size_bytes;
    newer = at;
    at = block.previous;
  }
  const bool ended = at.is_null() && left == 0 && bytes == record().block_bytes;
  if (!ended || newer != Address(record().first_block)) RaiseOverwritten(newer);
}

absl::Status BlockChain::ForEach(
    absl::FunctionRef<void(const PageBlock&)> visit) const {
  std::uint64_t visited = 0;
  for (Address at(record().first_block); !at.is_null(); ++visited) {
    const auto block = Read(at);
    if (!block.has_value() || visited == record().block_count) {
      return absl::DataLossError(
          absl::StrCat("the header of the page block at ", ToString(at),
                       " was overwritten"));
    }
    visit(*block);
    at = block->next;
  }
  return absl::OkStatus();
}

absl::Status BlockChain::CheckBlock(const PageBlock& block) const {
  for (Address page = block.begin; page < block.end();
       page += kOwnedPageBytes) {
    if (!registry_.IsOwnedBy(page, owner_)) {
      return BrokenRule("pages.owner: a page of a block is another's", page);
    }
  }
  if (LiveBytes(registry_.malloc(), block.begin) < block.size_bytes) {
    return BrokenRule("pages.live: malloc has not all of a block as live",
                      block.begin);
  }
  return absl::OkStatus();
}

absl::Status BlockChain::CheckInvariants() const {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  Address previous;
  absl::Status status;
  const absl::Status whole = ForEach([&](const PageBlock& block) {
    count += 1;
    bytes += block.size_bytes;
    if (status.ok() && block.previous != previous) {
      status =
          BrokenRule("pages.links: a block does not lead back", block.begin);
    }
    if (status.ok()) status = CheckBlock(block);
    previous = block.begin;
  });
  if (!whole.ok()) {
    return absl::InternalError(absl::StrCat("pages.header: ", whole.message()));
  }
  if (!status.ok()) return status;
  if (previous.offset() != record().last_block ||
      count != record().block_count || bytes != record().block_bytes) {
    return BrokenRule("pages.count: the record counts other blocks",
                      registry_.AddressOf(owner_));
  }
  return absl::OkStatus();
}

}  // namespace kheap
