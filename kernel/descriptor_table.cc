// SPDX-License-Identifier: Apache-2.0
#include "kernel/descriptor_table.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"

namespace kheap::kernel {

struct DescriptorTable::Slot {
  Uint16 description;  // its index + 1; 0: free
  Uint16 close_on_exec;
};

bool OpenFile::HasFlags(std::uint32_t wanted) const {
  return bits::HasFlag(flags.get(), wanted);
}

std::uint64_t DescriptorTable::BytesFor(std::uint64_t descriptor_count) {
  return descriptor_count * (sizeof(Slot) + sizeof(OpenFile));
}

std::uint32_t DescriptorTable::count() const {
  return KernelPageOf(*heap_).descriptor_count;
}

std::uint32_t DescriptorTable::limit() const {
  const std::uint64_t soft =
      KernelPageOf(*heap_).process.limits[kRLIMIT_NOFILE].rlim_cur;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(soft, count()));
}

DescriptorTable::Slot& DescriptorTable::SlotAt(std::uint32_t descriptor) const {
  const BlockNumber block = KernelPageOf(*heap_).files.descriptor_block;
  return heap_->RuntimeObject<Slot>(AddressOfBlock(*heap_, block) +
                                    descriptor * sizeof(Slot));
}

OpenFile& DescriptorTable::FileAt(std::uint32_t index) const {
  const BlockNumber block = KernelPageOf(*heap_).files.descriptor_block;
  return heap_->RuntimeObject<OpenFile>(AddressOfBlock(*heap_, block) +
                                        count() * sizeof(Slot) +
                                        index * sizeof(OpenFile));
}

bool DescriptorTable::IsOpen(std::int32_t descriptor) const {
  return descriptor >= 0 && static_cast<std::uint32_t>(descriptor) < count() &&
         SlotAt(static_cast<std::uint32_t>(descriptor)).description != 0;
}

OpenFile* DescriptorTable::Find(std::int32_t descriptor) {
  if (!IsOpen(descriptor)) return nullptr;
  return &FileAt(SlotAt(static_cast<std::uint32_t>(descriptor)).description -
                 1u);
}

std::uint32_t DescriptorTable::IndexOf(const OpenFile& file) const {
  return static_cast<std::uint32_t>(&file - &FileAt(0));
}

Result DescriptorTable::FindFree(std::uint32_t lowest) const {
  for (std::uint32_t i = lowest; i < limit(); ++i) {
    if (SlotAt(i).description == 0) return i;
  }
  return -kEMFILE;
}

bool DescriptorTable::HasRoom(std::uint32_t wanted) const {
  std::uint32_t lowest = 0;
  for (; wanted > 0; --wanted) {
    const Result found = FindFree(lowest);
    if (found < 0) return false;
    lowest = static_cast<std::uint32_t>(found) + 1;
  }
  return true;
}

void DescriptorTable::Refer(std::uint32_t descriptor, std::uint32_t index,
                            bool close_on_exec) {
  SlotAt(descriptor).description = static_cast<std::uint16_t>(index + 1);
  SlotAt(descriptor).close_on_exec = close_on_exec ? 1 : 0;
  FileAt(index).references += 1;
}

Result DescriptorTable::Open(InodeNumber inode, std::uint32_t flags) {
  const Result descriptor = FindFree(0);
  if (descriptor < 0) {
    files_->Release(inode);
    return descriptor;
  }
  // There are as many descriptions as descriptors, so one is free.
  std::uint32_t index = 0;
  while (FileAt(index).references != 0) ++index;
  OpenFile& file = FileAt(index);
  file = OpenFile{};
  file.inode = inode;
  // What matters to opening only is not kept.
  constexpr std::uint32_t kOpeningFlags =
      kO_CREAT + kO_EXCL + kO_TRUNC + 0400 + kO_CLOEXEC;
  file.flags = bits::Without(flags, kOpeningFlags);
  Refer(static_cast<std::uint32_t>(descriptor), index,
        bits::HasFlag(flags, kO_CLOEXEC));
  return descriptor;
}

Result DescriptorTable::Duplicate(std::int32_t descriptor, std::int32_t lowest,
                                  bool close_on_exec) {
  if (!IsOpen(descriptor)) return -kEBADF;
  const Result free = FindFree(static_cast<std::uint32_t>(lowest));
  if (free < 0) return free;
  Refer(static_cast<std::uint32_t>(free), IndexOf(*Find(descriptor)),
        close_on_exec);
  return free;
}

Result DescriptorTable::DuplicateTo(std::int32_t descriptor, std::int32_t to,
                                    bool close_on_exec) {
  if (to < 0 || static_cast<std::uint32_t>(to) >= limit()) return -kEBADF;
  if (!IsOpen(descriptor)) return -kEBADF;
  const std::uint32_t index = IndexOf(*Find(descriptor));
  if (IsOpen(to)) Close(to);
  Refer(static_cast<std::uint32_t>(to), index, close_on_exec);
  return to;
}

Result DescriptorTable::Close(std::int32_t descriptor) {
  OpenFile* const file = Find(descriptor);
  if (file == nullptr) return -kEBADF;
  SlotAt(static_cast<std::uint32_t>(descriptor)) = Slot{};
  file->references -= 1;
  if (file->references == 0) {
    const InodeNumber inode = file->inode;
    *file = OpenFile{};
    files_->Release(inode);
  }
  return 0;
}

bool DescriptorTable::IsCloseOnExec(std::int32_t descriptor) const {
  return SlotAt(static_cast<std::uint32_t>(descriptor)).close_on_exec != 0;
}

void DescriptorTable::SetCloseOnExec(std::int32_t descriptor, bool value) {
  SlotAt(static_cast<std::uint32_t>(descriptor)).close_on_exec = value ? 1 : 0;
}

std::uint32_t DescriptorTable::CountReaders(InodeNumber inode) const {
  std::uint32_t readers = 0;
  for (std::uint32_t i = 0; i < count(); ++i) {
    const OpenFile& file = FileAt(i);
    readers += file.references != 0 && file.inode == inode && file.IsReadable();
  }
  return readers;
}

std::uint32_t DescriptorTable::CountWriters(InodeNumber inode) const {
  std::uint32_t writers = 0;
  for (std::uint32_t i = 0; i < count(); ++i) {
    const OpenFile& file = FileAt(i);
    writers += file.references != 0 && file.inode == inode && file.IsWritable();
  }
  return writers;
}

void DescriptorTable::ForEachFile(
    absl::FunctionRef<void(const OpenFile&)> visit) const {
  for (std::uint32_t i = 0; i < count(); ++i) {
    if (FileAt(i).references != 0) visit(FileAt(i));
  }
}

absl::Status DescriptorTable::CheckInvariants() const {
  std::vector<std::uint32_t> references(count());
  for (std::uint32_t i = 0; i < count(); ++i) {
    const std::uint32_t description = SlotAt(i).description;
    if (description > count()) {
      return absl::InternalError(
          absl::StrCat("kernel.descriptor: no such description: ", i));
    }
    if (description != 0) ++references[description - 1];
  }
  for (std::uint32_t i = 0; i < count(); ++i) {
    const OpenFile& file = FileAt(i);
    if (file.references != references[i]) {
      return absl::InternalError(
          absl::StrCat("kernel.references: of open file description ", i));
    }
  }
  return absl::OkStatus();
}

}  // namespace kheap::kernel
