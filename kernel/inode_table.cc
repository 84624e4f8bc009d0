// SPDX-License-Identifier: Apache-2.0
#include "kernel/inode_table.h"

#include <algorithm>

#include "machine/check.h"

namespace kheap::kernel {

Inode& InodeTable::At(InodeNumber number) const {
  KHEAP_CHECK(number != kNoInode && number <= count(), "an inode's number");
  return heap_->RuntimeObject<Inode>(
      AddressOfBlock(*heap_, super().inode_block) +
      std::uint64_t{number - 1} * sizeof(Inode));
}

InodeNumber InodeTable::Allocate(std::uint32_t mode) {
  if (free_count() == 0) return kNoInode;
  InodeNumber number = super().first_free_inode;
  while (At(number).mode != 0) ++number;
  At(number) = Inode{};
  At(number).mode = mode;
  super().first_free_inode = number + 1;
  super().free_inode_count -= 1;
  return number;
}

void InodeTable::Free(InodeNumber number) {
  Inode& inode = At(number);
  KHEAP_CHECK(inode.mode != 0 && inode.block_count == 0,
              "an inode is freed once, and empty");
  inode = Inode{};
  super().first_free_inode =
      std::min<InodeNumber>(super().first_free_inode, number);
  super().free_inode_count += 1;
}

}  // namespace kheap::kernel
