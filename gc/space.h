// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_SPACE_H_
#define KHEAP_GC_SPACE_H_

// The collector's space and tables as host pointers: a view for the duration
// of one operation. What a guest may have overwritten (everything but the
// registers) is verified where it is read; nothing leads out of the space.

#include <cstdint>

#include "gc/collector_state.h"
#include "gc/object_header.h"
#include "gc/shading.h"
#include "gc/type_table.h"
#include "heap/global_heap.h"
#include "machine/byte_order.h"

namespace kheap::gc {

class Space {
 public:
  explicit Space(GlobalHeap& heap)
      : heap_(&heap),
        base_(heap.base()),
        state_(&StateAt(heap.base())),
        cards_(base_ + state_->cards),
        firsts_(base_ + state_->firsts),
        blocks_(reinterpret_cast<BlockRecord*>(base_ + state_->blocks)),
        begin_(state_->nursery_begin),
        old_begin_(state_->nursery_end),
        end_(state_->space_end),
        shading_(heap) {}

  GlobalHeap& heap() const { return *heap_; }
  CollectorState& state() const { return *state_; }
  const Shading& shading() const { return shading_; }
  std::uint64_t begin() const { return begin_; }
  std::uint64_t old_begin() const { return old_begin_; }
  std::uint64_t end() const { return end_; }

  // ---- words and headers, at positions in the space or of roots -------------

  std::uint64_t Load(std::uint64_t position) const {
    return machine::LoadLittleEndian<std::uint64_t>(base_ + position);
  }
  void Store(std::uint64_t position, std::uint64_t word) const {
    machine::StoreLittleEndian(base_ + position, word);
  }
  std::byte* host(std::uint64_t position) const { return base_ + position; }

  ObjectHeader HeaderAt(std::uint64_t at) const {
    return ObjectHeader(Load(at));
  }
  void SetHeader(std::uint64_t at, ObjectHeader header) const {
    Store(at, header.word());
  }
  // The header of what lies at `at` and ends by `end`; fault 116 otherwise.
  ObjectHeader HeaderWithin(std::uint64_t at, std::uint64_t end) const {
    const ObjectHeader header = HeaderAt(at);
    // A footprint of 0 turns into a large one.
    if (header.footprint_bytes() - kGranuleBytes >=
        end - at - kGranuleBytes + 1) [[unlikely]] {
      RaiseCorruption(at);
    }
    return header;
  }

  // Whether an object of the nursery (or of the space) may begin there.
  bool IsYoung(std::uint64_t object) const {
    return InObjectRange(object, begin_, old_begin_);
  }
  bool IsOurs(std::uint64_t object) const {
    return InObjectRange(object, begin_, end_);
  }
  bool IsOldPosition(std::uint64_t position) const {
    return position - old_begin_ < end_ - old_begin_;
  }

  // Whether a global root may lie there: a word of the arena that is neither in
  // the space nor in the tables.
  bool MayBeRoot(std::uint64_t slot) const;
  // Fault 116 where none may.
  void RequireRoot(std::uint64_t slot) const {
    if (!MayBeRoot(slot)) RaiseCorruption(slot);
  }

  // ---- cards and firsts -----------------------------------------------------

  std::uint64_t CardOf(std::uint64_t position) const {
    return (position - begin_) / kCardBytes;
  }
  std::uint64_t CardBegin(std::uint64_t card) const {
    return begin_ + card * kCardBytes;
  }
  std::uint64_t AlignUpToCard(std::uint64_t position) const {
    return begin_ + bits::AlignUp(position - begin_, kCardBytes);
  }
  // How many of the bytes [begin, end) lie in cards that lie in it wholly.
  std::uint64_t WholeCardBytes(std::uint64_t begin, std::uint64_t end) const {
    const std::uint64_t first = AlignUpToCard(begin);
    const std::uint64_t last = end - (end - begin_) % kCardBytes;
    return first < last ? last - first : 0;
  }
  void Dirty(std::uint64_t slot) const { cards_[CardOf(slot)] = std::byte{1}; }
  std::byte& card(std::uint64_t card) const { return cards_[card]; }
  std::byte* cards() const { return cards_; }

  // The position of the first header in a card, or 0.
  std::uint64_t FirstIn(std::uint64_t card) const {
    const auto first = std::to_integer<std::uint64_t>(firsts_[card]);
    return first == 0 || first > kCardBytes / kGranuleBytes
               ? 0
               : CardBegin(card) + (first - 1) * kGranuleBytes;
  }
  void SetFirst(std::uint64_t at) const {
    firsts_[CardOf(at)] =
        static_cast<std::byte>((at - begin_) % kCardBytes / kGranuleBytes + 1);
  }
  // SetFirst, unless something begins before in that card.
  void NoteFirst(std::uint64_t at) const {
    if (firsts_[CardOf(at)] == std::byte{0}) SetFirst(at);
  }
  // Of the cards that begin in [begin, end).
  void ClearFirsts(std::uint64_t begin, std::uint64_t end) const;
  // Clears cards and firsts that lie in [begin, end) wholly.
  void ForgetCards(std::uint64_t begin, std::uint64_t end) const;

  // ---- blocks ---------------------------------------------------------------

  BlockRecord& block(std::uint64_t index) const { return blocks_[index]; }
  std::uint64_t BlockOf(std::uint64_t position) const {
    return (position - old_begin_) / kBlockBytes;
  }
  std::uint64_t BlockBegin(std::uint64_t index) const {
    return old_begin_ + index * kBlockBytes;
  }
  // The number of blocks of the large object that begins in block `index`;
  // fault 116 if its record makes no sense.
  std::uint64_t LargeBlocks(std::uint64_t index) const {
    const std::uint64_t extent = blocks_[index].extent;
    if (extent == 0 || extent > state_->block_count - index) {
      RaiseCorruption(BlockBegin(index));
    }
    return extent;
  }
  // Where the object or filler at an old position has to end.
  std::uint64_t LimitOf(std::uint64_t index) const {
    const std::uint64_t blocks =
        blocks_[index].kind == BlockKind::kLargeHead ? LargeBlocks(index) : 1;
    return BlockBegin(index) + blocks * kBlockBytes;
  }

  // Where to begin so as to walk all that reaches into a card of a block in
  // use; fault 116 if the tables know nothing.
  std::uint64_t FirstToWalk(std::uint64_t card) const;

  // A filler over [begin, end), which is empty or at least a granule.
  void WriteFiller(std::uint64_t begin, std::uint64_t end) const {
    if (begin == end) return;
    SetHeader(begin, ObjectHeader::Filler(end - begin));
  }

 private:
  static bool InObjectRange(std::uint64_t object, std::uint64_t begin,
                            std::uint64_t end) {
    // A misaligned address turns into a granule number beyond any space.
    return bits::RotateRight(object - kHeaderBytes - begin, 4) <
           (end - begin) / kGranuleBytes;
  }

  GlobalHeap* heap_;
  std::byte* base_;
  CollectorState* state_;
  std::byte* cards_;
  std::byte* firsts_;
  BlockRecord* blocks_;
  std::uint64_t begin_;
  std::uint64_t old_begin_;
  std::uint64_t end_;
  Shading shading_;
};

}  // namespace kheap::gc

#endif  // KHEAP_GC_SPACE_H_
