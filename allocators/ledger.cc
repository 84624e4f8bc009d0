// SPDX-License-Identifier: Apache-2.0
#include "allocators/ledger.h"

#include "machine/check.h"

namespace kheap {

std::string_view ToString(Holder holder) {
  static constexpr std::array<std::string_view, kHolderCount> kNames = {
      "manual", "bump", "pool", "pages", "collector", "executable", "total",
  };
  return kNames[static_cast<int>(holder)];
}

Ledger::Ledger(GlobalHeap& heap)
    : heap_(&heap),
      rows_(reinterpret_cast<Row*>(
          heap.base() + heap.layout().begin(Region::kAllocators).offset())) {
  KHEAP_CHECK(FitsIn(heap), "a ledger lies in the allocators' region");
}

Tally Ledger::Of(Holder holder) const {
  const Row& tally = row(holder);
  return {tally.live_count, tally.live_bytes, tally.peak_bytes,
          tally.total_count, tally.total_bytes};
}

void Ledger::NoteUse() {
  const Address end = heap_->layout().begin(Region::kAllocators) + kBytes;
  if (heap_->control().regions[IndexOf(Region::kAllocators)].used_end <
      end.offset()) {
    heap_->SetUsedEnd(Region::kAllocators, end);
  }
}

void Ledger::AddThing(Holder holder) {
  NoteUse();
  row(holder).live_count += 1;
  row(holder).total_count += 1;
  if (!CountsInTotal(holder)) return;
  row(Holder::kTotal).live_count += 1;
  row(Holder::kTotal).total_count += 1;
}

void Ledger::RemoveThing(Holder holder) {
  row(holder).live_count -= 1;
  if (CountsInTotal(holder)) row(Holder::kTotal).live_count -= 1;
}

}  // namespace kheap
