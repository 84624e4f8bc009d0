// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_OLD_SPACE_H_
#define KHEAP_GC_OLD_SPACE_H_

// The old generation: blocks of 32 KiB in which objects and fillers lie end to
// end, or several blocks in a row for one large object.
//
//   block    | object | object | filler ........... | object | filler .. |
//                                  a run: free bytes, whole cards
//
// Small objects are bumped into a run, at the cursor. A run is used
// from a card's begin to a card's end, so what a collection promotes never
// shares a card with what was there before, and the cards it is scanning hold
// still. Runs are linked through their fillers; a sweep makes them anew.
//
// Invariant between operations: [cursor_top, cursor_end) is empty or a filler.

#include <cstdint>

#include "gc/space.h"

namespace kheap::gc {

class OldSpace {
 public:
  explicit OldSpace(const Space& space)
      : space_(space), state_(space.state()) {}

  // Moves the cursor on to a card's begin in its run, or to no run at all where
  // that would leave too little of it.
  void AlignCursor();
  // Writes the filler behind the cursor.
  void CloseCursor();
  // Puts the cursor at a stretch of at least `footprint_bytes`, a small
  // object's. False if there is none; then it is nowhere.
  [[nodiscard]] bool Refill(std::uint64_t footprint_bytes);

  // The position of a small object's worth of bytes, or 0. Outside of a
  // collection: the cursor is closed and the card it lies in is noted.
  std::uint64_t TakeSmall(std::uint64_t footprint_bytes);
  // The position of blocks in a row for a large object, or 0.
  std::uint64_t TakeLarge(std::uint64_t footprint_bytes);

  // Frees what is not marked, unmarks the rest and makes the runs anew.
  void Sweep();

  // How many blocks a footprint takes.
  static std::uint64_t BlocksFor(std::uint64_t footprint_bytes) {
    return (footprint_bytes + kBlockBytes - 1) / kBlockBytes;
  }

 private:
  // The first of `count` free blocks in a row, or kNoBlock.
  std::uint64_t FindFree(std::uint64_t count);
  void Retire();
  // Links [begin, end), which has a filler, if it is worth it.
  void AddRun(std::uint64_t begin, std::uint64_t end);
  // The end of the run at `at`; fault 116 if there is no run.
  std::uint64_t EndOfRun(std::uint64_t at) const;
  void Open(std::uint64_t begin, std::uint64_t end);
  bool OpenRunOf(std::uint64_t footprint_bytes);
  void FreeBlocks(std::uint64_t index, std::uint64_t count);
  void SweepBlock(std::uint64_t index);
  void CloseDead(std::uint64_t begin, std::uint64_t end);

  const Space& space_;
  CollectorState& state_;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_OLD_SPACE_H_
