// SPDX-License-Identifier: Apache-2.0
// Statistics, and what lies where.
#include "gc/collector.h"
#include "gc/holding.h"
#include "gc/nursery.h"
#include "gc/space.h"
#include "gc/type_table.h"

namespace kheap::gc {

CollectorStats Collector::Stats() const {
  const Space space(*heap_);
  const std::uint64_t nursery_used = Nursery(space).UsedBytes();
  const Counters& counters = state_->counters;
  return {
      .nursery_size_bytes = space.old_begin() - space.begin(),
      .nursery_used_bytes = nursery_used,
      .nursery_objects = state_->nursery_objects,
      .old_size_bytes = space.end() - space.old_begin(),
      .old_used_bytes = state_->old_bytes,
      .old_objects = state_->old_objects,
      .old_free_blocks_bytes = state_->free_blocks * kBlockBytes,
      .table_bytes = Holding(*heap_).table_bytes(),
      .pinned_objects = state_->pinned_objects,
      .allocated_bytes =
          counters.allocated_bytes + nursery_used - state_->stayed_bytes,
      .allocated_objects = counters.allocated_objects +
                           state_->nursery_objects - state_->stayed_objects,
      .collected_bytes = counters.collected_bytes,
      .collected_objects = counters.collected_objects,
      .promoted_bytes = counters.promoted_bytes,
      .promoted_objects = counters.promoted_objects,
      .finalized_objects = counters.finalized_objects,
      .minor_collections = counters.minor_collections,
      .major_collections = counters.major_collections,
  };
}

bool Collector::IsHeapAddress(Address address) const {
  const Space space(*heap_);
  return address.offset() - space.begin() < space.end() - space.begin();
}

void Collector::Walk(
    absl::FunctionRef<void(Address, ObjectHeader)> visit) const {
  RequireIntact();
  const Space space(*heap_);
  const auto report = [&](std::uint64_t at, ObjectHeader header) {
    if (!header.filler()) visit(Address(at + kHeaderBytes), header);
  };
  Nursery(space).Walk(report);
  for (std::uint64_t i = 0; i < state_->used_count; ++i) {
    const BlockKind kind = space.block(i).kind;
    if (kind != BlockKind::kSmall && kind != BlockKind::kLargeHead) continue;
    const std::uint64_t end = space.LimitOf(i);
    for (std::uint64_t at = space.BlockBegin(i); at < end;) {
      const ObjectHeader header = space.HeaderWithin(at, end);
      report(at, header);
      if (kind == BlockKind::kLargeHead) break;
      at += header.footprint_bytes();
    }
  }
}

std::optional<Address> Collector::FindObject(Address address) const {
  RequireIntact();
  if (!IsHeapAddress(address)) return std::nullopt;
  const Space space(*heap_);
  std::optional<Address> found;
  const auto consider = [&](std::uint64_t at, ObjectHeader header) {
    if (!header.filler() && address.offset() - at < header.footprint_bytes()) {
      found = Address(at + kHeaderBytes);
    }
  };
  if (!space.IsOldPosition(address.offset())) {
    Nursery(space).Walk(consider);
    return found;
  }
  const std::uint64_t index = space.BlockOf(address.offset());
  if (space.block(index).kind == BlockKind::kFree) return std::nullopt;
  for (std::uint64_t at = space.FirstToWalk(space.CardOf(address.offset()));
       at <= address.offset();) {
    const ObjectHeader header =
        space.HeaderWithin(at, space.LimitOf(space.BlockOf(at)));
    consider(at, header);
    if (header.size_class() == SizeClass::kLarge) break;
    at += header.footprint_bytes();
  }
  return found;
}

std::optional<ObjectHeader> Collector::HeaderOf(Address object) const {
  if (FindObject(object) != object) return std::nullopt;
  return Space(*heap_).HeaderAt(object.offset() - kHeaderBytes);
}

std::uint64_t Collector::LengthOf(Address array) const {
  const ObjectHeader header = RequireObject(array);
  const std::uint64_t element_bytes =
      TypeTable(*heap_, *state_).record(header.type()).element_bytes;
  return element_bytes == 0 ? 1 : header.payload_bytes() / element_bytes;
}

}  // namespace kheap::gc
