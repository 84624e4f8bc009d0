// SPDX-License-Identifier: Apache-2.0
#include "kernel/file_system.h"

#include <span>

#include "machine/check.h"

namespace kheap::kernel {

namespace {

constexpr std::uint32_t kLinksMax = 32000;  // as ext2

std::span<const std::byte> BytesOf(std::string_view text) {
  return std::as_bytes(std::span(text));
}

}  // namespace

void FileSystem::Format() {
  Superblock& super = KernelPageOf(*heap_).files;
  blocks_.Format(super.data_block);
  super.first_free_inode = kRootInode;
  super.free_inode_count = super.inode_count;
  const InodeNumber root = Allocate(kS_IFDIR + 0755);
  KHEAP_CHECK(root == kRootInode, "the root is the first inode");
  DirectoryAt(root).Add(".", root, kS_IFDIR);
  DirectoryAt(root).Add("..", root, kS_IFDIR);
  At(root).link_count = 2;
}

InodeNumber FileSystem::Allocate(std::uint32_t mode) {
  const InodeNumber number = inodes_.Allocate(mode);
  if (number == kNoInode) return kNoInode;
  Inode& inode = At(number);
  inode.access_time = now_;
  inode.modify_time = now_;
  inode.change_time = now_;
  return number;
}

void FileSystem::TouchContent(InodeNumber inode) {
  At(inode).modify_time = now_;
  At(inode).change_time = now_;
}

Result FileSystem::Find(InodeNumber directory, std::string_view name) {
  if (!At(directory).IsDirectory()) return -kENOTDIR;
  const InodeNumber found = DirectoryAt(directory).Find(name);
  return found == kNoInode ? -kENOENT : Result{found};
}

// ---- making names -----------------------------------------------------------

// Whether a name can be added, with `blocks` more for what it names.
Result FileSystem::CheckRoomIn(InodeNumber directory,
                               std::uint64_t blocks) const {
  if (At(directory).link_count == 0) return -kENOENT;
  if (blocks_.free_count() < Directory::kAddBlocksMax + blocks) return -kENOSPC;
  return 0;
}

Result FileSystem::Create(InodeNumber directory, std::string_view name,
                          std::uint32_t mode) {
  if (const Result error = CheckRoomIn(directory, 0); error != 0) return error;
  const InodeNumber inode = Allocate(mode);
  if (inode == kNoInode) return -kENOSPC;
  At(inode).link_count = 1;
  DirectoryAt(directory).Add(name, inode, mode);
  TouchContent(directory);
  return inode;
}

Result FileSystem::MakeDirectory(InodeNumber directory, std::string_view name,
                                 std::uint32_t permissions) {
  if (const Result error = CheckRoomIn(directory, 1); error != 0) return error;
  if (At(directory).link_count >= kLinksMax) return -kEMLINK;
  const Result made = Create(directory, name, kS_IFDIR + permissions);
  if (made < 0) return made;
  const auto inode = static_cast<InodeNumber>(made);
  DirectoryAt(inode).Add(".", inode, kS_IFDIR);
  DirectoryAt(inode).Add("..", directory, kS_IFDIR);
  At(inode).link_count = 2;
  At(directory).link_count += 1;
  return inode;
}

Result FileSystem::MakeSymbolicLink(InodeNumber directory,
                                    std::string_view name,
                                    std::string_view text) {
  if (const Result error = CheckRoomIn(directory, 1); error != 0) return error;
  const Result made = Create(directory, name, kS_IFLNK + 0777);
  if (made < 0) return made;
  const Result written =
      content_.Write(At(static_cast<InodeNumber>(made)), 0, BytesOf(text));
  KHEAP_CHECK(written == static_cast<Result>(text.size()),
              "there is a block for a link's text");
  return made;
}

Result FileSystem::Link(InodeNumber inode, InodeNumber directory,
                        std::string_view name) {
  if (const Result error = CheckRoomIn(directory, 0); error != 0) return error;
  if (At(inode).link_count >= kLinksMax) return -kEMLINK;
  DirectoryAt(directory).Add(name, inode, At(inode).mode);
  At(inode).link_count += 1;
  At(inode).change_time = now_;
  TouchContent(directory);
  return 0;
}

Result FileSystem::CreateUnnamed(std::uint32_t mode, std::string_view content) {
  if (blocks_.free_count() < 2) return -kENOSPC;
  const InodeNumber inode = Allocate(mode);
  if (inode == kNoInode) return -kENOSPC;
  content_.Write(At(inode), 0, BytesOf(content));
  Hold(inode);
  return inode;
}

// ---- taking names away ------------------------------------------------------

void FileSystem::FreeUnused(InodeNumber number) {
  Inode& inode = At(number);
  if (inode.link_count != 0 || inode.holder_count != 0) return;
  content_.Resize(inode, 0);
  inodes_.Free(number);
}

void FileSystem::Release(InodeNumber inode) {
  KHEAP_CHECK(At(inode).holder_count != 0, "an inode is released once a hold");
  At(inode).holder_count -= 1;
  FreeUnused(inode);
}

void FileSystem::DropLink(InodeNumber inode) {
  At(inode).link_count -= 1;
  At(inode).change_time = now_;
  FreeUnused(inode);
}

void FileSystem::Unlink(InodeNumber directory, std::string_view name) {
  const InodeNumber inode = DirectoryAt(directory).Find(name);
  DirectoryAt(directory).Remove(name);
  TouchContent(directory);
  DropLink(inode);
}

void FileSystem::Dissolve(InodeNumber directory, InodeNumber parent) {
  content_.Resize(At(directory), 0);
  At(directory).link_count = 0;
  At(directory).change_time = now_;
  FreeUnused(directory);
  At(parent).link_count -= 1;
}

Result FileSystem::RemoveDirectory(InodeNumber directory,
                                   std::string_view name) {
  const InodeNumber inode = DirectoryAt(directory).Find(name);
  if (At(inode).mount != 0) return -kEBUSY;
  if (!DirectoryAt(inode).IsEmpty()) return -kENOTEMPTY;
  DirectoryAt(directory).Remove(name);
  TouchContent(directory);
  Dissolve(inode, directory);
  return 0;
}

// ---- renaming ---------------------------------------------------------------

bool FileSystem::LeadsTo(InodeNumber inode, InodeNumber directory) {
  while (directory != inode) {
    const InodeNumber parent = DirectoryAt(directory).Find("..");
    if (parent == directory || parent == kNoInode) return false;
    directory = parent;
  }
  return true;
}

Result FileSystem::CheckReplaced(InodeNumber moved, InodeNumber replaced) {
  const bool moves_directory = At(moved).IsDirectory();
  if (moves_directory && !At(replaced).IsDirectory()) return -kENOTDIR;
  if (!moves_directory && At(replaced).IsDirectory()) return -kEISDIR;
  if (At(replaced).mount != 0) return -kEBUSY;
  if (moves_directory && !DirectoryAt(replaced).IsEmpty()) return -kENOTEMPTY;
  return 0;
}

Result FileSystem::Rename(InodeNumber from_directory, std::string_view from,
                          InodeNumber to_directory, std::string_view to) {
  const InodeNumber moved = DirectoryAt(from_directory).Find(from);
  const InodeNumber replaced = DirectoryAt(to_directory).Find(to);
  const bool is_directory = At(moved).IsDirectory();
  if (is_directory && LeadsTo(moved, to_directory)) return -kEINVAL;
  if (replaced != kNoInode && At(replaced).IsDirectory() &&
      LeadsTo(replaced, from_directory)) {
    return -kENOTEMPTY;
  }
  if (moved == replaced) return 0;
  if (At(moved).mount != 0) return -kEBUSY;
  Result error = 0;
  if (replaced != kNoInode) {
    error = CheckReplaced(moved, replaced);
  } else {
    error = CheckRoomIn(to_directory, 0);
    if (is_directory && At(to_directory).link_count >= kLinksMax) {
      error = -kEMLINK;
    }
  }
  if (error != 0) return error;

  const std::uint32_t mode = At(moved).mode;
  if (replaced != kNoInode) {
    DirectoryAt(to_directory).Replace(to, moved, mode);
    if (is_directory) {
      Dissolve(replaced, to_directory);
    } else {
      DropLink(replaced);
    }
  } else {
    DirectoryAt(to_directory).Add(to, moved, mode);
  }
  DirectoryAt(from_directory).Remove(from);
  if (is_directory && from_directory != to_directory) {
    DirectoryAt(moved).Replace("..", to_directory, kS_IFDIR);
    At(from_directory).link_count -= 1;
    At(to_directory).link_count += 1;
  }
  At(moved).change_time = now_;
  TouchContent(from_directory);
  TouchContent(to_directory);
  return 0;
}

// ---- content ----------------------------------------------------------------

Result FileSystem::Write(InodeNumber inode, std::uint64_t offset,
                         std::span<const std::byte> from) {
  const Result written = content_.Write(At(inode), offset, from);
  if (written > 0) TouchContent(inode);
  return written;
}

Result FileSystem::Truncate(InodeNumber inode, std::uint64_t size_bytes) {
  if (size_bytes > kFileBytesMax) return -kEFBIG;
  content_.Resize(At(inode), size_bytes);
  TouchContent(inode);
  return 0;
}

}  // namespace kheap::kernel
