// SPDX-License-Identifier: Apache-2.0
#include "gc/nursery.h"

namespace kheap::gc {

std::uint64_t Nursery::FootprintOf(std::uint64_t at,
                                   ObjectHeader header) const {
  if (header.forwarded()) {
    const std::uint64_t object = header.new_address();
    if (!space_.IsOurs(object)) RaiseCorruption(at);
    header = space_.HeaderAt(object - kHeaderBytes);
  }
  const std::uint64_t footprint = header.footprint_bytes();
  if (footprint == 0 || footprint > space_.old_begin() - at) {
    RaiseCorruption(at);
  }
  return footprint;
}

void Nursery::UpdateFastEnd() const {
  const bool slow = space_.heap().checked() || state_.stress != 0;
  state_.fast_end = slow ? 0 : state_.gap_end.get();
}

void Nursery::Restart() {
  space_.WriteFiller(state_.top, state_.gap_end);
  // Before every gap that is to come.
  state_.gap_begin = space_.begin();
  state_.top = space_.begin();
  state_.gap_end = space_.begin();
  state_.next_gap = 0;
  Close();
}

std::uint64_t Nursery::AddGap(std::uint64_t last, std::uint64_t begin,
                              std::uint64_t end) {
  space_.WriteFiller(begin, end);
  space_.shading().Freed(begin, end - begin);
  if (end - begin < kGapBytesMin) return last;
  space_.Store(begin + kHeaderBytes, 0);
  if (last == 0) {
    state_.next_gap = begin;
  } else {
    space_.Store(last + kHeaderBytes, begin);
  }
  return begin;
}

bool Nursery::OpenNext() {
  const std::uint64_t at = state_.next_gap;
  if (at == 0) return false;
  // Gaps ascend: a link that was overwritten leads to no circle.
  if (at < state_.gap_end || !space_.IsYoung(at + kHeaderBytes)) {
    RaiseCorruption(at);
  }
  const ObjectHeader header = space_.HeaderWithin(at, space_.old_begin());
  if (!header.filler() || header.footprint_bytes() < kGapBytesMin) {
    RaiseCorruption(at);
  }
  state_.nursery_bytes += state_.top - state_.gap_begin;
  space_.WriteFiller(state_.top, state_.gap_end);
  state_.next_gap = space_.Load(at + kHeaderBytes);
  state_.gap_begin = at;
  state_.top = at;
  state_.gap_end = at + header.footprint_bytes();
  UpdateFastEnd();
  return true;
}

void Nursery::Clear() {
  state_.gap_begin = space_.begin();
  state_.top = space_.begin();
  state_.gap_end = space_.old_begin();
  state_.next_gap = 0;
  state_.nursery_bytes = 0;
  space_.shading().Freed(space_.begin(), space_.old_begin() - space_.begin());
  UpdateFastEnd();
}

void Nursery::Account(std::uint64_t used_bytes, Promoted promoted,
                      std::uint64_t staying_objects) {
  Counters& counters = state_.counters;
  const std::uint64_t objects = state_.nursery_objects;
  counters.allocated_bytes += used_bytes - state_.stayed_bytes;
  counters.allocated_objects += objects - state_.stayed_objects;
  counters.collected_bytes += used_bytes - promoted.bytes - UsedBytes();
  counters.collected_objects += objects - promoted.objects - staying_objects;
  state_.nursery_objects = staying_objects;
  state_.stayed_objects = staying_objects;
  state_.stayed_bytes = UsedBytes();
}

std::uint64_t Nursery::Take(std::uint64_t footprint_bytes) {
  while (state_.gap_end - state_.top < footprint_bytes) {
    if (!OpenNext()) return 0;
  }
  const std::uint64_t at = state_.top;
  state_.top = at + footprint_bytes;
  return at;
}

}  // namespace kheap::gc
