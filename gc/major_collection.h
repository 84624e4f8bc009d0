// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_MAJOR_COLLECTION_H_
#define KHEAP_GC_MAJOR_COLLECTION_H_

// A major collection: marks what is reachable, in the nursery and in the old
// generation, and sweeps both. It moves nothing and needs no memory.
//
// The objects whose references are still to be marked are on a stack in the
// arena. Where it is full, the object's block (or the nursery) is noted, and
// once the stack is empty the marked objects there are looked at again.

#include <cstdint>

#include "gc/nursery.h"
#include "gc/old_space.h"
#include "gc/space.h"
#include "gc/type_table.h"

namespace kheap::gc {

class MajorCollection {
 public:
  explicit MajorCollection(const Space& space);

  void Run();

 private:
  void Mark(std::uint64_t object);
  void MarkRoots();
  // Marks all that the objects on the stack lead to.
  void Drain();
  void DrainStack();
  bool Rescan();
  void RescanObject(std::uint64_t at, ObjectHeader header);
  bool IsMarked(std::uint64_t object) const;
  void ClearWeak();
  void ResurrectFinalizable();
  void Sweep();

  const Space& space_;
  CollectorState& state_;
  TypeTable types_;
  Word* stack_;
  std::uint64_t stack_capacity_;
  std::uint64_t stack_size_ = 0;
  bool overflowed_ = false;
  bool rescan_nursery_ = false;

  std::uint64_t young_objects_ = 0;
  std::uint64_t old_objects_ = 0;
  std::uint64_t old_bytes_ = 0;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_MAJOR_COLLECTION_H_
