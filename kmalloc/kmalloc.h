// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KMALLOC_KMALLOC_H_
#define KHEAP_KMALLOC_KMALLOC_H_

// KMalloc is C's allocator over the heap region of an arena. A block is what
// the guest gets: the payload of a chunk, or a slot of a page of small ones.
//
//   Malloc, Free   one cache per size class, in this header (class_cache.h)
//   page_layer.h   carves slots of one size class each out of pages
//   chunk_layer.h  carves pages and larger blocks out of the heap region
//   guard.h        checked mode: red zones, and a quarantine for freed blocks
//
// Policy kPages uses all of it. Policy kTags keeps every block in a chunk of
// its own, the textbook allocator: smallest footprint, and coalesced at once.
//
// Semantics are those of C23 section 7.24.3 and of POSIX for PosixMemalign:
//   * Every block is aligned to 16 bytes; AlignedAlloc aligns to any power of
//     two. Free takes all of them.
//   * A request that cannot be served returns null with the guest's errno set
//     to ENOMEM, and changes nothing else in the arena.
//   * A size of 0 yields a block of its own that holds no bytes.
//   * Realloc(p, 0) frees p and returns null.
//   * An address that no live block begins at is never freed, whatever the
//     guest's memory holds: MemoryFault 114 where freed memory lies, 115
//     otherwise. Damaged metadata is MemoryFault 116.
//
// All state is in the arena; a KMalloc is a view, as good as its heap.

#include <cstdint>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bitshift/bits.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/guest_errno.h"
#include "kmalloc/block_info.h"
#include "kmalloc/chunk_layer.h"
#include "kmalloc/class_cache.h"
#include "kmalloc/directory.h"
#include "kmalloc/guard.h"
#include "kmalloc/page_layer.h"
#include "kmalloc/size_class.h"

namespace kheap {

class KMalloc {
 public:
  // Lays out an empty allocator in the heap's own regions. Fails with
  // InvalidArgument above 64 GiB of capacity and with ResourceExhausted where
  // the host has no memory.
  static absl::StatusOr<KMalloc> Create(
      GlobalHeap& heap, MallocPolicy policy = MallocPolicy::kPages);

  // A view of the allocator that Create laid out. FailedPrecondition without
  // one.
  static absl::StatusOr<KMalloc> Attach(GlobalHeap& heap);
  // The same for a heap that is known to hold one.
  explicit KMalloc(GlobalHeap& heap);

  // Moves all blocks to come `bytes` up, a multiple of 16, in an allocator that
  // has served none yet. False, and nothing has changed, without room for it.
  [[nodiscard]] bool Indent(std::uint64_t bytes);

  GlobalHeap& heap() const { return *heap_; }
  MallocPolicy policy() const;

  Address Malloc(std::uint64_t size_bytes) {
    const int size_class = SizeClassOf(size_bytes);
    ClassCache cache(directory_, size_class);
    if (cache.empty()) [[unlikely]]
      return MallocSlow(size_bytes);
    const Granule granule = cache.Pop();
    directory_.SetStart(granule);
    return AddressOf(granule);
  }

  // Null is accepted and ignored.
  void Free(Address address) {
    // A misaligned address turns into a granule number beyond any arena.
    const std::uint64_t granule = bits::RotateRight(address.offset(), 4);
    if (granule >= granule_count_ ||
        !directory_.IsStart(static_cast<Granule>(granule))) [[unlikely]] {
      return FreeUnknown(address);
    }
    const auto block = static_cast<Granule>(granule);
    ClassCache cache(directory_, directory_.ClassOf(block));
    if (cache.full()) [[unlikely]]
      return FreeSlow(block);
    directory_.ClearStart(block);
    cache.Push(block);
  }

  // The block's bytes are zero.
  Address Calloc(std::uint64_t count, std::uint64_t size_bytes);
  // On failure the old block stays as it was.
  Address Realloc(Address address, std::uint64_t size_bytes);
  Address ReallocArray(Address address, std::uint64_t count,
                       std::uint64_t size_bytes);
  // `size_bytes` is what the block was asked for with. Another size is
  // MemoryFault 115: always in checked mode, otherwise where it is above what
  // the block holds.
  void FreeSized(Address address, std::uint64_t size_bytes);
  void FreeAlignedSized(Address address, std::uint64_t alignment,
                        std::uint64_t size_bytes);
  // `alignment` is a power of two, or the result is null and errno EINVAL.
  Address AlignedAlloc(std::uint64_t alignment, std::uint64_t size_bytes);
  // Stores the block's address at `result` and returns 0; or returns EINVAL
  // (no power of two, or no multiple of 8) or ENOMEM, and stores nothing. errno
  // stays as it is. The fault of a store where `result` cannot take one.
  std::int32_t PosixMemalign(Address result, std::uint64_t alignment,
                             std::uint64_t size_bytes);
  // What the guest may use of the block, at least what it asked for; 0 for
  // null.
  std::uint64_t MallocUsableSize(Address address) const;
  // Gives cached blocks, empty pages and the quarantine back to the chunks, and
  // moves the break down to at most 4096 bytes more than `keep_bytes` above the
  // last chunk. Whether it moved.
  bool MallocTrim(std::uint64_t keep_bytes);

  // ---- looking inside -------------------------------------------------------

  MallocStats Stats() const;

  // Calls `visit` for everything in the heap region, in address order: blocks,
  // free slots, free chunks and the top. What lies between them is overhead:
  // tags, the unused ends of pages, red zones.
  void Walk(absl::FunctionRef<void(const BlockInfo&)> visit) const;

  // What lies at an address of the heap region below the top. Tag and red zones
  // count as their block's; a page's tag and unused end are nothing.
  std::optional<BlockInfo> Find(Address address) const;

  // In checked mode, which allocation a live block was, counted from 1; else 0.
  std::uint64_t SequenceOf(Address block) const;

  // Walks everything. Internal, with the rule that is broken and its address,
  // if any is.
  absl::Status CheckInvariants() const;

 private:
  class Audit;  // invariants.h

  bool guarded() const { return heap_->checked(); }

  // kmalloc.cc: allocating and freeing past the caches.
  Address MallocSlow(std::uint64_t size_bytes);
  Address AllocateSlot(int size_class);
  // A chunk of its own for a block that its class would serve if it were hot.
  Address AllocatePlain(std::uint64_t size_bytes, std::uint64_t alignment,
                        int size_class);
  Address AllocateGuarded(std::uint64_t size_bytes, std::uint64_t alignment);
  Chunk AllocateChunk(std::uint64_t payload_bytes, std::uint64_t alignment);
  Address FailWith(std::int32_t error);
  // Marks a new block as live and returns it.
  Address StartBlock(Address block, std::uint64_t size_bytes);
  // Whether a class has a cache.
  bool IsHot(int size_class) const {
    const ClassState& state = directory_.size_class(size_class);
    return state.begin != state.end;
  }
  // Counts a request that a chunk has served; enough of them make a class hot.
  void CountRequest(int size_class);

  bool IsLive(Address address) const;
  void RequireLive(Address address, Access access = Access::kFree) const;
  void FreeUnknown(Address address) const;
  [[noreturn]] void RaiseBadFree(Address address,
                                 Access access = Access::kFree) const;
  void FreeSlow(Granule block);
  void FreePlain(Granule block);
  void FreeGuarded(Address block);
  // Gives the oldest block of the quarantine back to the chunks.
  void EvictQuarantined();

  void Hold(std::uint64_t bytes, std::uint64_t blocks);
  void Release(std::uint64_t bytes, std::uint64_t blocks);
  // Follows the break: what digests cover, and how large caches may be.
  void NoteGrowth();
  // What the directory's tables take for the heap up to the break.
  std::uint64_t DirectoryBytesInUse() const;

  // extras.cc: the rest of C's functions.
  void ZeroBlock(Address block, std::uint64_t size_bytes,
                 std::uint64_t fresh_begin);
  std::uint64_t BlockBytes(Address block) const;
  bool ResizeInPlace(Address block, std::uint64_t old_bytes,
                     std::uint64_t size_bytes);
  bool ResizeChunk(Address block, std::uint64_t size_bytes);
  // Raises the fault that freeing a live block would, before any byte changes.
  void RequireFreeable(Address block) const;
  Address Move(Address block, std::uint64_t old_bytes,
               std::uint64_t size_bytes);

  // exhaustion.cc: when the chunks have no room left.
  Chunk AllocateLastResort(std::uint64_t chunk_bytes, std::uint64_t alignment);
  // Whether emptying caches, pages and the quarantine makes room.
  bool CanReclaim(std::uint64_t chunk_bytes, std::uint64_t alignment) const;
  bool HoldsLiveBlock(const Chunk& chunk) const;
  void ReclaimAll();

  // inspect.cc
  // The block in a chunk in use that holds no page.
  Address BlockIn(Address payload) const {
    return guarded() ? guard_.BlockIn(payload) : payload;
  }
  // Whether freed memory lies at an address that no live block begins at, as
  // far as the arena tells: the begin of a free slot or a quarantined block,
  // any granule of a free chunk, and of the top as far as it was in use.
  bool WasFreed(Address address) const;
  void WalkPage(Address payload,
                absl::FunctionRef<void(const BlockInfo&)> visit) const;
  BlockInfo DescribeChunk(const Chunk& chunk) const;

  GlobalHeap* heap_;
  Directory directory_;
  ChunkLayer chunks_;
  PageLayer pages_;
  Guard guard_;
  std::uint64_t granule_count_;  // of the arena's capacity
};

}  // namespace kheap

#endif  // KHEAP_KMALLOC_KMALLOC_H_
