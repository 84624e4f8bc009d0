// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_INODE_TABLE_H_
#define KHEAP_KERNEL_INODE_TABLE_H_

// The inodes, numbered from 1. The lowest free one is taken.

#include <cstdint>

#include "heap/global_heap.h"
#include "kernel/inode.h"
#include "kernel/kernel_page.h"

namespace kheap::kernel {

class InodeTable {
 public:
  explicit InodeTable(GlobalHeap& heap) : heap_(&heap) {}

  std::uint64_t free_count() const { return super().free_inode_count; }
  std::uint64_t count() const { return super().inode_count; }

  // An inode of that mode, all else zero, or kNoInode.
  InodeNumber Allocate(std::uint32_t mode);
  // `number` is in use and has no blocks.
  void Free(InodeNumber number);

  // `number` is 1 … count(). The reference lasts.
  Inode& At(InodeNumber number) const;

 private:
  Superblock& super() const { return KernelPageOf(*heap_).files; }

  GlobalHeap* heap_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_INODE_TABLE_H_
