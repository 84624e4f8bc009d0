// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_MINOR_COLLECTION_H_
#define KHEAP_GC_MINOR_COLLECTION_H_

// A minor collection: copies what is reachable in the nursery to the old
// generation (Cheney 1970), and so empties the nursery.
//
//   roots, pinned objects, dirty cards          what has been copied
//                 |                             |
//                 v                             v
//            Visit(slot) --- copies ---> ranges of the old generation
//                 |                             |  scanned in order: each
//                 |  no room, or pinned         |  reference is a Visit
//                 v                             v
//          stays in place; what refers to it keeps a dirty card
//
// There is no failure half-way: an object for which the old generation has no
// room is kept where it is, like a pinned one, and goes with a later
// collection. In the end a slot holds null or the address of an intact object.

#include <cstdint>

#include "gc/nursery.h"
#include "gc/old_space.h"
#include "gc/space.h"
#include "gc/type_table.h"

namespace kheap::gc {

class MinorCollection {
 public:
  explicit MinorCollection(const Space& space);

  void Run();

 private:
  void Visit(std::uint64_t slot);
  void Evacuate(std::uint64_t slot, std::uint64_t object, ObjectHeader header);
  // The cold end of Visit: the object does not move.
  void Stay(std::uint64_t slot, std::uint64_t object, ObjectHeader header);
  // Moves the cursor to where the footprint fits. False if there is no room.
  bool Refill(std::uint64_t footprint_bytes);

  // Forgets the pins of objects that no longer are, and visits what the others
  // in the nursery refer to.
  void VisitPins();
  void VisitRoots();
  void VisitCards();
  void VisitCard(std::uint64_t card);
  // Visits all that the objects copied and kept so far refer to.
  void Drain();
  void ScanRange(std::uint64_t index);
  // Has the processor fetch the headers that words of [begin, end) may lead to.
  void FetchTargets(std::uint64_t begin, std::uint64_t end) const;
  void DrainKept();
  void Scan(std::uint64_t at, ObjectHeader header);
  void ClearWeak();
  // Finalizable objects that were not reached are, from here on.
  void ResurrectFinalizable();
  bool Reached(std::uint64_t object) const;
  void Finish();

  // Ranges of copies are pairs of words from the low end of the work table:
  // begin, and end once it is known. Kept objects are words from its high end.
  std::uint64_t RangeBegin(std::uint64_t index) const { return work_[index]; }
  void OpenRange();
  void CloseRange();

  const Space& space_;
  CollectorState& state_;
  TypeTable types_;
  OldSpace old_;
  Nursery nursery_;
  std::uint64_t young_begin_;  // of objects
  std::uint64_t young_granules_;

  Word* work_;
  std::uint64_t range_words_ = 0;
  std::uint64_t scanned_words_ = 0;
  std::uint64_t scan_ = 0;      // within the range that is being scanned
  std::uint64_t card_end_ = 0;  // of the last card that an object began in
  std::uint64_t kept_begin_;
  std::uint64_t kept_end_;
  bool kept_overflow_ = false;

  std::uint64_t cursor_;
  std::uint64_t cursor_end_;
  std::uint64_t promoted_objects_ = 0;
  std::uint64_t promoted_bytes_ = 0;
  std::uint64_t kept_objects_ = 0;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_MINOR_COLLECTION_H_
