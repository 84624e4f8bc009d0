// SPDX-License-Identifier: Apache-2.0
#include "allocators/pool.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "allocators/broken_rule.h"

namespace kheap {

namespace {

constexpr std::uint64_t kAlignmentDefaultMax = 16;

std::uint64_t AlignmentOf(const PoolOptions& options) {
  if (options.alignment != 0 || options.object_bytes == 0) {
    return options.alignment;
  }
  const int zeros = bits::TrailingZeros(options.object_bytes);
  return std::clamp(bits::Bit(zeros), kObjectGrainBytes, kAlignmentDefaultMax);
}

absl::Status CheckOptions(const GlobalHeap& heap, const PoolOptions& options) {
  if (options.object_bytes < kPoolObjectBytesMin ||
      options.object_bytes > heap.layout().size_bytes(Region::kHeap)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "objects of ", options.object_bytes, " bytes: a pool's have ",
        kPoolObjectBytesMin, " at least and fit into the heap"));
  }
  const std::uint64_t alignment = AlignmentOf(options);
  if (!bits::IsPowerOfTwo(alignment) || alignment < kObjectGrainBytes ||
      alignment > kOwnedPageBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an alignment of ", alignment, " is no power of two from ",
                     kObjectGrainBytes, " to ", kOwnedPageBytes));
  }
  return absl::OkStatus();
}

}  // namespace

Pool::Pool(const Registry& registry, RecordNumber number)
    : registry_(registry),
      number_(number),
      record_(&registry.record(number)),
      serial_(record_->serial) {}

absl::StatusOr<Pool> Pool::Create(const Registry& registry,
                                  const PoolOptions& options) {
  if (absl::Status status = CheckOptions(registry.heap(), options);
      !status.ok()) {
    return status;
  }
  Registry made = registry;
  const auto number = made.Add(AllocatorKind::kPool, options.name);
  if (!number.ok()) return number.status();
  AllocatorRecord& state = made.record(*number);
  state.object_bytes = options.object_bytes;
  state.alignment = AlignmentOf(options);
  state.stride_bytes =
      bits::AlignUp(options.object_bytes + shade::RedZoneBytes(registry.heap()),
                    state.alignment);
  // A block holds one object at least, wherever the first can begin.
  state.growth_bytes =
      std::max(std::min(options.block_bytes,
                        registry.heap().layout().size_bytes(Region::kHeap)),
               state.alignment + state.stride_bytes);
  made.ledger().AddThing(Holder::kPool);
  return Pool(made, *number);
}

std::optional<Pool> Pool::Find(const Registry& registry,
                               std::string_view name) {
  const auto number = registry.Find(AllocatorKind::kPool, name);
  if (!number.has_value()) return std::nullopt;
  return Pool(registry, *number);
}

void Pool::RaiseDestroyed(FaultCode code, Access access) const {
  RaiseFault(code, access, registry_.AddressOf(number_), 0);
}

void Pool::RaiseOverwritten(Address object) {
  RaiseFault(FaultCode::kHeapCorruption, Access::kLoad, object,
             kPoolObjectBytesMin);
}

bool Pool::exists() const {
  return registry_.record(number_).serial == serial_;
}

std::string_view Pool::name() const {
  (void)record();
  return registry_.NameOf(number_);
}

// ---- the slow ways ---------------------------------------------------------

Address Pool::FirstIn(const PageBlock& block) const {
  return Address(
      bits::AlignUp(block.payload().offset(), record().alignment.get()));
}

std::uint64_t Pool::RoomOf(const PageBlock& block) const {
  return (block.end() - FirstIn(block)) / record().stride_bytes;
}

Address Pool::Carve() {
  AllocatorRecord& state = record();
  if (state.limit - state.cursor < state.stride_bytes) {
    if (blocks().Append(state.growth_bytes).is_null()) return kNullAddress;
    const PageBlock block = blocks().last();
    state.cursor = FirstIn(block).offset();
    state.limit = block.end().offset();
  }
  const Address object(state.cursor);
  state.cursor += state.stride_bytes;
  state.made_objects += 1;
  registry_.SetObject(object);
  return Count(state, object);
}

void Pool::FreeUnknown(Address object) const {
  if (object.is_null()) return;
  RaiseFault(WasMade(object) ? FaultCode::kDoubleFree : FaultCode::kInvalidFree,
             Access::kFree, object, 0);
}

bool Pool::WasMade(Address object) const {
  if (!registry_.IsOwnedBy(object, number_)) return false;
  const PageBlock block = blocks().Holding(object);
  const Address first = FirstIn(block);
  const Address end = block.begin == Address(record().last_block)
                          ? Address(record().cursor)
                          : block.end();
  return object >= first && object < end &&
         (object - first) % record().stride_bytes == 0 &&
         block.end() - object >= record().stride_bytes;
}

void Pool::Destroy() {
  if (!exists()) RaiseDestroyed(FaultCode::kDoubleFree, Access::kFree);
  const AllocatorRecord& state = record();
  const std::uint64_t live_bytes = state.live_objects * state.object_bytes;
  blocks().Clear();
  registry_.ledger().Release(Holder::kPool, live_bytes);
  registry_.ledger().RemoveThing(Holder::kPool);
  registry_.Remove(number_);
}

// ---- figures and rules -----------------------------------------------------

std::uint64_t Pool::capacity_objects() const {
  blocks().RequireWhole();
  std::uint64_t count = 0;
  (void)blocks().ForEach(
      [&](const PageBlock& block) { count += RoomOf(block); });
  return count;
}

absl::Status Pool::CheckInvariants() const {
  const AllocatorRecord& state = record();
  if (absl::Status status = blocks().CheckInvariants(); !status.ok()) {
    return status;
  }
  std::uint64_t live = 0;
  std::uint64_t made = 0;
  absl::Status status;
  (void)blocks().ForEach([&](const PageBlock& block) {
    live += registry_.CountObjects(block.begin, block.end());
    Address object = FirstIn(block);
    for (std::uint64_t i = RoomOf(block); i != 0; --i) {
      made += WasMade(object) ? 1 : 0;
      if (status.ok() && registry_.IsObject(object) && !WasMade(object)) {
        status = BrokenRule("pool.live: an object that was never made", object);
      }
      object += state.stride_bytes;
    }
  });
  if (!status.ok()) return status;
  if (live != state.live_objects || made != state.made_objects) {
    return BrokenRule("pool.count: the record counts other objects",
                      registry_.AddressOf(number_));
  }
  return CheckFreeList();
}

absl::Status Pool::CheckFreeList() const {
  const AllocatorRecord& state = record();
  const std::uint64_t free_objects = state.made_objects - state.live_objects;
  std::uint64_t found = 0;
  // A list that leads in a circle has one more step than there are objects.
  for (Address at(state.newest_free); !at.is_null() && found <= free_objects;
       ++found) {
    if (!WasMade(at) || registry_.IsObject(at)) {
      return BrokenRule("pool.free: what is in the list is no free object", at);
    }
    const std::uint64_t link = LinkOf(at);
    if (!IsWhole(at, link)) {
      return BrokenRule("pool.link: a link was overwritten", at);
    }
    at = NextIn(link);
  }
  if (found != free_objects) {
    return BrokenRule("pool.free: the list has not every free object once",
                      registry_.AddressOf(number_));
  }
  return absl::OkStatus();
}

}  // namespace kheap
