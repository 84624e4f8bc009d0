// SPDX-License-Identifier: Apache-2.0
#include "gc/major_collection.h"

#include "gc/word_list.h"

namespace kheap::gc {

MajorCollection::MajorCollection(const Space& space)
    : space_(space),
      state_(space.state()),
      types_(space.heap(), state_),
      stack_(reinterpret_cast<Word*>(space.host(state_.work))),
      stack_capacity_(state_.work_words) {}

void MajorCollection::Run() {
  const Nursery nursery(space_);
  state_.collecting = 1;
  nursery.Close();
  MarkRoots();
  Drain();
  ClearWeak();
  ResurrectFinalizable();
  Sweep();
  nursery.UpdateFastEnd();
  state_.counters.major_collections += 1;
  state_.collecting = 0;
}

// ---- marking ---------------------------------------------------------------

void MajorCollection::Mark(std::uint64_t object) {
  if (!space_.IsOurs(object)) return;
  const std::uint64_t at = object - kHeaderBytes;
  const bool young = !space_.IsOldPosition(at);
  const std::uint64_t index = young ? 0 : space_.BlockOf(at);
  const ObjectHeader header = space_.HeaderWithin(
      at, young ? space_.old_begin() : space_.LimitOf(index));
  if (header.marked()) return;
  if (header.filler() || !types_.Fits(header)) RaiseCorruption(at);
  if (young) {
    young_objects_ += 1;
  } else {
    BlockRecord& block = space_.block(index);
    const bool large = block.kind == BlockKind::kLargeHead;
    if (large ? at != space_.BlockBegin(index)
              : block.kind != BlockKind::kSmall) {
      RaiseCorruption(at);
    }
    block.live_bytes +=
        large ? 1 : static_cast<std::uint32_t>(header.footprint_bytes());
    old_objects_ += 1;
    old_bytes_ += header.footprint_bytes();
  }
  space_.SetHeader(at, header.With(ObjectHeader::kMarked));
  if (!types_.HasReferences(header)) return;
  if (stack_size_ < stack_capacity_) {
    stack_[stack_size_++] = at;
    return;
  }
  overflowed_ = true;
  if (young) {
    rescan_nursery_ = true;
  } else {
    space_.block(index).rescan = 1;
  }
}

void MajorCollection::MarkRoots() {
  for (std::uint64_t slot = state_.roots; slot < state_.root_top; slot += 8) {
    Mark(space_.Load(slot));
  }
  for (const Word& slot : Words(space_.heap(), state_.global_roots).all()) {
    space_.RequireRoot(slot);
    Mark(space_.Load(slot));
  }
  const Words ready(space_.heap(), state_.ready);
  for (std::uint64_t i = state_.ready_done; i < ready.size(); i += 2) {
    Mark(ready[i]);
  }
  for (const Word& object : Words(space_.heap(), state_.pins).all()) {
    Mark(object);
  }
}

void MajorCollection::DrainStack() {
  while (stack_size_ != 0) {
    const std::uint64_t at = stack_[--stack_size_];
    types_.ForEachReference(
        at + kHeaderBytes, space_.HeaderAt(at),
        [this](std::uint64_t slot) { Mark(space_.Load(slot)); });
  }
}

void MajorCollection::Drain() {
  DrainStack();
  while (overflowed_) {
    overflowed_ = false;
    if (rescan_nursery_) {
      rescan_nursery_ = false;
      Nursery(space_).Walk([this](std::uint64_t at, ObjectHeader header) {
        RescanObject(at, header);
      });
    }
    for (std::uint64_t i = 0; i < state_.used_count; ++i) {
      BlockRecord& block = space_.block(i);
      if (block.rescan == 0) continue;
      block.rescan = 0;
      const std::uint64_t end = space_.LimitOf(i);
      for (std::uint64_t at = space_.BlockBegin(i); at < end;) {
        const ObjectHeader header = space_.HeaderWithin(at, end);
        RescanObject(at, header);
        if (block.kind == BlockKind::kLargeHead) break;
        at += header.footprint_bytes();
      }
    }
  }
}

void MajorCollection::RescanObject(std::uint64_t at, ObjectHeader header) {
  if (header.filler() || !header.marked()) return;
  types_.ForEachReference(
      at + kHeaderBytes, header,
      [this](std::uint64_t slot) { Mark(space_.Load(slot)); });
  DrainStack();
}

bool MajorCollection::IsMarked(std::uint64_t object) const {
  return !space_.IsOurs(object) ||
         space_.HeaderAt(object - kHeaderBytes).marked();
}

// ---- weak references and finalizers ----------------------------------------

void MajorCollection::ClearWeak() {
  for (Word& object : Words(space_.heap(), state_.weak).all()) {
    if (!IsMarked(object)) object = 0;
  }
}

void MajorCollection::ResurrectFinalizable() {
  Words list(space_.heap(), state_.finalizers);
  Words ready(space_.heap(), state_.ready);
  const std::uint64_t old_ready = ready.size();
  const std::uint64_t old_count = state_.old_finalizers;
  std::uint64_t kept = 0;
  for (std::uint64_t i = 0; i < list.size(); i += 2) {
    if (i == old_count) state_.old_finalizers = kept;
    if (IsMarked(list[i])) {
      list[kept] = list[i].get();
      list[kept + 1] = list[i + 1].get();
      kept += 2;
    } else {
      // Room has been reserved when the finalizer was set.
      ready.Append(list[i]);
      ready.Append(list[i + 1]);
    }
  }
  if (old_count == list.size()) state_.old_finalizers = kept;
  list.Truncate(kept);
  for (std::uint64_t i = old_ready; i < ready.size(); i += 2) Mark(ready[i]);
  Drain();
}

// ---- sweeping --------------------------------------------------------------

void MajorCollection::Sweep() {
  Nursery nursery(space_);
  const std::uint64_t used_bytes = nursery.UsedBytes();
  if (used_bytes != 0) {
    nursery.Rebuild([this](std::uint64_t at, ObjectHeader header) {
      if (!header.marked()) return false;
      space_.SetHeader(at, header.Without(ObjectHeader::kMarked));
      return true;
    });
    nursery.Account(used_bytes, {}, young_objects_);
  }
  OldSpace(space_).Sweep();
  Counters& counters = state_.counters;
  counters.collected_bytes += state_.old_bytes - old_bytes_;
  counters.collected_objects += state_.old_objects - old_objects_;
  state_.old_bytes = old_bytes_;
  state_.old_objects = old_objects_;
}

}  // namespace kheap::gc
