// SPDX-License-Identifier: Apache-2.0
#include "gc/invariants.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "gc/collector.h"
#include "gc/holding.h"
#include "gc/nursery.h"
#include "gc/word_list.h"
#include "heap/shadow.h"

namespace kheap::gc {

absl::Status Collector::CheckInvariants() const {
  return Audit(Space(*heap_)).Run();
}

absl::Status Audit::Run() {
  Require(state_.collecting == 0, "every collection has ended", space_.begin());
  for (const auto check :
       {&Audit::CheckTypes, &Audit::CheckNursery, &Audit::CheckBlocks,
        &Audit::CheckGaps, &Audit::CheckRuns, &Audit::CheckReferences,
        &Audit::CheckRoots, &Audit::CheckPins, &Audit::CheckWeak,
        &Audit::CheckFinalizers, &Audit::CheckCounters, &Audit::CheckLedger}) {
    if (!status_.ok()) break;
    (this->*check)();
  }
  return status_;
}

bool Audit::Require(bool holds, std::string_view rule, std::uint64_t position) {
  if (!holds && status_.ok()) {
    status_ = absl::InternalError(absl::StrCat(
        std::string(rule), ": broken at ", ToString(Address(position))));
  }
  return holds;
}

bool Audit::IsObject(std::uint64_t object) const {
  return std::binary_search(objects_.begin(), objects_.end(), object);
}

void Audit::CheckTypes() {
  for (std::uint64_t id = 0; id < types_.count(); ++id) {
    Require(types_.IsSound(id), "a type's references lie within its objects",
            state_.types.address + id * sizeof(TypeRecord));
  }
}

// ---- objects and fillers, end to end ---------------------------------------

std::uint64_t Audit::CheckTile(std::uint64_t at, std::uint64_t end) {
  const ObjectHeader header = space_.HeaderAt(at);
  const std::uint64_t footprint = header.footprint_bytes();
  if (!Require(!header.forwarded() && footprint != 0 && footprint <= end - at,
               "objects and fillers lie end to end", at)) {
    return 0;
  }
  if (header.filler()) {
    Require(header == ObjectHeader::Filler(footprint),
            "a filler has no other flags", at);
    CheckShadow(at, header);
    return footprint;
  }
  const bool young = !space_.IsOldPosition(at);
  Require(!header.Has(ObjectHeader::kMarked + ObjectHeader::kKept),
          "no object is marked between collections", at);
  Require(header.in_nursery() == young, "the header says where the object is",
          at);
  Require((header.size_class() == SizeClass::kLarge) ==
              (footprint > kSmallBytesMax),
          "large objects are those that say so", at);
  Require(types_.Fits(header), "an object's size is its type's", at);
  Require(header.Has(ObjectHeader::kPinListed) || !header.pinned(),
          "a pinned object is in the list of pins", at);
  CheckShadow(at, header);
  objects_.push_back(at + kHeaderBytes);
  if (header.pinned()) pinned_ += 1;
  if (young) {
    young_objects_ += 1;
    young_bytes_ += footprint;
  } else {
    old_bytes_ += footprint;
  }
  return status_.ok() ? footprint : 0;
}

void Audit::CheckShadow(std::uint64_t at, ObjectHeader header) {
  const Shadow* const shadow = space_.heap().shadow();
  if (shadow == nullptr) return;
  const std::uint64_t payload = header.filler() ? 0 : header.payload_bytes();
  const std::uint64_t size = header.footprint_bytes();
  for (std::uint64_t i = 0; i < size; ++i) {
    const bool is_payload = i >= kHeaderBytes && i - kHeaderBytes < payload;
    Require(IsAddressable(shadow->At(Address(at + i))) == is_payload,
            "exactly the payloads of objects are addressable", at + i);
  }
}

void Audit::CheckNursery() {
  const std::uint64_t begin = state_.gap_begin;
  const std::uint64_t top = state_.top;
  const std::uint64_t end = state_.gap_end;
  if (!Require(space_.begin() <= begin && begin <= top && top <= end &&
                   end <= space_.old_begin(),
               "the gap in use lies in the nursery", top)) {
    return;
  }
  for (std::uint64_t at = space_.begin(); at < space_.old_begin();) {
    if (at == top && top != end) {
      CheckShadow(at, ObjectHeader::Filler(end - top));
      at = end;
      continue;
    }
    const std::uint64_t footprint =
        CheckTile(at, at < top ? top : space_.old_begin());
    if (footprint == 0) return;
    at += footprint;
  }
}

void Audit::CheckGaps() {
  std::uint64_t before = state_.gap_end;
  for (std::uint64_t at = state_.next_gap; at != 0;
       at = space_.Load(at + kHeaderBytes)) {
    if (!Require(space_.IsYoung(at + kHeaderBytes) && at >= before,
                 "gaps to come ascend", at)) {
      return;
    }
    const ObjectHeader header = space_.HeaderAt(at);
    if (!Require(header.filler() && header.footprint_bytes() >= kGapBytesMin,
                 "a gap to come is a filler", at)) {
      return;
    }
    before = at + header.footprint_bytes();
  }
}

void Audit::CheckBlocks() {
  for (std::uint64_t i = 0; i < state_.block_count && status_.ok(); ++i) {
    const BlockRecord& block = space_.block(i);
    const std::uint64_t begin = space_.BlockBegin(i);
    Require(block.kind == BlockKind::kFree || i < state_.used_count,
            "blocks in use lie below the mark", begin);
    Require(block.kind != BlockKind::kFree || i >= state_.free_hint,
            "free blocks do not lie below the hint", begin);
    Require(block.rescan == 0, "no block waits to be looked at again", begin);
    switch (block.kind) {
      case BlockKind::kFree:
        free_blocks_ += 1;
        for (std::uint64_t c = 0; c < kCardsPerBlock; ++c) {
          Require(space_.card(space_.CardOf(begin) + c) == std::byte{0},
                  "no card of a free block is dirty", begin);
        }
        break;
      case BlockKind::kSmall:
        CheckSmallBlock(i);
        break;
      case BlockKind::kLargeHead:
        CheckLarge(i);
        break;
      case BlockKind::kLargeTail:
        Require(
            block.extent <= i &&
                space_.block(i - block.extent).kind == BlockKind::kLargeHead &&
                space_.block(i - block.extent).extent > block.extent,
            "a large object's blocks follow its head", begin);
        break;
    }
  }
}

void Audit::CheckSmallBlock(std::uint64_t index) {
  const std::uint64_t end = space_.BlockBegin(index + 1);
  std::uint64_t card = space_.CardOf(space_.BlockBegin(index));
  for (std::uint64_t at = space_.BlockBegin(index); at < end;) {
    const std::uint64_t footprint = CheckTile(at, end);
    if (footprint == 0) return;
    for (; card < space_.CardOf(at); ++card) {
      Require(space_.FirstIn(card) == 0,
              "a card in which nothing begins has no first", at);
    }
    if (card == space_.CardOf(at)) {
      Require(space_.FirstIn(card) == at, "a card knows its first header", at);
      ++card;
    }
    if (space_.HeaderAt(at).filler() && at != state_.cursor_top) {
      if (space_.WholeCardBytes(at, at + footprint) >= kRunBytesMin) {
        runs_.push_back(at);
      }
    }
    at += footprint;
  }
}

void Audit::CheckLarge(std::uint64_t index) {
  const std::uint64_t extent = space_.block(index).extent;
  const std::uint64_t begin = space_.BlockBegin(index);
  if (!Require(extent != 0 && extent <= state_.block_count - index,
               "a large object's blocks lie in the space", begin)) {
    return;
  }
  for (std::uint64_t i = 1; i < extent; ++i) {
    Require(space_.block(index + i).kind == BlockKind::kLargeTail &&
                space_.block(index + i).extent == i,
            "a large object's blocks follow its head", begin);
  }
  const std::uint64_t footprint =
      CheckTile(begin, space_.BlockBegin(index + extent));
  Require(space_.HeaderAt(begin).size_class() == SizeClass::kLarge &&
              extent == (footprint + kBlockBytes - 1) / kBlockBytes,
          "a large object has as many blocks as it needs", begin);
}

void Audit::CheckRuns() {
  // More than there are fillers would be a circle.
  std::uint64_t left = runs_.size();
  for (std::uint64_t at = state_.runs; at != 0;
       at = space_.Load(at + kHeaderBytes)) {
    if (!Require(
            std::binary_search(runs_.begin(), runs_.end(), at) && left-- != 0,
            "the list of runs goes through fillers", at)) {
      return;
    }
  }
}

// ---- references ------------------------------------------------------------

void Audit::CheckReferences() {
  for (const std::uint64_t object : objects_) {
    types_.ForEachReference(
        object, space_.HeaderAt(object - kHeaderBytes),
        [this](std::uint64_t slot) {
          const std::uint64_t target = space_.Load(slot);
          CheckReference(slot, target);
          if (space_.IsOldPosition(slot) && space_.IsYoung(target)) {
            Require(space_.card(space_.CardOf(slot)) != std::byte{0},
                    "a reference to the nursery lies on a dirty card", slot);
          }
        });
    if (!status_.ok()) return;
  }
}

void Audit::CheckReference(std::uint64_t slot, std::uint64_t object) {
  Require(!space_.IsOurs(object) || IsObject(object),
          "a reference leads to an object", slot);
}

void Audit::CheckRoots() {
  const std::uint64_t end = state_.root_top;
  if (!Require(state_.roots <= end && end <= state_.roots_end &&
                   (end - state_.roots) % sizeof(Word) == 0,
               "the shadow stack ends within its table", end)) {
    return;
  }
  for (std::uint64_t slot = state_.roots; slot < end; slot += sizeof(Word)) {
    CheckReference(slot, space_.Load(slot));
  }
  for (const Word& slot :
       Words(space_.heap(), space_.state().global_roots).all()) {
    if (!Require(space_.MayBeRoot(slot),
                 "a global root is a word outside of the space and tables",
                 slot)) {
      return;
    }
    CheckReference(slot, space_.Load(slot));
  }
}

void Audit::CheckPins() {
  const Words pins(space_.heap(), space_.state().pins);
  std::vector<std::uint64_t> listed;
  std::uint64_t pinned = 0;
  for (std::uint64_t i = 0; i < pins.size(); ++i) {
    if (!Require(IsObject(pins[i]), "the list of pins leads to objects",
                 pins[i])) {
      return;
    }
    const ObjectHeader header = space_.HeaderAt(pins[i] - kHeaderBytes);
    Require(header.Has(ObjectHeader::kPinListed),
            "what is in the list of pins says so", pins[i]);
    pinned += header.pinned() ? 1 : 0;
    listed.push_back(pins[i]);
  }
  std::sort(listed.begin(), listed.end());
  Require(std::adjacent_find(listed.begin(), listed.end()) == listed.end(),
          "an object is in the list of pins once", state_.pins.address);
  Require(pinned == pinned_ && pinned_ == state_.pinned_objects,
          "pinned objects are counted once", state_.pins.address);
}

void Audit::CheckWeak() {
  const Words weak(space_.heap(), space_.state().weak);
  std::uint64_t unused = 0;
  for (const Word& word : weak.all()) {
    Require(word == 0 || word % 2 == 1 || IsObject(word),
            "a weak reference leads to an object or nowhere", word);
    unused += word % 2;
  }
  for (std::uint64_t next = state_.free_weak; next != 0;
       next = weak[next - 1] / 2) {
    if (!Require(
            next <= weak.size() && weak[next - 1] % 2 == 1 && unused-- != 0,
            "unused weak references are one chain", state_.weak.address)) {
      return;
    }
  }
  Require(unused == 0, "unused weak references are one chain",
          state_.weak.address);
}

void Audit::CheckFinalizers() {
  CollectorState& state = space_.state();
  const Words list(space_.heap(), state.finalizers);
  const Words ready(space_.heap(), state.ready);
  for (std::uint64_t i = 0; i < list.size(); i += 2) {
    Require(IsObject(list[i]), "a finalizer has an object", list[i]);
    Require(i >= state_.old_finalizers || !space_.IsYoung(list[i]),
            "finalizers of old objects come first", list[i]);
  }
  Require(state_.ready_done <= ready.size() / 2 && state_.ready_done % 2 == 0,
          "at most half of those that are ready were handed over",
          state_.ready.address);
  for (std::uint64_t i = state_.ready_done; i < ready.size(); i += 2) {
    Require(IsObject(ready[i]), "a finalizer has an object", ready[i]);
  }
  Require(state_.ready.capacity >= state_.ready.count + state_.finalizers.count,
          "there is room for every finalizer to be ready",
          state_.ready.address);
}

void Audit::CheckCounters() {
  const std::uint64_t at = kControlBase.offset();
  const std::uint64_t young_bytes =
      state_.nursery_bytes + (state_.top - state_.gap_begin);
  Require(free_blocks_ == state_.free_blocks, "free blocks are counted", at);
  Require(
      young_objects_ == state_.nursery_objects && young_bytes_ == young_bytes,
      "the counters count the nursery", at);
  Require(objects_.size() - young_objects_ == state_.old_objects &&
              old_bytes_ == state_.old_bytes,
          "the counters count the old generation", at);
  const Counters& counters = state_.counters;
  Require(counters.allocated_objects + young_objects_ - state_.stayed_objects -
                      counters.collected_objects ==
                  objects_.size() &&
              counters.allocated_bytes + young_bytes - state_.stayed_bytes -
                      counters.collected_bytes ==
                  young_bytes_ + old_bytes_,
          "what was allocated is here or was collected", at);
}

void Audit::CheckLedger() {
  Require(Holding(space_.heap()).IsInLedger(),
          "the ledger has what the collector holds",
          space_.heap().layout().begin(Region::kAllocators).offset());
}

}  // namespace kheap::gc
