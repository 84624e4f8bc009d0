// SPDX-License-Identifier: Apache-2.0
#include "kernel/file_system_check.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kheap::kernel {

namespace {

absl::Status Broken(absl::string_view rule, std::uint64_t where) {
  return absl::InternalError(absl::StrCat("kernel.", rule, ": ", where));
}

class Checker {
 public:
  explicit Checker(KernelState& state)
      : state_(state),
        files_(state.files),
        block_users_(files_.blocks().count() + 1),
        links_(files_.inodes().count() + 1),
        visited_(files_.inodes().count() + 1) {}

  absl::Status Check() {
    absl::Status status = CheckInodes();
    if (status.ok()) status = CheckBitmap();
    if (status.ok()) status = CheckTree();
    if (status.ok()) status = CheckLinks();
    if (status.ok()) status = CheckHolders();
    return status;
  }

 private:
  const Superblock& super() { return state_.page().files; }

  // Each block belongs to one inode, and the inode counts it.
  absl::Status CheckInodes() {
    std::uint64_t free = 0;
    for (InodeNumber i = 1; i <= files_.inodes().count(); ++i) {
      const Inode& inode = files_.At(i);
      if (inode.mode == 0) {
        ++free;
        if (i < super().first_free_inode) return Broken("inodes.first_free", i);
        continue;
      }
      std::uint64_t blocks = 0;
      bool in_range = true;
      files_.content().blocks().ForEach(inode, [&](BlockNumber block) {
        ++blocks;
        if (block < super().data_block || block >= super().block_count) {
          in_range = false;
        } else {
          ++block_users_[block];
        }
      });
      if (!in_range) return Broken("blocks.range: inode", i);
      if (blocks != inode.block_count) return Broken("inode.block_count", i);
      if (inode.link_count == 0 && inode.holder_count == 0) {
        return Broken("inode.unused", i);
      }
      if (const absl::Status status = CheckEnd(i); !status.ok()) return status;
    }
    return free == super().free_inode_count ? absl::OkStatus()
                                            : Broken("inodes.free", free);
  }

  // Nothing behind the end of a file but zeros in its last block.
  absl::Status CheckEnd(InodeNumber number) {
    const Inode& inode = files_.At(number);
    FileBlocks& blocks = files_.content().blocks();
    const std::uint64_t size = inode.size_bytes;
    const std::uint64_t first = (size + kBlockBytes - 1) / kBlockBytes;
    if (blocks.FindNext(inode, first, kFileBlocksMax, false) !=
        kFileBlocksMax) {
      return Broken("content.end: a block behind it, inode", number);
    }
    if (size % kBlockBytes == 0) return absl::OkStatus();
    const BlockNumber last = blocks.Find(inode, size / kBlockBytes);
    if (last == kNoBlock) return absl::OkStatus();
    for (const std::byte byte :
         blocks.store().Bytes(last).subspan(size % kBlockBytes)) {
      if (byte != std::byte{0}) {
        return Broken("content.end: no zero behind it, inode", number);
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckBitmap() {
    std::uint64_t free = 0;
    for (BlockNumber i = 0; i < super().block_count; ++i) {
      const bool is_meta = i < super().data_block;
      const bool used = files_.blocks().IsUsed(i);
      free += !used;
      if (used != (is_meta || block_users_[i] == 1)) {
        return Broken("blocks.bitmap", i);
      }
      if (!used && i < super().first_free_block) {
        return Broken("blocks.first_free", i);
      }
    }
    return free == super().free_block_count ? absl::OkStatus()
                                            : Broken("blocks.free", free);
  }

  // From the root every directory is reached once, and names its parent.
  absl::Status CheckTree() {
    std::vector<InodeNumber> left = {kRootInode};
    visited_[kRootInode] = true;
    while (!left.empty()) {
      const InodeNumber folder = left.back();
      left.pop_back();
      Directory directory = files_.DirectoryAt(folder);
      if (!directory.IsWellFormed()) return Broken("directory.records", folder);
      if (directory.Find(".") != folder) return Broken("directory.dot", folder);
      std::set<std::string, std::less<>> names;
      std::uint64_t position = 0;
      while (const auto entry = directory.Next(position)) {
        position = entry->next_position;
        if (!names.emplace(entry->name).second) {
          return Broken("directory.names: one is there twice", folder);
        }
        if (entry->inode > files_.inodes().count() ||
            files_.At(entry->inode).mode == 0 ||
            DirectoryTypeOf(files_.At(entry->inode).mode) != entry->type) {
          return Broken("directory.entry", folder);
        }
        ++links_[entry->inode];
        if (entry->name == "." || entry->name == ".." ||
            !files_.At(entry->inode).IsDirectory()) {
          continue;
        }
        if (visited_[entry->inode] ||
            files_.DirectoryAt(entry->inode).Find("..") != folder) {
          return Broken("directory.tree", entry->inode);
        }
        visited_[entry->inode] = true;
        left.push_back(entry->inode);
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckLinks() {
    for (InodeNumber i = 1; i <= files_.inodes().count(); ++i) {
      if (files_.At(i).mode != 0 && files_.At(i).link_count != links_[i]) {
        return Broken("inode.link_count", i);
      }
    }
    return absl::OkStatus();
  }

  absl::Status CheckHolders() {
    std::vector<std::uint64_t> holders(files_.inodes().count() + 1);
    ++holders[state_.process().working_directory];
    state_.descriptors.ForEachFile(
        [&](const OpenFile& file) { ++holders[file.inode]; });
    for (InodeNumber i = 1; i <= files_.inodes().count(); ++i) {
      if (files_.At(i).mode != 0 && files_.At(i).holder_count != holders[i]) {
        return Broken("inode.holder_count", i);
      }
    }
    return absl::OkStatus();
  }

  KernelState& state_;
  FileSystem& files_;
  std::vector<std::uint32_t> block_users_;
  std::vector<std::uint32_t> links_;
  std::vector<bool> visited_;
};

}  // namespace

absl::Status CheckFileSystem(KernelState& state) {
  return Checker(state).Check();
}

}  // namespace kheap::kernel
