// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_WORD_LIST_H_
#define KHEAP_GC_WORD_LIST_H_

// A WordList of the collector's registers as an array that grows: a view, good
// until the list grows or the heap ends. Indices are trusted.

#include <cstdint>
#include <span>

#include "gc/collector_state.h"
#include "heap/global_heap.h"

namespace kheap::gc {

class Words {
 public:
  // Fault 116 if the list does not lie in the arena.
  Words(GlobalHeap& heap, WordList& list) : heap_(&heap), list_(&list) {
    Locate();
  }

  std::uint64_t size() const { return list_->count; }
  Word& operator[](std::uint64_t index) const { return words_[index]; }
  std::span<Word> all() const { return {words_, size()}; }

  // Makes room for `count` more. False, with nothing changed, if malloc has no
  // memory.
  [[nodiscard]] bool Reserve(std::uint64_t count);
  // Requires room.
  void Append(std::uint64_t word) {
    words_[list_->count] = word;
    list_->count += 1;
  }
  void Truncate(std::uint64_t count) { list_->count = count; }
  // Gives the memory back.
  void Release();

 private:
  void Locate();

  GlobalHeap* heap_;
  WordList* list_;
  Word* words_;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_WORD_LIST_H_
