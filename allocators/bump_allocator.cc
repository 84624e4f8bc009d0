// SPDX-License-Identifier: Apache-2.0
#include "allocators/bump_allocator.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "allocators/broken_rule.h"
#include "heap/guest_errno.h"

namespace kheap {

namespace {

// Where the bytes of a block end that may be handed out.
Address LimitOf(const PageBlock& block) {
  return block.end() - kObjectGrainBytes;
}

std::uint64_t RoomOf(const PageBlock& block) {
  return LimitOf(block) - block.payload();
}

}  // namespace

BumpAllocator::BumpAllocator(const Registry& registry, RecordNumber number)
    : registry_(registry),
      number_(number),
      serial_(registry.record(number).serial) {}

absl::StatusOr<BumpAllocator> BumpAllocator::Create(
    const Registry& registry, const BumpOptions& options) {
  Registry made = registry;
  const auto number = made.Add(AllocatorKind::kBump, options.name);
  if (!number.ok()) return number.status();
  // A block as large as the heap has no room. One that is larger has none
  // either, but sums with its size could overflow.
  made.record(*number).growth_bytes = std::min(
      options.block_bytes, registry.heap().layout().size_bytes(Region::kHeap));
  BumpAllocator allocator(made, *number);
  if (!allocator.Grow(0)) {
    made.Remove(*number);
    return absl::ResourceExhaustedError(absl::StrCat(
        "the heap has no room for a block of ", options.block_bytes, " bytes"));
  }
  made.ledger().AddThing(Holder::kBump);
  return allocator;
}

std::optional<BumpAllocator> BumpAllocator::Find(const Registry& registry,
                                                 std::string_view name) {
  const auto number = registry.Find(AllocatorKind::kBump, name);
  if (!number.has_value()) return std::nullopt;
  return BumpAllocator(registry, *number);
}

std::optional<BumpAllocator> BumpAllocator::At(const Registry& registry,
                                               RecordNumber number) {
  if (registry.record(number).kind !=
      static_cast<std::uint8_t>(AllocatorKind::kBump)) {
    return std::nullopt;
  }
  return BumpAllocator(registry, number);
}

void BumpAllocator::RaiseDestroyed(FaultCode code, Access access) const {
  RaiseFault(code, access, registry_.AddressOf(number_), 0);
}

bool BumpAllocator::exists() const {
  return registry_.record(number_).serial == serial_;
}

std::string_view BumpAllocator::name() const {
  (void)record();
  return registry_.NameOf(number_);
}

// ---- allocating ------------------------------------------------------------

Address BumpAllocator::FailWithBadAlignment() {
  registry_.heap().set_guest_errno(kErrnoInvalid);
  return kNullAddress;
}

Address BumpAllocator::AllocateInNewBlock(std::uint64_t size_bytes,
                                          std::uint64_t alignment) {
  const std::uint64_t heap_bytes =
      registry_.heap().layout().size_bytes(Region::kHeap);
  if (size_bytes > heap_bytes || alignment > heap_bytes) {
    registry_.heap().set_guest_errno(kErrnoNoMemory);
    return kNullAddress;
  }
  if (!Grow(size_bytes + alignment + shade::RedZoneBytes(registry_.heap()))) {
    return kNullAddress;
  }
  return Allocate(size_bytes, alignment);
}

bool BumpAllocator::Grow(std::uint64_t payload_bytes) {
  AllocatorRecord& state = record();
  const bool first = blocks().empty();
  const std::uint64_t closed_bytes =
      first ? 0 : state.closed_bytes + RoomOf(blocks().last());
  const Address begin = blocks().Append(
      std::max(state.growth_bytes.get(), payload_bytes) + kObjectGrainBytes);
  if (begin.is_null()) return false;
  // What the block before has left over counts as handed out.
  Advance(state, Address(state.limit));
  const PageBlock block = blocks().last();
  state.closed_bytes = closed_bytes;
  state.cursor = block.payload().offset();
  state.limit = LimitOf(block).offset();
  return true;
}

// ---- giving back -----------------------------------------------------------

Address BumpAllocator::Mark() {
  AllocatorRecord& state = record();
  // The limit is a multiple of 8, too.
  const Address mark(bits::AlignUp(state.cursor.get(), kObjectGrainBytes));
  Advance(state, mark);
  registry_.SetObject(mark);
  return mark;
}

void BumpAllocator::Release(Address mark) {
  (void)record();
  if (!registry_.IsOwnedBy(mark, number_) || !registry_.IsObject(mark)) {
    RaiseFault(FaultCode::kInvalidFree, Access::kFree, mark, 0);
  }
  RewindTo(blocks().Holding(mark), mark);
  registry_.SetObject(mark);
}

void BumpAllocator::Reset() {
  (void)record();
  blocks().RequireWhole();
  const PageBlock first = blocks().At(Address(record().first_block));
  RewindTo(first, first.payload());
}

void BumpAllocator::RewindTo(const PageBlock& block, Address cursor) {
  AllocatorRecord& state = record();
  while (Address(state.last_block) != block.begin) DropLastBlock();
  const std::uint64_t freed_bytes = state.cursor - cursor.offset();
  shade::Freed(registry_.heap(), cursor, freed_bytes);
  registry_.ClearObjects(
      Address(bits::AlignUp(cursor.offset(), kObjectGrainBytes)), block.end());
  state.cursor = cursor.offset();
  registry_.ledger().Release(Holder::kBump, freed_bytes);
}

void BumpAllocator::DropLastBlock() {
  AllocatorRecord& state = record();
  const PageBlock dropped = blocks().last();
  const std::uint64_t freed_bytes = state.cursor - dropped.payload().offset();
  blocks().Remove(dropped);
  const PageBlock last = blocks().last();
  state.closed_bytes -= RoomOf(last);
  state.cursor = LimitOf(last).offset();
  state.limit = LimitOf(last).offset();
  registry_.ledger().Release(Holder::kBump, freed_bytes);
}

void BumpAllocator::Destroy() {
  if (!exists()) RaiseDestroyed(FaultCode::kDoubleFree, Access::kFree);
  Reset();
  blocks().Clear();
  registry_.ledger().RemoveThing(Holder::kBump);
  registry_.Remove(number_);
}

// ---- figures and rules -----------------------------------------------------

std::uint64_t BumpAllocator::used_bytes() const {
  const AllocatorRecord& state = record();
  return state.closed_bytes + state.cursor - blocks().last().payload().offset();
}

std::uint64_t BumpAllocator::capacity_bytes() const {
  return record().closed_bytes + RoomOf(blocks().last());
}

absl::Status BumpAllocator::CheckInvariants() const {
  const AllocatorRecord& state = record();
  if (absl::Status status = blocks().CheckInvariants(); !status.ok()) {
    return status;
  }
  std::uint64_t room = 0;
  (void)blocks().ForEach(
      [&](const PageBlock& block) { room += RoomOf(block); });
  const PageBlock last = blocks().last();
  if (state.limit != LimitOf(last).offset() ||
      state.closed_bytes + RoomOf(last) != room) {
    return BrokenRule("bump.limit: not the last block's", last.begin);
  }
  if (state.cursor < last.payload().offset() || state.cursor > state.limit) {
    return BrokenRule("bump.cursor: outside of the last block",
                      Address(state.cursor));
  }
  return absl::OkStatus();
}

// ---- scopes ----------------------------------------------------------------

AllocationScope::AllocationScope(const BumpAllocator& allocator)
    : registry_(allocator.registry_),
      outer_depth_(registry_.header().scopes.depth) {
  (void)allocator.record();
  registry_.header().scopes.Open(static_cast<std::uint8_t>(allocator.number_));
}

AllocationScope::~AllocationScope() {
  registry_.header().scopes.CloseTo(outer_depth_);
}

std::optional<BumpAllocator> AllocationScope::Current(
    const Registry& registry) {
  return BumpAllocator::At(registry, registry.header().scopes.innermost());
}

}  // namespace kheap
