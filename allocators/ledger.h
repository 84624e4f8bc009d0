// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_LEDGER_H_
#define KHEAP_ALLOCATORS_LEDGER_H_

// The ledger: who holds how much memory, now, at most, and altogether. It lies
// at the begin of the allocators' region, where no guest can reach it, and is
// written by whoever takes memory and gives it back; nothing is estimated.
//
// Bump allocators and pools live in page blocks, and these are what counts for
// the total: no byte is counted twice in it.

#include <array>
#include <cstdint>
#include <string_view>

#include "heap/global_heap.h"
#include "heap/little_endian.h"

namespace kheap {

enum class Holder : std::uint8_t {
  kManual,      // buffers, strings and arrays (buffers.h)
  kBump,        // bump allocators; their bytes are those handed out
  kPool,        // pools; their bytes are those of live objects
  kPages,       // page blocks, headers included
  kCollector,   // the garbage collector
  kExecutable,  // executable memory
  kTotal,       // manual, pages, collector and executable together
};
inline constexpr int kHolderCount = 7;

// "manual", "bump", "pool" …
std::string_view ToString(Holder holder);

// What one holder has: things (buffers, pools, page blocks …) and their bytes.
struct Tally {
  std::uint64_t live_count;
  std::uint64_t live_bytes;
  std::uint64_t peak_bytes;   // most live bytes at any time
  std::uint64_t total_count;  // ever
  std::uint64_t total_bytes;  // ever

  friend bool operator==(const Tally&, const Tally&) = default;
};

class Ledger {
 public:
  // A heap that was made with LayoutOptions::allocators.
  explicit Ledger(GlobalHeap& heap);
  static bool FitsIn(const GlobalHeap& heap) {
    return heap.layout().size_bytes(Region::kAllocators) != 0;
  }

  Tally Of(Holder holder) const;

  // One more thing, and one less; their bytes are told apart.
  void AddThing(Holder holder);
  void RemoveThing(Holder holder);
  void Hold(Holder holder, std::uint64_t size_bytes) const {
    HoldIn(row(holder), size_bytes);
    if (CountsInTotal(holder)) HoldIn(row(Holder::kTotal), size_bytes);
  }
  void Release(Holder holder, std::uint64_t size_bytes) const {
    row(holder).live_bytes -= size_bytes;
    if (CountsInTotal(holder)) row(Holder::kTotal).live_bytes -= size_bytes;
  }

  struct Row {
    LittleEndian<std::uint64_t> live_count;
    LittleEndian<std::uint64_t> live_bytes;
    LittleEndian<std::uint64_t> peak_bytes;
    LittleEndian<std::uint64_t> total_count;
    LittleEndian<std::uint64_t> total_bytes;
  };
  static constexpr std::uint64_t kBytes = sizeof(Row) * kHolderCount;

 private:
  // Whoever holds memory begins as a thing, with or without a registry.
  void NoteUse();
  static constexpr bool CountsInTotal(Holder holder) {
    return holder != Holder::kBump && holder != Holder::kPool;
  }
  static void HoldIn(Row& row, std::uint64_t size_bytes) {
    const std::uint64_t live_bytes = row.live_bytes + size_bytes;
    row.live_bytes = live_bytes;
    row.total_bytes += size_bytes;
    if (row.peak_bytes < live_bytes) row.peak_bytes = live_bytes;
  }
  Row& row(Holder holder) const { return rows_[static_cast<int>(holder)]; }

  GlobalHeap* heap_;
  Row* rows_;
};

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_LEDGER_H_
