// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_CLASS_CACHE_H_
#define KHEAP_KMALLOC_CLASS_CACHE_H_

// The stack of free blocks that a size class keeps at hand: Malloc pops, Free
// pushes. ClassState (directory_layout.h) says how it lies in the arena; the
// newest block is in `top` so that a pop waits for one load only.
//
// After Bonwick's magazines (Magazines and Vmem, USENIX 2001), with one
// magazine and no locks.

#include <cstddef>
#include <cstdint>
#include <span>

#include "kmalloc/directory.h"

namespace kheap {

class ClassCache {
 public:
  ClassCache(const Directory& directory, int size_class)
      : directory_(directory), state_(directory.size_class(size_class)) {}

  std::uint32_t count() const { return state_.cursor - state_.begin; }
  std::uint32_t capacity() const { return state_.end - state_.begin; }
  bool empty() const { return state_.cursor == state_.begin; }
  bool full() const { return state_.cursor == state_.end; }

  // Requires that the cache is not full.
  void Push(Granule granule) {
    const std::uint32_t cursor = state_.cursor;
    directory_.cache_slot(cursor) = state_.top;
    state_.top = granule;
    state_.cursor = cursor + 1;
  }

  // Requires that the cache is not empty.
  Granule Pop() {
    const std::uint32_t cursor = state_.cursor - 1;
    const Granule granule = state_.top;
    state_.cursor = cursor;
    state_.top = directory_.cache_slot(cursor);
    return granule;
  }

  // The block `index` places above the oldest, for an index below count().
  Granule At(std::uint32_t index) const {
    return index + 1 == count() ? state_.top.get() : slots()[index].get();
  }

  bool Contains(Granule granule) const {
    for (std::uint32_t i = 0; i < count(); ++i) {
      if (At(i) == granule) return true;
    }
    return false;
  }

  // Fills an empty cache so that blocks[0] is popped first. There is at least
  // one block, and at most capacity().
  void Fill(std::span<const Granule> blocks) {
    const std::size_t last = blocks.size() - 1;
    LittleEndian<Granule>* const slots = this->slots();
    for (std::size_t i = 0; i < last; ++i) slots[i] = blocks[last - i];
    state_.top = blocks[0];
    state_.cursor = state_.begin + static_cast<std::uint32_t>(last) + 1;
  }

  // Removes the oldest blocks, at most count(), and returns them.
  void TakeOldest(std::span<Granule> taken) {
    const auto taken_count = static_cast<std::uint32_t>(taken.size());
    const std::uint32_t kept_count = count() - taken_count;
    LittleEndian<Granule>* const slots = this->slots();
    slots[count() - 1] = state_.top;
    for (std::uint32_t i = 0; i < taken_count; ++i) taken[i] = slots[i];
    for (std::uint32_t i = 0; i + 1 < kept_count; ++i) {
      slots[i] = slots[i + taken_count];
    }
    state_.cursor = state_.begin + kept_count;
  }

 private:
  // Where all blocks but the newest lie, oldest first.
  LittleEndian<Granule>* slots() const {
    return &directory_.cache_slot(state_.begin + 1);
  }

  const Directory& directory_;
  ClassState& state_;
};

}  // namespace kheap

#endif  // KHEAP_KMALLOC_CLASS_CACHE_H_
