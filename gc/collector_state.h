// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_GC_COLLECTOR_STATE_H_
#define KHEAP_GC_COLLECTOR_STATE_H_

// What the collector keeps in the arena: its registers, in the control page
// where no guest can reach them, and the tables that they lead to.
//
//   space    nursery | old generation, a row of blocks
//   cards    a byte for each 512 bytes of the space: a reference was stored
//            here since the nursery was last emptied
//   firsts   a byte for each card: where the first object begins in it, in
//            granules and plus 1, or 0
//   blocks   a record for each 32 KiB of the old generation
//   work     words that a collection uses and then forgets
//   roots    the shadow stack
//
// The space begins 8 bytes before a multiple of 16, so headers lie at
// multiples of 16 from its begin and objects at multiples of 16 in the arena.
// Positions are offsets into the arena of a header ("at"); an object's address
// is 8 more.

#include <cstddef>
#include <cstdint>

#include "heap/control_page.h"
#include "heap/little_endian.h"

namespace kheap::gc {

using Word = LittleEndian<std::uint64_t>;

inline constexpr std::uint64_t kReferenceBytes = 8;
inline constexpr std::uint64_t kCardBytes = 512;
inline constexpr std::uint64_t kBlockBytes = 32768;
inline constexpr std::uint64_t kCardsPerBlock = kBlockBytes / kCardBytes;
// Nothing smaller is worth opening for promotion, or for allocation.
inline constexpr std::uint64_t kRunBytesMin = kCardBytes;
inline constexpr std::uint64_t kGapBytesMin = 128;

// A list of words in a block of malloc's that grows.
struct WordList {
  Word address;
  Word count;
  Word capacity;
};

// Since the collector was created.
struct Counters {
  Word allocated_bytes;  // footprints; without what came to the nursery since
  Word allocated_objects;
  Word collected_bytes;
  Word collected_objects;
  Word promoted_bytes;
  Word promoted_objects;
  Word minor_collections;
  Word major_collections;
  Word finalized_objects;
};

struct CollectorState {
  Word magic;
  // The space: [nursery_begin, nursery_end) and [nursery_end, space_end).
  Word nursery_begin;
  Word nursery_end;
  Word space_end;
  // Allocation: the gap of the nursery in use is [gap_begin, gap_end), of which
  // objects fill [gap_begin, top). The next gap is linked from its own filler.
  Word top;
  // gap_end, or 0 so that every allocation takes the slow path: in checked mode
  // and stress mode, while a collection runs and after one that never ended.
  // Where no gap is open, top, gap_begin and gap_end are equal.
  Word fast_end;
  Word gap_begin;
  Word gap_end;
  Word next_gap;
  Word nursery_objects;
  // In the nursery, without the gap in use.
  Word nursery_bytes;
  // What of these the last collection left there.
  Word stayed_objects;
  Word stayed_bytes;
  // How many of the space's bytes a reference may be stored at without a
  // further question: 0 in checked mode.
  Word barrier_bytes;
  Word cards;
  Word firsts;
  Word blocks;
  Word block_count;
  Word work;
  Word work_words;
  Word tables;  // the block of malloc's that the tables lie in
  // The shadow stack: [roots, roots_end), of which [roots, root_top) is in use.
  Word roots;
  Word roots_end;
  Word root_top;
  // Promotion: the stretch of free bytes in use, and the list of others.
  Word cursor_top;
  Word cursor_end;
  Word runs;
  Word free_blocks;
  Word free_hint;   // no block before it is free
  Word used_count;  // no block from here on is in use
  Word old_bytes;
  Word old_objects;
  Word major_threshold_bytes;
  Word pinned_objects;
  Word collecting;  // a collection began and has not ended
  Word stress;
  // No finalizer from here on is about an old object.
  Word old_finalizers;
  WordList types;          // a TypeRecord each
  WordList runs_of_types;  // a ReferenceRun each
  WordList global_roots;
  WordList pins;
  WordList finalizers;  // 2 words each: object, token
  WordList ready;       // the same, of which
  Word ready_done;      // words were handed over; at most half of them
  WordList weak;
  Word free_weak;  // index plus 1 of the first unused weak reference
  Counters counters;
};
static_assert(sizeof(CollectorState) <= sizeof(ControlPage::collector));

inline constexpr std::uint64_t kCollectorMagic = 5135868584551137611;

// The registers, from the host address of arena byte 0.
inline CollectorState& StateAt(std::byte* base) {
  return *reinterpret_cast<CollectorState*>(base + kControlBase.offset() +
                                            offsetof(ControlPage, collector));
}

// Where the tables end: the firsts come last, as many as the cards before them.
inline std::uint64_t TablesEnd(const CollectorState& state) {
  return state.firsts + (state.firsts - state.cards);
}

// References that follow each other, in an object or in an element.
struct ReferenceRun {
  LittleEndian<std::uint32_t> offset_bytes;
  LittleEndian<std::uint32_t> count;
};

struct TypeRecord {
  Word header;  // of every object, or of an empty array
  LittleEndian<std::uint32_t> element_bytes;  // 0 where it is no array
  LittleEndian<std::uint32_t> run_count;
  // Most types have no other.
  ReferenceRun first_run;
  Word other_runs;  // where they begin in the list of runs
};
inline constexpr std::uint64_t kWordsPerType = sizeof(TypeRecord) / 8;

enum class BlockKind : std::uint8_t {
  kFree,
  kSmall,      // objects and fillers, end to end
  kLargeHead,  // begins a large object
  kLargeTail,  // goes on with one
};

struct BlockRecord {
  BlockKind kind;
  std::uint8_t rescan;  // holds marked objects whose references are not
  std::uint8_t unused[2];
  LittleEndian<std::uint32_t> live_bytes;  // marked, in the last major one
  LittleEndian<std::uint64_t> extent;      // head: blocks; tail: back to it
};
static_assert(sizeof(BlockRecord) == 16);

}  // namespace kheap::gc

#endif  // KHEAP_GC_COLLECTOR_STATE_H_
