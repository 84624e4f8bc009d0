// SPDX-License-Identifier: Apache-2.0
#include "gc/holding.h"

#include "allocators/ledger.h"
#include "gc/object_header.h"

namespace kheap::gc {

std::uint64_t Holding::space_bytes() const {
  const CollectorState& state = StateAt(heap_->base());
  return state.space_end - state.nursery_begin + kGranuleBytes;
}

std::uint64_t Holding::table_bytes() const {
  CollectorState& state = StateAt(heap_->base());
  std::uint64_t size_bytes = TablesEnd(state) - state.tables;
  for (const WordList* list : ListsOf(state)) {
    size_bytes += list->capacity * sizeof(Word);
  }
  return size_bytes;
}

void Holding::Begin() const {
  if (!Ledger::FitsIn(*heap_)) return;
  Ledger ledger(*heap_);
  ledger.AddThing(Holder::kCollector);
  ledger.Hold(Holder::kCollector, size_bytes());
}

void Holding::End() const {
  if (!Ledger::FitsIn(*heap_)) return;
  Ledger ledger(*heap_);
  ledger.RemoveThing(Holder::kCollector);
  ledger.Release(Holder::kCollector, size_bytes());
}

void Holding::Resize(std::uint64_t old_bytes, std::uint64_t new_bytes) const {
  if (!Ledger::FitsIn(*heap_)) return;
  const Ledger ledger(*heap_);
  ledger.Release(Holder::kCollector, old_bytes);
  ledger.Hold(Holder::kCollector, new_bytes);
}

bool Holding::IsInLedger() const {
  if (!Ledger::FitsIn(*heap_)) return true;
  const Tally tally = Ledger(*heap_).Of(Holder::kCollector);
  return tally.live_count == 1 && tally.live_bytes == size_bytes();
}

}  // namespace kheap::gc
