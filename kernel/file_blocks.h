// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_FILE_BLOCKS_H_
#define KHEAP_KERNEL_FILE_BLOCKS_H_

// Which block holds which part of a file: the tree of block numbers that
// inode.h draws.

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "kernel/block_store.h"
#include "kernel/inode.h"

namespace kheap::kernel {

class FileBlocks {
 public:
  explicit FileBlocks(BlockStore blocks) : blocks_(blocks) {}

  BlockStore& store() { return blocks_; }

  // Below, `index` is less than kFileBlocksMax.

  // The block, or kNoBlock for a hole.
  BlockNumber Find(const Inode& inode, std::uint64_t index);
  // How many blocks Obtain would have to allocate.
  std::uint64_t CountMissing(const Inode& inode, std::uint64_t index);
  // The block; a new one of zeros for a hole. kNoBlock, and nothing has
  // changed, if there are not enough free blocks.
  BlockNumber Obtain(Inode& inode, std::uint64_t index);
  // Frees the file's blocks from the index on, which may be kFileBlocksMax.
  void FreeFrom(Inode& inode, std::uint64_t index);

  // The first index at or above `index` that is no hole (or, with `hole`, that
  // is one), below `end`; `end` if there is none.
  std::uint64_t FindNext(const Inode& inode, std::uint64_t index,
                         std::uint64_t end, bool hole);

  // Visits every block of the file, those of block numbers too.
  void ForEach(const Inode& inode, absl::FunctionRef<void(BlockNumber)> visit);

 private:
  Uint32& Entry(BlockNumber block, std::uint64_t index);
  void FreeTree(Inode& inode, Uint32& slot, int depth, std::uint64_t begin,
                std::uint64_t keep);
  void VisitTree(BlockNumber block, int depth,
                 absl::FunctionRef<void(BlockNumber)> visit);

  BlockStore blocks_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_FILE_BLOCKS_H_
