// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_DESCRIPTOR_TABLE_H_
#define KHEAP_KERNEL_DESCRIPTOR_TABLE_H_

// File descriptors, and the open file descriptions that they refer to: an
// inode, its position and status flags. Descriptors made by dup share one.
//
//   +0  slots         descriptor_count of them: which description, flags
//   …   descriptions  as many
//
// A description holds its inode.

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "heap/global_heap.h"
#include "kernel/file_system.h"
#include "kernel/kernel_page.h"
#include "kernel/linux_errno.h"

namespace kheap::kernel {

inline constexpr std::uint64_t kDescriptorCountMax = 65535;

struct OpenFile {
  Uint32 references;  // descriptors; 0: not in use
  Uint32 inode;
  Uint32 flags;  // of open: access mode and status
  Uint32 reserved;
  Uint64 position;

  // An access mode of 3 allows neither, as on Linux.
  bool IsReadable() const {
    return !HasFlags(kO_PATH) && flags % 4 != kO_WRONLY && flags % 4 != 3;
  }
  bool IsWritable() const {
    return !HasFlags(kO_PATH) && flags % 4 != 0 && flags % 4 != 3;
  }
  bool HasFlags(std::uint32_t wanted) const;
};
static_assert(sizeof(OpenFile) == 24);

class DescriptorTable {
 public:
  DescriptorTable(GlobalHeap& heap, FileSystem& files)
      : heap_(&heap), files_(&files) {}

  static std::uint64_t BytesFor(std::uint64_t descriptor_count);

  // The description, or null where the descriptor is not open.
  OpenFile* Find(std::int32_t descriptor);
  // Its number, below descriptor_count, by which the host knows it.
  std::uint32_t IndexOf(const OpenFile& file) const;

  // Opens the lowest free descriptor. Takes over one hold of the inode, also
  // where it fails: -EMFILE.
  Result Open(InodeNumber inode, std::uint32_t flags);
  // Whether Open and Duplicate would find a free descriptor, and another.
  bool HasRoom(std::uint32_t count = 1) const;

  // The lowest free descriptor that is not below `lowest`; -EBADF, -EMFILE.
  Result Duplicate(std::int32_t descriptor, std::int32_t lowest,
                   bool close_on_exec);
  // That very descriptor, which is closed if it is open; they differ.
  Result DuplicateTo(std::int32_t descriptor, std::int32_t to,
                     bool close_on_exec);
  Result Close(std::int32_t descriptor);

  bool IsCloseOnExec(std::int32_t descriptor) const;
  void SetCloseOnExec(std::int32_t descriptor, bool value);

  // How many open descriptions of the inode may be read (or written).
  std::uint32_t CountReaders(InodeNumber inode) const;
  std::uint32_t CountWriters(InodeNumber inode) const;

  // Visits the descriptions in use.
  void ForEachFile(absl::FunctionRef<void(const OpenFile&)> visit) const;

  // OK, or the first broken rule and where.
  absl::Status CheckInvariants() const;

 private:
  struct Slot;

  std::uint32_t count() const;
  // One more than the highest descriptor that may be opened.
  std::uint32_t limit() const;
  Slot& SlotAt(std::uint32_t descriptor) const;
  OpenFile& FileAt(std::uint32_t index) const;
  bool IsOpen(std::int32_t descriptor) const;
  // The lowest free descriptor from `lowest` on, or -EMFILE.
  Result FindFree(std::uint32_t lowest) const;
  void Refer(std::uint32_t descriptor, std::uint32_t index, bool close_on_exec);

  GlobalHeap* heap_;
  FileSystem* files_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_DESCRIPTOR_TABLE_H_
