// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_FILE_CONTENT_H_
#define KHEAP_KERNEL_FILE_CONTENT_H_

// The bytes of a file: reading, writing and changing the size. Bytes of the
// last block behind the file's end are zero, so a file that grows does so with
// zeros.

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/file_blocks.h"
#include "kernel/inode.h"
#include "kernel/linux_errno.h"

namespace kheap::kernel {

class FileContent {
 public:
  explicit FileContent(FileBlocks blocks) : blocks_(blocks) {}

  FileBlocks& blocks() { return blocks_; }

  // Reads up to the file's end and returns how many bytes that were.
  std::uint64_t Read(const Inode& inode, std::uint64_t offset,
                     std::span<std::byte> to);
  // Writes as many of the bytes as there are blocks for and returns how many:
  // -ENOSPC or -EFBIG (beyond kFileBytesMax) if that is none.
  Result Write(Inode& inode, std::uint64_t offset,
               std::span<const std::byte> from);
  // `size_bytes` is at most kFileBytesMax. Takes no blocks.
  void Resize(Inode& inode, std::uint64_t size_bytes);

 private:
  FileBlocks blocks_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_FILE_CONTENT_H_
