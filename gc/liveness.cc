// SPDX-License-Identifier: Apache-2.0
// Roots, pins, weak references and finalizers.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gc/collector.h"
#include "gc/space.h"
#include "gc/word_list.h"
#include "heap/memory_fault.h"

namespace kheap::gc {

// ---- roots -----------------------------------------------------------------

absl::Status Collector::AddRoot(Address slot) {
  if (!Space(*heap_).MayBeRoot(slot.offset())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no word outside of the space and tables lies at ", ToString(slot)));
  }
  Words roots(*heap_, state_->global_roots);
  if (!roots.Reserve(1)) {
    return absl::ResourceExhaustedError("malloc has no memory for a root");
  }
  roots.Append(slot.offset());
  return absl::OkStatus();
}

bool Collector::RemoveRoot(Address slot) {
  Words roots(*heap_, state_->global_roots);
  for (std::uint64_t i = roots.size(); i-- > 0;) {
    if (roots[i] != slot.offset()) continue;
    roots[i] = roots[roots.size() - 1].get();
    roots.Truncate(roots.size() - 1);
    return true;
  }
  return false;
}

// ---- pins ------------------------------------------------------------------

ObjectHeader Collector::RequireObject(Address object) const {
  RequireIntact();
  const Space space(*heap_);
  const std::uint64_t at = object.offset() - kHeaderBytes;
  if (space.IsOurs(object.offset())) {
    const ObjectHeader header = space.HeaderAt(at);
    const bool young = !space.IsOldPosition(at);
    // A walk through a card, but not one through the nursery.
    const bool begins = young ? at < state_->top || at >= state_->gap_end
                              : FindObject(object) == object;
    if (begins && space.shading().MayBegin(at) && !header.filler() &&
        !header.forwarded() && header.in_nursery() == young &&
        header.footprint_bytes() != 0 &&
        header.footprint_bytes() <= space.end() - at &&
        TypeTable(*heap_, *state_).Fits(header)) {
      return header;
    }
  }
  RaiseFault(FaultCode::kOutOfBounds, Access::kLoad, object, 0);
}

bool Collector::Pin(Address object) {
  ObjectHeader header = RequireObject(object);
  if (header.pinned()) return true;
  if (!header.Has(ObjectHeader::kPinListed)) {
    Words pins(*heap_, state_->pins);
    if (!pins.Reserve(1)) return false;
    pins.Append(object.offset());
  }
  Space(*heap_).SetHeader(
      object.offset() - kHeaderBytes,
      header.With(ObjectHeader::kPinned + ObjectHeader::kPinListed));
  state_->pinned_objects += 1;
  return true;
}

void Collector::Unpin(Address object) {
  const ObjectHeader header = RequireObject(object);
  if (!header.pinned()) return;
  // The list is cleaned by the next collection.
  Space(*heap_).SetHeader(object.offset() - kHeaderBytes,
                          header.Without(ObjectHeader::kPinned));
  state_->pinned_objects -= 1;
}

bool Collector::IsPinned(Address object) const {
  return RequireObject(object).pinned();
}

// ---- weak references -------------------------------------------------------

// A weak word is an object's address, 0 once that is gone, or twice the next
// unused index (plus 1, 0 at the end) plus 1 while it is no reference.

std::optional<WeakReference> Collector::NewWeak(Address object) {
  RequireObject(object);
  Words weak(*heap_, state_->weak);
  if (state_->free_weak != 0) {
    const std::uint64_t index = state_->free_weak - 1;
    // The link may have been overwritten, and so may the one that led here.
    if (index >= weak.size() || weak[index] % 2 == 0) {
      RaiseCorruption(state_->weak.address + index * sizeof(Word));
    }
    state_->free_weak = weak[index] / 2;
    weak[index] = object.offset();
    return WeakReference(index);
  }
  if (!weak.Reserve(1)) return std::nullopt;
  weak.Append(object.offset());
  return WeakReference(weak.size() - 1);
}

Address Collector::Get(WeakReference weak) const {
  const Words words(*heap_, state_->weak);
  const auto index = static_cast<std::uint64_t>(weak);
  if (index >= words.size() || words[index] % 2 != 0) return kNullAddress;
  return Address(words[index]);
}

void Collector::DeleteWeak(WeakReference weak) {
  const Words words(*heap_, state_->weak);
  const auto index = static_cast<std::uint64_t>(weak);
  if (index >= words.size() || words[index] % 2 != 0) return;
  words[index] = state_->free_weak * 2 + 1;
  state_->free_weak = index + 1;
}

// ---- finalizers ------------------------------------------------------------

bool Collector::AddFinalizer(Address object, std::uint64_t token) {
  const bool young = RequireObject(object).in_nursery();
  Words list(*heap_, state_->finalizers);
  Words ready(*heap_, state_->ready);
  // Room in both, so that no collection needs any.
  if (!list.Reserve(2) || !ready.Reserve(list.size() + 2)) return false;
  list.Append(object.offset());
  list.Append(token);
  if (young) return true;
  const std::uint64_t to = state_->old_finalizers;
  for (std::uint64_t k = 0; k < 2; ++k) {
    const std::uint64_t word = list[to + k];
    list[to + k] = list[list.size() - 2 + k].get();
    list[list.size() - 2 + k] = word;
  }
  state_->old_finalizers = to + 2;
  return true;
}

std::uint64_t Collector::pending_finalizers() const {
  return (state_->ready.count - state_->ready_done) / 2;
}

std::uint64_t Collector::RunFinalizers(
    absl::FunctionRef<void(Local object, std::uint64_t token)> finalize) {
  if (pending_finalizers() == 0) return 0;
  std::uint64_t count = 0;
  const Frame<1> frame(mutator());
  while (pending_finalizers() != 0) {
    const Words ready(*heap_, state_->ready);
    Local object = frame[0];
    object = Address(ready[state_->ready_done]);
    const std::uint64_t token = ready[state_->ready_done + 1];
    TakeReady();
    state_->counters.finalized_objects += 1;
    count += 1;
    finalize(object, token);
  }
  return count;
}

void Collector::TakeReady() {
  state_->ready_done += 2;
  if (state_->ready_done * 2 < state_->ready.count) return;
  // No more move than have been handed over since the last time.
  Words ready(*heap_, state_->ready);
  const auto words = ready.all();
  std::copy(words.begin() + state_->ready_done, words.end(), words.begin());
  ready.Truncate(words.size() - state_->ready_done);
  state_->ready_done = 0;
}

// ---- storing ---------------------------------------------------------------

void Collector::SetReference(Address slot, Address reference) {
  const Space space(*heap_);
  if (slot.offset() - space.begin() >
      space.end() - space.begin() - sizeof(Word)) {
    RaiseFault(FaultCode::kOutOfBounds, Access::kStore, slot, sizeof(Word));
  }
  heap_->Store<Address>(slot, reference);
  space.Dirty(slot.offset());
}

}  // namespace kheap::gc
