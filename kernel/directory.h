// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_DIRECTORY_H_
#define KHEAP_KERNEL_DIRECTORY_H_

// A directory: a file whose blocks are tiled by records, each a name and its
// inode. "." and ".." are the first two.
//
//   +0  inode         0: a record without a name
//   +4  record_bytes  to the next record, or the block's end
//   +6  name_bytes
//   +7  type          of the inode, as getdents64 tells it
//   +8  name
//
// A name that goes leaves its bytes to the record before it, and a new one
// takes them from a record that has too many. So records never move, and a
// position in a directory stays good while names come and go.
//
// Source: the directories of ext2 (R. Card, T. Ts'o, S. Tweedie, "Design and
// Implementation of the Second Extended Filesystem", 1994).

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "kernel/file_content.h"
#include "kernel/inode.h"
#include "kernel/linux_errno.h"

namespace kheap::kernel {

// `name` is good until the directory changes.
struct DirectoryEntry {
  InodeNumber inode = kNoInode;
  std::uint8_t type = 0;
  std::string_view name;
  std::uint64_t next_position = 0;
};

// getdents64's d_type.
std::uint8_t DirectoryTypeOf(std::uint32_t mode);

class Directory {
 public:
  // A view of the directory that `inode` is.
  Directory(FileContent content, Inode& inode)
      : content_(content), inode_(&inode) {}

  // Blocks that Add can take at most: one, and those of block numbers.
  static constexpr std::uint64_t kAddBlocksMax = 4;

  InodeNumber Find(std::string_view name);
  // `name` is not there and kAddBlocksMax blocks are free.
  void Add(std::string_view name, InodeNumber inode, std::uint32_t mode);
  // The name is there. Replace keeps its place.
  void Remove(std::string_view name);
  void Replace(std::string_view name, InodeNumber inode, std::uint32_t mode);

  // The first entry at or behind the position, if any. 0 is the first position.
  std::optional<DirectoryEntry> Next(std::uint64_t position);

  // Whether there is no name besides "." and "..".
  bool IsEmpty();

  // Whether records tile each block and fit their names.
  bool IsWellFormed();

 private:
  struct Record;
  struct Place {
    std::uint64_t block = 0;     // index in the file
    std::uint64_t offset = 0;    // in the block
    std::uint64_t previous = 0;  // the record before, or the same offset
  };

  Record& RecordAt(std::uint64_t block, std::uint64_t offset);
  std::string_view NameOf(const Record& record) const;
  std::uint64_t BlockCount() const { return inode_->size_bytes / kBlockBytes; }
  std::optional<Place> PlaceOf(std::string_view name);
  void Fill(Record& record, std::string_view name, InodeNumber inode,
            std::uint32_t mode);

  FileContent content_;
  Inode* inode_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_DIRECTORY_H_
