// SPDX-License-Identifier: Apache-2.0
#include "gc/space.h"

#include <cstring>

namespace kheap::gc {

bool Space::MayBeRoot(std::uint64_t slot) const {
  const std::uint64_t begin = heap_->layout().begin(Region::kLibrary).offset();
  const std::uint64_t room = heap_->break_address().offset() - begin;
  if (room < sizeof(Word) || slot - begin > room - sizeof(Word)) return false;
  const auto apart = [slot](std::uint64_t from, std::uint64_t to) {
    return slot + sizeof(Word) <= from || slot >= to;
  };
  return apart(begin_, end_) && apart(state_->tables, TablesEnd(*state_));
}

void Space::ClearFirsts(std::uint64_t begin, std::uint64_t end) const {
  std::memset(firsts_ + CardOf(begin), 0, CardOf(end) - CardOf(begin));
}

void Space::ForgetCards(std::uint64_t begin, std::uint64_t end) const {
  const std::uint64_t first = CardOf(AlignUpToCard(begin));
  const std::uint64_t last = CardOf(end);
  if (first >= last) return;
  std::memset(cards_ + first, 0, last - first);
  std::memset(firsts_ + first, 0, last - first);
}

std::uint64_t Space::FirstToWalk(std::uint64_t card) const {
  const std::uint64_t begin = CardBegin(card);
  const std::uint64_t index = BlockOf(begin);
  switch (blocks_[index].kind) {
    case BlockKind::kLargeHead:
      return BlockBegin(index);
    case BlockKind::kLargeTail: {
      const std::uint64_t back = blocks_[index].extent;
      if (back > index || blocks_[index - back].kind != BlockKind::kLargeHead ||
          LargeBlocks(index - back) <= back) {
        RaiseCorruption(begin);
      }
      return BlockBegin(index - back);
    }
    case BlockKind::kSmall: {
      const std::uint64_t first = CardOf(BlockBegin(index));
      // An object that begins at the card's own begin is the first to look at;
      // any other first has one before it that reaches into the card.
      if (FirstIn(card) == begin) return begin;
      for (std::uint64_t c = card; c-- > first;) {
        if (const std::uint64_t at = FirstIn(c); at != 0) return at;
      }
      break;
    }
    case BlockKind::kFree:
      break;
  }
  RaiseCorruption(begin);
}

}  // namespace kheap::gc
