// SPDX-License-Identifier: Apache-2.0
// The functions of C's allocator beside malloc and free.
#include <algorithm>
#include <cstring>
#include <limits>

#include "kmalloc/kmalloc.h"

namespace kheap {

namespace {

// A block that has to move in order to grow to this size or more becomes a
// chunk of its own with half its size again behind it, given back at once as a
// free chunk: so the next growth finds its place free, and growing step by step
// moves a block rarely.
constexpr std::uint64_t kRoomyMoveBytesMin = kSmallBytesMax;

// The product, or the largest number where it does not fit: no block is that
// large.
constexpr std::uint64_t Product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product)
             ? std::numeric_limits<std::uint64_t>::max()
             : product;
}

}  // namespace

// ---- zeroed ----------------------------------------------------------------

Address KMalloc::Calloc(std::uint64_t count, std::uint64_t size_bytes) {
  const std::uint64_t total_bytes = Product(count, size_bytes);
  const std::uint64_t fresh_begin = directory_.header().fresh_begin;
  const Address block = Malloc(total_bytes);
  if (!block.is_null()) ZeroBlock(block, total_bytes, fresh_begin);
  return block;
}

void KMalloc::ZeroBlock(Address block, std::uint64_t size_bytes,
                        std::uint64_t fresh_begin) {
  const std::uint64_t used_bytes =
      fresh_begin > block.offset() ? fresh_begin - block.offset() : 0;
  std::memset(heap_->base() + block.offset(), 0,
              std::min(size_bytes, used_bytes));
  if (guarded()) heap_->shadow()->MarkInitialised(block, size_bytes);
}

// ---- resized ---------------------------------------------------------------

Address KMalloc::Realloc(Address address, std::uint64_t size_bytes) {
  if (address.is_null()) return Malloc(size_bytes);
  RequireLive(address, Access::kResize);
  if (size_bytes == 0) {
    Free(address);
    return kNullAddress;
  }
  const std::uint64_t old_bytes = BlockBytes(address);
  if (ResizeInPlace(address, old_bytes, size_bytes)) return address;
  return Move(address, old_bytes, size_bytes);
}

Address KMalloc::ReallocArray(Address address, std::uint64_t count,
                              std::uint64_t size_bytes) {
  return Realloc(address, Product(count, size_bytes));
}

bool KMalloc::ResizeInPlace(Address block, std::uint64_t old_bytes,
                            std::uint64_t size_bytes) {
  if (directory_.ClassOf(GranuleOf(block)) != kNoClass) {
    return size_bytes <= old_bytes && size_bytes > old_bytes / 2;
  }
  if (!guarded()) return ResizeChunk(block, size_bytes);
  if (size_bytes > old_bytes) return false;
  guard_.Shrink(block, size_bytes);
  Release(old_bytes - size_bytes, 0);
  return true;
}

bool KMalloc::ResizeChunk(Address block, std::uint64_t size_bytes) {
  if (size_bytes > heap_->layout().size_bytes(Region::kHeap)) return false;
  const Chunk chunk = chunks_.InUse(block);
  const Chunk resized =
      chunks_.Resize(chunk, ChunkLayer::ChunkBytes(size_bytes));
  if (!resized.exists()) return false;
  Release(chunk.payload_bytes(), 0);
  Hold(resized.payload_bytes(), 0);
  NoteGrowth();
  return true;
}

void KMalloc::RequireFreeable(Address block) const {
  const int size_class = directory_.ClassOf(GranuleOf(block));
  if (size_class != kNoClass) return pages_.RequireReleasable(size_class);
  if (!guarded()) chunks_.RequireFreeable(chunks_.InUse(block));
}

Address KMalloc::Move(Address block, std::uint64_t old_bytes,
                      std::uint64_t size_bytes) {
  RequireFreeable(block);
  const std::int32_t old_errno = heap_->guest_errno();
  Address moved;
  if (size_bytes > old_bytes && size_bytes >= kRoomyMoveBytesMin &&
      size_bytes < kAllocatorCapacityMax && !guarded()) {
    moved = AllocatePlain(size_bytes + size_bytes / 2, kGranuleBytes, kNoClass);
    if (!moved.is_null()) ResizeChunk(moved, size_bytes);
  }
  if (moved.is_null()) moved = Malloc(size_bytes);
  if (moved.is_null()) {
    if (size_bytes > old_bytes) return kNullAddress;
    // There is no smaller place, but this one will do.
    heap_->set_guest_errno(old_errno);
    return block;
  }
  heap_->set_guest_errno(old_errno);
  heap_->Move(moved, block, std::min(old_bytes, size_bytes));
  Free(block);
  return moved;
}

// ---- freed with their size -------------------------------------------------

void KMalloc::FreeSized(Address address, std::uint64_t size_bytes) {
  if (address.is_null()) return;
  RequireLive(address);
  const std::uint64_t block_bytes = BlockBytes(address);
  // Only checked mode knows what was asked for.
  if (guarded() ? size_bytes != block_bytes : size_bytes > block_bytes) {
    RaiseFault(FaultCode::kInvalidFree, Access::kFree, address, size_bytes);
  }
  Free(address);
}

void KMalloc::FreeAlignedSized(Address address, std::uint64_t alignment,
                               std::uint64_t size_bytes) {
  if (!address.is_null() && (!bits::IsPowerOfTwo(alignment) ||
                             !bits::IsAligned(address.offset(), alignment))) {
    RequireLive(address);
    RaiseFault(FaultCode::kInvalidFree, Access::kFree, address, size_bytes);
  }
  FreeSized(address, size_bytes);
}

// ---- aligned ---------------------------------------------------------------

Address KMalloc::AlignedAlloc(std::uint64_t alignment,
                              std::uint64_t size_bytes) {
  if (!bits::IsPowerOfTwo(alignment)) return FailWith(kErrnoInvalid);
  if (alignment <= kGranuleBytes) return Malloc(size_bytes);
  if (guarded()) return AllocateGuarded(size_bytes, alignment);
  // A page begins at a unit boundary, so slots whose size is a multiple of the
  // alignment are aligned.
  int size_class = kNoClass;
  if (size_bytes <= kSmallBytesMax && alignment <= kSmallBytesMax) {
    const std::uint64_t slot_bytes =
        bits::AlignUp(std::max<std::uint64_t>(size_bytes, 1), alignment);
    size_class = SizeClassOf(slot_bytes);
    if (!ClassCache(directory_, size_class).empty()) return Malloc(slot_bytes);
    if (IsHot(size_class)) {
      const Address slot = AllocateSlot(size_class);
      if (!slot.is_null()) return slot;
    }
  }
  return AllocatePlain(size_bytes, alignment, size_class);
}

std::int32_t KMalloc::PosixMemalign(Address result, std::uint64_t alignment,
                                    std::uint64_t size_bytes) {
  constexpr std::uint64_t kPointerBytes = 8;
  if (!bits::IsPowerOfTwo(alignment) || alignment < kPointerBytes) {
    return kErrnoInvalid;
  }
  if (const auto fault =
          heap_->FindFault(result, kPointerBytes, Access::kStore)) {
    throw *fault;
  }
  const std::int32_t old_errno = heap_->guest_errno();
  const Address block = AlignedAlloc(alignment, size_bytes);
  heap_->set_guest_errno(old_errno);
  if (block.is_null()) return kErrnoNoMemory;
  heap_->Store<Address>(result, block);
  return 0;
}

// ---- about the memory ------------------------------------------------------

std::uint64_t KMalloc::BlockBytes(Address block) const {
  if (guarded()) return guard_.HeaderOf(block).size_bytes;
  const int size_class = directory_.ClassOf(GranuleOf(block));
  if (size_class != kNoClass) return ClassBytes(size_class);
  return chunks_.InUse(block).payload_bytes();
}

std::uint64_t KMalloc::MallocUsableSize(Address address) const {
  if (address.is_null()) return 0;
  RequireLive(address);
  return BlockBytes(address);
}

bool KMalloc::MallocTrim(std::uint64_t keep_bytes) {
  ReclaimAll();
  const bool moved = chunks_.Trim(keep_bytes);
  NoteGrowth();
  return moved;
}

}  // namespace kheap
