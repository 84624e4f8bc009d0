// SPDX-License-Identifier: Apache-2.0
#include "kernel/status_calls.h"

#include <algorithm>
#include <string>

#include "bitshift/bits.h"
#include "kernel/devices.h"
#include "kernel/file_io.h"
#include "kernel/linux_abi.h"

namespace kheap::kernel {

namespace {

constexpr std::uint64_t kArenaDevice = 1;
constexpr std::int64_t kTmpfsMagic = 16914836;  // as statfs of a tmpfs says

void PutTimes(LinuxStat& status, std::int64_t access, std::int64_t modify,
              std::int64_t change) {
  status.st_atime_sec = access / kNanosecondsPerSecond;
  status.st_atime_nsec =
      static_cast<std::uint64_t>(access % kNanosecondsPerSecond);
  status.st_mtime_sec = modify / kNanosecondsPerSecond;
  status.st_mtime_nsec =
      static_cast<std::uint64_t>(modify % kNanosecondsPerSecond);
  status.st_ctime_sec = change / kNanosecondsPerSecond;
  status.st_ctime_nsec =
      static_cast<std::uint64_t>(change % kNanosecondsPerSecond);
}

// A stream that is no terminal looks like a pipe.
void DescribeDevice(KernelState& state, Device device, LinuxStat& status) {
  const DeviceFile& file = DeviceFileOf(device);
  status.st_rdev = file.number;
  if (device < Device::kStandardInput) return;
  const auto stream =
      static_cast<Stream>(static_cast<std::uint32_t>(device) -
                          static_cast<std::uint32_t>(Device::kStandardInput));
  if (state.console.IsTerminal(stream)) return;
  status.st_mode = kS_IFIFO + file.permissions;
  status.st_rdev = 0;
}

LinuxStat StatusOf(KernelState& state, InodeNumber number) {
  const Inode& inode = state.files.At(number);
  LinuxStat status{};
  status.st_dev = kArenaDevice;
  status.st_ino = number;
  status.st_mode = inode.mode;
  status.st_nlink = inode.link_count;
  status.st_blksize = static_cast<std::int32_t>(kBlockBytes);
  if (inode.type() != kS_IFIFO) {
    status.st_size = static_cast<std::int64_t>(inode.size_bytes.get());
    status.st_blocks = std::int64_t{inode.block_count} * 8;
  }
  PutTimes(status, inode.access_time, inode.modify_time, inode.change_time);
  if (inode.type() == kS_IFCHR) {
    DescribeDevice(state, static_cast<Device>(inode.device.get()), status);
  }
  return status;
}

LinuxStat HostStatusOf(KernelState& state, const Place& place,
                       const HostFileInfo& info) {
  LinuxStat status{};
  status.st_dev = kArenaDevice + place.mount;
  status.st_ino = HostInodeOf(place.mount, place.host_path);
  status.st_mode = info.mode;
  status.st_nlink = 1;
  status.st_size = static_cast<std::int64_t>(info.size_bytes);
  status.st_blksize = static_cast<std::int32_t>(kBlockBytes);
  status.st_blocks = static_cast<std::int64_t>((info.size_bytes + 511) / 512);
  if (state.clock.is_real()) {
    PutTimes(status, info.access_time, info.modify_time, info.change_time);
  } else {
    PutTimes(status, kClockStart, kClockStart, kClockStart);
  }
  return status;
}

Result WriteStatusOf(KernelState& state, const Place& place, Address address) {
  if (place.mount == 0) {
    return state.memory.Write(address, StatusOf(state, place.inode));
  }
  const HostFolder* const folder = state.hosts.Find(place.mount);
  if (folder == nullptr) return -kEIO;
  HostFileInfo info;
  const Result error = folder->Inspect(place.host_path, info);
  if (error != 0) return error;
  return state.memory.Write(address, HostStatusOf(state, place, info));
}

Result WriteStatusOfFile(KernelState& state, const OpenFile& file,
                         Address address) {
  if (!IsHostFile(state, file)) {
    return state.memory.Write(address, StatusOf(state, file.inode));
  }
  const Place place = state.walk.PlaceOf(file.inode);
  const Result host = HostDescriptorOf(state, file);
  if (host < 0) return host;
  HostFileInfo info;
  const Result error = InspectHostFile(static_cast<int>(host), info);
  if (error != 0) return error;
  return state.memory.Write(address, HostStatusOf(state, place, info));
}

Result WriteStatfs(KernelState& state, Address address) {
  LinuxStatfs status{};
  status.f_type = kTmpfsMagic;
  status.f_bsize = static_cast<std::int64_t>(kBlockBytes);
  status.f_frsize = static_cast<std::int64_t>(kBlockBytes);
  status.f_blocks = state.files.blocks().count();
  status.f_bfree = state.files.blocks().free_count();
  status.f_bavail = state.files.blocks().free_count();
  status.f_files = state.files.inodes().count();
  status.f_ffree = state.files.inodes().free_count();
  status.f_namelen = static_cast<std::int64_t>(kNameBytesMax);
  return state.memory.Write(address, status);
}

}  // namespace

// FNV-1a (Fowler, Noll and Vo), 64 bits.
std::uint64_t HostInodeOf(std::uint32_t mount, std::string_view path) {
  std::uint64_t hash = 14695981039346656037u + mount;
  for (const char c : path) {
    hash = bits::Xor(hash, std::uint64_t{static_cast<unsigned char>(c)}) *
           1099511628211u;
  }
  return hash;
}

Result FindStart(KernelState& state, std::int32_t descriptor,
                 std::string_view path, Place& start) {
  if (path.starts_with('/')) return 0;
  InodeNumber inode = state.process().working_directory;
  if (descriptor != kAT_FDCWD) {
    const OpenFile* const file = state.descriptors.Find(descriptor);
    if (file == nullptr) return -kEBADF;
    inode = file->inode;
  }
  start = state.walk.PlaceOf(inode);
  return 0;
}

Result FindPath(KernelState& state, std::int32_t descriptor, Address address,
                bool follow_last, Location& location) {
  std::string path;
  Result error = state.memory.ReadPath(address, path);
  if (error == 0 && path.empty()) error = -kENOENT;
  if (error != 0) return error;
  Place start;
  error = FindStart(state, descriptor, path, start);
  if (error != 0) return error;
  return state.walk.Find(start, path, follow_last, location);
}

// ---- the calls --------------------------------------------------------------

Result Fstat(KernelState& state, const Arguments& arguments) {
  const OpenFile* const file = state.descriptors.Find(ToInt(arguments[0]));
  if (file == nullptr) return -kEBADF;
  return WriteStatusOfFile(state, *file, ToAddress(arguments[1]));
}

Result Newfstatat(KernelState& state, const Arguments& arguments) {
  const std::int32_t descriptor = ToInt(arguments[0]);
  const std::uint32_t flags = ToUnsigned(arguments[3]);
  constexpr std::uint32_t kKnown =
      kAT_SYMLINK_NOFOLLOW + kAT_NO_AUTOMOUNT + kAT_EMPTY_PATH;
  if (bits::Without(flags, kKnown) != 0) return -kEINVAL;
  std::string path;
  Result error = state.memory.ReadPath(ToAddress(arguments[1]), path);
  if (error != 0) return error;
  const bool itself = path.empty() && bits::HasFlag(flags, kAT_EMPTY_PATH);
  if (itself && descriptor != kAT_FDCWD) {
    return Fstat(state, {arguments[0], arguments[2]});
  }
  Place start;
  error = FindStart(state, descriptor, path, start);
  if (error != 0) return path.empty() && !itself ? -kENOENT : error;
  if (itself) return WriteStatusOf(state, start, ToAddress(arguments[2]));
  Location location;
  error = state.walk.Find(
      start, path, !bits::HasFlag(flags, kAT_SYMLINK_NOFOLLOW), location);
  if (error != 0) return error;
  return WriteStatusOf(state, location.place, ToAddress(arguments[2]));
}

Result Statfs(KernelState& state, const Arguments& arguments) {
  Location location;
  const Result error =
      FindPath(state, kAT_FDCWD, ToAddress(arguments[0]), true, location);
  if (error != 0) return error;
  return WriteStatfs(state, ToAddress(arguments[1]));
}

Result Fstatfs(KernelState& state, const Arguments& arguments) {
  if (state.descriptors.Find(ToInt(arguments[0])) == nullptr) return -kEBADF;
  return WriteStatfs(state, ToAddress(arguments[1]));
}

Result Faccessat2(KernelState& state, const Arguments& arguments) {
  const std::uint32_t wanted = ToUnsigned(arguments[2]);
  const std::uint32_t flags = ToUnsigned(arguments[3]);
  constexpr std::uint32_t kKnown =
      kAT_SYMLINK_NOFOLLOW + kAT_EACCESS + kAT_EMPTY_PATH;
  if (wanted > 7 || bits::Without(flags, kKnown) != 0) return -kEINVAL;
  Location location;
  const Result error =
      FindPath(state, ToInt(arguments[0]), ToAddress(arguments[1]),
               !bits::HasFlag(flags, kAT_SYMLINK_NOFOLLOW), location);
  if (error != 0) return error;
  // The superuser may do anything, but execute only what someone may.
  constexpr std::uint32_t kExecute = 1;
  constexpr std::uint32_t kWrite = 2;
  const bool executable = bits::HasAny(location.mode, std::uint32_t{0111});
  if (bits::HasFlag(wanted, kExecute) && !executable &&
      !location.IsDirectory()) {
    return -kEACCES;
  }
  const HostFolder* const folder = state.hosts.Find(location.place.mount);
  if (bits::HasFlag(wanted, kWrite) && folder != nullptr &&
      !folder->writable()) {
    return -kEROFS;
  }
  return 0;
}

Result Faccessat(KernelState& state, const Arguments& arguments) {
  return Faccessat2(state, {arguments[0], arguments[1], arguments[2], 0, 0, 0});
}

Result Readlinkat(KernelState& state, const Arguments& arguments) {
  const std::int32_t size = ToInt(arguments[3]);
  if (size <= 0) return -kEINVAL;
  Location location;
  const Result error = FindPath(state, ToInt(arguments[0]),
                                ToAddress(arguments[1]), false, location);
  if (error != 0) return error;
  if (location.mode / 4096 * 4096 != kS_IFLNK) return -kEINVAL;
  std::string text;
  if (const Result failed = state.walk.ReadLink(location.place, text);
      failed != 0) {
    return failed;
  }
  const auto bytes = std::as_bytes(std::span(text))
                         .first(std::min<std::size_t>(
                             text.size(), static_cast<std::size_t>(size)));
  const Result failed = state.memory.WriteBytes(ToAddress(arguments[2]), bytes);
  return failed != 0 ? failed : static_cast<Result>(bytes.size());
}

}  // namespace kheap::kernel
