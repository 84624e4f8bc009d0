// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_FILE_SYSTEM_H_
#define KHEAP_KERNEL_FILE_SYSTEM_H_

// The file system in the arena: inodes, directories and files in the blocks of
// the kernel region. Files are named here by inode, or by directory and name;
// path_walk.h finds them by path.
//
// A call that fails returns a negative error and has changed nothing, except
// that a write may be short. Changes carry the time that `now` is.

#include <cstdint>
#include <string_view>

#include "kernel/block_store.h"
#include "kernel/directory.h"
#include "kernel/file_content.h"
#include "kernel/inode.h"
#include "kernel/inode_table.h"
#include "kernel/linux_errno.h"

namespace kheap::kernel {

class FileSystem {
 public:
  explicit FileSystem(GlobalHeap& heap)
      : heap_(&heap),
        blocks_(heap),
        inodes_(heap),
        content_(FileBlocks(blocks_)) {}

  // Writes a file system that holds an empty root directory. The superblock
  // says where its parts go.
  void Format();

  // Nanoseconds since 1970, for what happens next.
  void set_now(std::int64_t now) { now_ = now; }
  std::int64_t now() const { return now_; }

  Inode& At(InodeNumber inode) const { return inodes_.At(inode); }
  FileContent& content() { return content_; }
  BlockStore& blocks() { return blocks_; }
  InodeTable& inodes() { return inodes_; }
  Directory DirectoryAt(InodeNumber inode) {
    return Directory(content_, At(inode));
  }

  // The inode of that name; -ENOTDIR, -ENOENT.
  Result Find(InodeNumber directory, std::string_view name);

  // Below, `name` is one component other than "." and "..", at most
  // kNameBytesMax bytes, and not in the directory, unless said otherwise.
  // -ENOENT if the directory itself was removed, -ENOSPC.

  // A new inode; its mode says what it is.
  Result Create(InodeNumber directory, std::string_view name,
                std::uint32_t mode);
  Result MakeDirectory(InodeNumber directory, std::string_view name,
                       std::uint32_t permissions);
  Result MakeSymbolicLink(InodeNumber directory, std::string_view name,
                          std::string_view text);
  // `inode` is no directory. -EMLINK.
  Result Link(InodeNumber inode, InodeNumber directory, std::string_view name);

  // The name is in the directory and names no directory.
  void Unlink(InodeNumber directory, std::string_view name);
  // The name is that of a directory. -ENOTEMPTY; -EBUSY for a mount point.
  Result RemoveDirectory(InodeNumber directory, std::string_view name);
  // The first name is there; the second may be, and is replaced as Linux's
  // rename says: -EINVAL, -ENOTEMPTY, -ENOTDIR, -EISDIR, -EBUSY.
  Result Rename(InodeNumber from_directory, std::string_view from,
                InodeNumber to_directory, std::string_view to);

  // A new inode without a name and with one holder; -ENOSPC. It keeps
  // `content`.
  Result CreateUnnamed(std::uint32_t mode, std::string_view content);

  // An inode that is held lasts when its last name goes.
  void Hold(InodeNumber inode) { At(inode).holder_count += 1; }
  void Release(InodeNumber inode);

  // The files' own calls, with their times.
  Result Write(InodeNumber inode, std::uint64_t offset,
               std::span<const std::byte> from);
  Result Truncate(InodeNumber inode, std::uint64_t size_bytes);

 private:
  InodeNumber Allocate(std::uint32_t mode);
  // Frees it if nothing names or holds it any more.
  void FreeUnused(InodeNumber inode);
  void DropLink(InodeNumber inode);
  void TouchContent(InodeNumber inode);
  Result CheckRoomIn(InodeNumber directory, std::uint64_t blocks) const;
  // Whether `inode` is the directory or one that leads to it.
  bool LeadsTo(InodeNumber inode, InodeNumber directory);
  Result CheckReplaced(InodeNumber moved, InodeNumber replaced);
  // Takes a directory's names "." and ".." away, for it was removed.
  void Dissolve(InodeNumber directory, InodeNumber parent);

  GlobalHeap* heap_;
  BlockStore blocks_;
  InodeTable inodes_;
  FileContent content_;
  std::int64_t now_ = 0;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_FILE_SYSTEM_H_
