// SPDX-License-Identifier: Apache-2.0
#include "gc/old_space.h"

#include <algorithm>
#include <limits>

namespace kheap::gc {

namespace {

constexpr std::uint64_t kNoBlock = std::numeric_limits<std::uint64_t>::max();

}  // namespace

// ---- the cursor and the runs -----------------------------------------------

void OldSpace::CloseCursor() {
  if (state_.cursor_top == state_.cursor_end) return;
  space_.WriteFiller(state_.cursor_top, state_.cursor_end);
  space_.NoteFirst(state_.cursor_top);
}

void OldSpace::AlignCursor() {
  if (state_.cursor_top == state_.cursor_end) return;
  Open(state_.cursor_top, state_.cursor_end);
  if (state_.cursor_top + kRunBytesMin > state_.cursor_end) Retire();
}

void OldSpace::Retire() {
  // Where there is no cursor there is no run: its place is none in the space.
  if (state_.cursor_top != state_.cursor_end) {
    CloseCursor();
    AddRun(state_.cursor_top, state_.cursor_end);
  }
  state_.cursor_top = 0;
  state_.cursor_end = 0;
}

void OldSpace::AddRun(std::uint64_t begin, std::uint64_t end) {
  if (space_.WholeCardBytes(begin, end) < kRunBytesMin) return;
  space_.Store(begin + kHeaderBytes, state_.runs);
  state_.runs = begin;
}

std::uint64_t OldSpace::EndOfRun(std::uint64_t at) const {
  if (!space_.IsOurs(at + kHeaderBytes) || !space_.IsOldPosition(at)) {
    RaiseCorruption(at);
  }
  const std::uint64_t index = space_.BlockOf(at);
  const ObjectHeader header =
      space_.HeaderWithin(at, space_.BlockBegin(index + 1));
  if (!header.filler() || space_.block(index).kind != BlockKind::kSmall) {
    RaiseCorruption(at);
  }
  return at + header.footprint_bytes();
}

void OldSpace::Open(std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t aligned = std::min(space_.AlignUpToCard(begin), end);
  const std::uint64_t size = space_.WholeCardBytes(begin, end);
  space_.WriteFiller(begin, aligned);
  state_.cursor_top = aligned;
  state_.cursor_end = aligned + size;
  if (aligned + size == end) return;
  // The last card is shared with what follows, and is walked from its begin.
  space_.WriteFiller(aligned + size, end);
  space_.SetFirst(aligned + size);
}

bool OldSpace::OpenRunOf(std::uint64_t footprint_bytes) {
  std::uint64_t before = 0;
  // More than there are cards would be a circle.
  std::uint64_t left = state_.block_count * kCardsPerBlock;
  for (std::uint64_t at = state_.runs; at != 0;) {
    if (left-- == 0) RaiseCorruption(at);
    const std::uint64_t end = EndOfRun(at);
    const std::uint64_t next = space_.Load(at + kHeaderBytes);
    if (space_.WholeCardBytes(at, end) >= footprint_bytes) {
      if (before == 0) {
        state_.runs = next;
      } else {
        space_.Store(before + kHeaderBytes, next);
      }
      Open(at, end);
      return true;
    }
    before = at;
    at = next;
  }
  return false;
}

bool OldSpace::Refill(std::uint64_t footprint_bytes) {
  Retire();
  // Every run has room for as much as this.
  if (footprint_bytes <= kRunBytesMin && OpenRunOf(footprint_bytes)) {
    return true;
  }
  const std::uint64_t index = FindFree(1);
  if (index == kNoBlock) return OpenRunOf(footprint_bytes);
  BlockRecord& block = space_.block(index);
  block.kind = BlockKind::kSmall;
  block.rescan = 0;
  block.live_bytes = 0;
  block.extent = 0;
  Open(space_.BlockBegin(index), space_.BlockBegin(index + 1));
  return true;
}

std::uint64_t OldSpace::TakeSmall(std::uint64_t footprint_bytes) {
  if (state_.cursor_end - state_.cursor_top < footprint_bytes &&
      !Refill(footprint_bytes)) {
    return 0;
  }
  const std::uint64_t at = state_.cursor_top;
  state_.cursor_top = at + footprint_bytes;
  space_.NoteFirst(at);
  CloseCursor();
  return at;
}

// ---- whole blocks ----------------------------------------------------------

std::uint64_t OldSpace::FindFree(std::uint64_t count) {
  if (state_.free_blocks < count) return kNoBlock;
  std::uint64_t run = 0;
  bool lowest = true;
  for (std::uint64_t i = state_.free_hint; i < state_.block_count; ++i) {
    if (space_.block(i).kind != BlockKind::kFree) {
      run = 0;
      continue;
    }
    if (lowest) state_.free_hint = i;
    lowest = false;
    run += 1;
    if (run < count) continue;
    state_.free_blocks -= count;
    state_.used_count = std::max<std::uint64_t>(state_.used_count, i + 1);
    return i + 1 - count;
  }
  return kNoBlock;
}

std::uint64_t OldSpace::TakeLarge(std::uint64_t footprint_bytes) {
  const std::uint64_t count = BlocksFor(footprint_bytes);
  const std::uint64_t first = FindFree(count);
  if (first == kNoBlock) return 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    BlockRecord& block = space_.block(first + i);
    block.kind = i == 0 ? BlockKind::kLargeHead : BlockKind::kLargeTail;
    block.rescan = 0;
    block.live_bytes = 0;
    block.extent = i == 0 ? count : i;
  }
  return space_.BlockBegin(first);
}

void OldSpace::FreeBlocks(std::uint64_t index, std::uint64_t count) {
  for (std::uint64_t i = index; i < index + count; ++i) {
    space_.block(i) = BlockRecord{};
  }
  const std::uint64_t begin = space_.BlockBegin(index);
  const std::uint64_t end = space_.BlockBegin(index + count);
  space_.ForgetCards(begin, end);
  space_.shading().Freed(begin, end - begin);
  state_.free_blocks += count;
}

// ---- sweeping --------------------------------------------------------------

void OldSpace::Sweep() {
  state_.cursor_top = 0;
  state_.cursor_end = 0;
  state_.runs = 0;
  state_.free_hint = 0;
  const std::uint64_t used_count = state_.used_count;
  state_.used_count = 0;
  // From the last block down, so that the list of runs ascends.
  for (std::uint64_t i = used_count; i-- > 0;) {
    BlockRecord& block = space_.block(i);
    switch (block.kind) {
      case BlockKind::kFree:
      case BlockKind::kLargeTail:
        continue;
      case BlockKind::kSmall:
        if (block.live_bytes == 0) {
          FreeBlocks(i, 1);
          continue;
        }
        SweepBlock(i);
        break;
      case BlockKind::kLargeHead: {
        if (block.live_bytes == 0) {
          FreeBlocks(i, space_.LargeBlocks(i));
          continue;
        }
        const std::uint64_t at = space_.BlockBegin(i);
        space_.SetHeader(at,
                         space_.HeaderAt(at).Without(ObjectHeader::kMarked));
        break;
      }
    }
    block.live_bytes = 0;
    state_.used_count = std::max<std::uint64_t>(
        state_.used_count, space_.BlockOf(space_.LimitOf(i) - 1) + 1);
  }
}

void OldSpace::SweepBlock(std::uint64_t index) {
  const std::uint64_t begin = space_.BlockBegin(index);
  const std::uint64_t end = space_.BlockBegin(index + 1);
  space_.ClearFirsts(begin, end);
  std::uint64_t dead = begin;
  for (std::uint64_t at = begin; at < end;) {
    const ObjectHeader header = space_.HeaderWithin(at, end);
    const std::uint64_t next = at + header.footprint_bytes();
    if (header.marked()) {
      if (dead != at) CloseDead(dead, at);
      space_.SetHeader(at, header.Without(ObjectHeader::kMarked));
      space_.NoteFirst(at);
      dead = next;
    }
    at = next;
  }
  if (dead != end) CloseDead(dead, end);
}

void OldSpace::CloseDead(std::uint64_t begin, std::uint64_t end) {
  space_.WriteFiller(begin, end);
  space_.ForgetCards(begin, end);
  space_.NoteFirst(begin);
  space_.shading().Freed(begin, end - begin);
  AddRun(begin, end);
}

}  // namespace kheap::gc
