// SPDX-License-Identifier: Apache-2.0
// getdents64: the names in a directory.
#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "bitshift/bits.h"
#include "kernel/directory.h"
#include "kernel/file_calls.h"
#include "kernel/file_io.h"
#include "kernel/linux_abi.h"
#include "kernel/status_calls.h"

namespace kheap::kernel {

namespace {

// The part of the guest's buffer that is still free.
struct EntryWriter {
  std::span<std::byte> left;
  std::uint64_t written = 0;

  // Whether the entry fitted.
  bool Put(std::uint64_t inode, std::uint8_t type, std::string_view name,
           std::uint64_t next_position) {
    const std::uint64_t size = bits::AlignUp(
        sizeof(LinuxDirent64) + name.size() + 1, std::uint64_t{8});
    if (size > left.size()) return false;
    LinuxDirent64 entry;
    entry.d_ino = inode;
    entry.d_off = static_cast<std::int64_t>(next_position);
    entry.d_reclen = static_cast<std::uint16_t>(size);
    entry.d_type = type;
    std::memset(left.data(), 0, size);
    std::memcpy(left.data(), &entry, sizeof(entry));
    std::memcpy(left.data() + sizeof(entry), name.data(), name.size());
    left = left.subspan(size);
    written += size;
    return true;
  }
};

// Whether there was an entry that did not fit.
bool PutEntries(KernelState& state, OpenFile& file, EntryWriter& writer) {
  Directory directory = state.files.DirectoryAt(file.inode);
  while (const auto entry = directory.Next(file.position)) {
    if (!writer.Put(entry->inode, entry->type, entry->name,
                    entry->next_position)) {
      return true;
    }
    file.position = entry->next_position;
  }
  return false;
}

// The same for a host folder: its names are numbered from 2, behind "." and
// "..".
Result PutHostEntries(KernelState& state, OpenFile& file, EntryWriter& writer) {
  const Place place = state.walk.PlaceOf(file.inode);
  const std::vector<HostName>* names = nullptr;
  const Result error =
      state.hosts.NamesFor(state.descriptors.IndexOf(file),
                           {place.mount, place.host_path, file.flags % 4},
                           file.position == 0, names);
  if (error != 0) return error;
  while (file.position < names->size() + 2) {
    const std::uint64_t next = file.position + 1;
    bool fitted = false;
    if (file.position < 2) {
      fitted =
          writer.Put(HostInodeOf(place.mount, place.host_path),
                     DirectoryTypeOf(kS_IFDIR), next == 1 ? "." : "..", next);
    } else {
      const HostName& name = (*names)[file.position - 2];
      std::string path = place.host_path;
      if (!path.empty()) path += '/';
      fitted = writer.Put(HostInodeOf(place.mount, path + name.name),
                          DirectoryTypeOf(name.mode), name.name, next);
    }
    if (!fitted) return 1;
    file.position = next;
  }
  return 0;
}

}  // namespace

Result Getdents64(KernelState& state, const Arguments& arguments) {
  OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (file == nullptr || !file->IsReadable()) return -kEBADF;
  const Inode& inode = state.files.At(file->inode);
  std::uint32_t mode = inode.mode;
  if (inode.mount != 0) {
    const Result host = HostDescriptorOf(state, *file);
    if (host < 0) return host;
    HostFileInfo info;
    InspectHostFile(static_cast<int>(host), info);
    mode = info.mode;
  }
  if (mode / 4096 * 4096 != kS_IFDIR) return -kENOTDIR;
  if (inode.mount == 0 && inode.link_count == 0) return -kENOENT;
  const Address address = ToAddress(arguments[1]);
  const std::uint64_t size =
      std::min<std::uint64_t>(ToUnsigned(arguments[2]), kTransferBytesMax);
  if (!state.memory.CanWrite(address, size)) return -kEFAULT;
  EntryWriter writer = {state.memory.BytesToWrite(address, size)};
  const Result more = inode.mount != 0
                          ? PutHostEntries(state, *file, writer)
                          : Result{PutEntries(state, *file, writer)};
  if (more < 0) return more;
  state.memory.MarkWritten(address, writer.written);
  if (writer.written == 0 && more != 0) return -kEINVAL;
  return static_cast<Result>(writer.written);
}

}  // namespace kheap::kernel
