// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_BLOCK_STORE_H_
#define KHEAP_KERNEL_BLOCK_STORE_H_

// The blocks of the kernel region, and which of them are in use: one bit each,
// in words of 64, lowest bit first. The lowest free block is taken, so the
// region's used bytes stay as few as they were at most.

#include <cstddef>
#include <cstdint>
#include <span>

#include "heap/global_heap.h"
#include "kernel/kernel_page.h"

namespace kheap::kernel {

class BlockStore {
 public:
  explicit BlockStore(GlobalHeap& heap) : heap_(&heap) {}

  // Writes a bitmap in which the blocks below `first_free` are in use. The
  // superblock's block numbers are there already.
  void Format(BlockNumber first_free);

  std::uint64_t free_count() const { return super().free_block_count; }
  std::uint64_t count() const { return super().block_count; }

  // A block of zeros, or kNoBlock.
  BlockNumber Allocate();
  // `block` is in use.
  void Free(BlockNumber block);
  bool IsUsed(BlockNumber block) const;

  // `block` is a block of the region.
  std::span<std::byte> Bytes(BlockNumber block) {
    return heap_->RuntimeSpan(AddressOfBlock(*heap_, block), kBlockBytes);
  }
  std::span<const std::byte> Bytes(BlockNumber block) const {
    return std::as_const(*heap_).RuntimeSpan(AddressOfBlock(*heap_, block),
                                             kBlockBytes);
  }

 private:
  Superblock& super() { return KernelPageOf(*heap_).files; }
  const Superblock& super() const {
    return KernelPageOf(std::as_const(*heap_)).files;
  }
  // The bitmap word that holds a block's bit.
  Uint64& WordOf(BlockNumber block) const;

  GlobalHeap* heap_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_BLOCK_STORE_H_
