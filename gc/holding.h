// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_HOLDING_H_
#define KHEAP_GC_HOLDING_H_

// What the collector holds of malloc's memory, at the sizes that it asked for,
// and what it tells the ledger of it where the arena has one: the collector is
// one thing, and its bytes are
//
//   the space    nursery and old generation, and a granule to align them
//   the tables   cards, firsts, blocks, the shadow stack, the work of marking
//   the lists    types, roots, pins …, each as large as it has grown

#include <array>
#include <cstdint>

#include "gc/collector_state.h"
#include "heap/global_heap.h"

namespace kheap::gc {

inline std::array<WordList*, 7> ListsOf(CollectorState& state) {
  return {&state.types, &state.runs_of_types, &state.global_roots,
          &state.pins,  &state.finalizers,    &state.ready,
          &state.weak};
}

class Holding {
 public:
  explicit Holding(GlobalHeap& heap) : heap_(&heap) {}

  std::uint64_t space_bytes() const;
  // Of tables and lists.
  std::uint64_t table_bytes() const;

  // Once the registers are set, and while they still are.
  void Begin() const;
  void End() const;
  // A list takes `new_bytes` where it took `old_bytes`.
  void Resize(std::uint64_t old_bytes, std::uint64_t new_bytes) const;
  // Whether the ledger, if any, has what the collector holds.
  bool IsInLedger() const;

 private:
  std::uint64_t size_bytes() const { return space_bytes() + table_bytes(); }

  GlobalHeap* heap_;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_HOLDING_H_
