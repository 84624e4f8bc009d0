// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_NURSERY_H_
#define KHEAP_GC_NURSERY_H_

// The nursery: gaps that allocation fills one after another, between objects
// that a collection could not move. Without such there is one gap.
//
//   | object | object | free .... | pinned | filler -> next | pinned | filler |
//   gap_begin         top      gap_end
//
// Everything but [top, gap_end) is objects and fillers, end to end. A filler
// that is a gap to come holds the position of the next one.

#include <cstdint>

#include "gc/space.h"

namespace kheap::gc {

class Nursery {
 public:
  explicit Nursery(const Space& space) : space_(space), state_(space.state()) {}

  // The position of `footprint_bytes` free bytes, or 0. Goes on to later gaps.
  std::uint64_t Take(std::uint64_t footprint_bytes);

  // Footprints of all that was allocated and not collected.
  std::uint64_t UsedBytes() const {
    return state_.nursery_bytes + (state_.top - state_.gap_begin);
  }

  // Calls visit(position, header) for objects and fillers, in address order.
  // `visit` may change the header, but for the footprint. A forwarded object
  // has the footprint of where it went.
  template <typename Visit>
  void Walk(Visit&& visit) const {
    for (std::uint64_t at = space_.begin(); at < space_.old_begin();) {
      if (at == state_.top && state_.top != state_.gap_end) {
        at = state_.gap_end;
        continue;
      }
      const ObjectHeader header = space_.HeaderAt(at);
      const std::uint64_t next = at + FootprintOf(at, header);
      visit(at, header);
      at = next;
    }
  }

  // Makes everything that `stays` does not say true of a gap.
  template <typename Stays>
  void Rebuild(Stays&& stays) {
    Restart();
    std::uint64_t last = 0;
    std::uint64_t begin = space_.begin();
    std::uint64_t bytes = 0;
    const auto close = [&](std::uint64_t end) {
      if (begin != end) last = AddGap(last, begin, end);
    };
    Walk([&](std::uint64_t at, ObjectHeader header) {
      if (header.filler() || !stays(at, header)) return;
      close(at);
      begin = at + header.footprint_bytes();
      bytes += header.footprint_bytes();
    });
    close(space_.old_begin());
    state_.nursery_bytes = bytes;
    OpenNext();
  }
  // The same where nothing stays.
  void Clear();

  // After a collection: counts what was allocated before it and what of the
  // `used_bytes` and state.nursery_objects is gone.
  struct Promoted {
    std::uint64_t bytes;
    std::uint64_t objects;
  };
  void Account(std::uint64_t used_bytes, Promoted promoted,
               std::uint64_t staying_objects);

  // Until UpdateFastEnd, every allocation takes the slow path, where one that
  // follows a collection that never ended is fault 116.
  void Close() const { state_.fast_end = 0; }
  // Sets fast_end by the mode.
  void UpdateFastEnd() const;

 private:
  std::uint64_t FootprintOf(std::uint64_t at, ObjectHeader header) const;
  // Forgets the gaps, so that Walk sees objects and fillers only.
  void Restart();
  std::uint64_t AddGap(std::uint64_t last, std::uint64_t begin,
                       std::uint64_t end);
  // Makes the next gap the one in use. False if there is none.
  bool OpenNext();

  const Space& space_;
  CollectorState& state_;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_NURSERY_H_
