// SPDX-License-Identifier: Apache-2.0
#include "kernel/host_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"
#include "kernel/host_error.h"
#include "kernel/host_links.h"
#include "kernel/linux_abi.h"

namespace kheap::kernel {

namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

// Flags of the host's own open.
struct HostFlags {
  unsigned value = 0;

  HostFlags& Add(int flag, bool wanted = true) {
    if (wanted) value = bits::Or(value, static_cast<unsigned>(flag));
    return *this;
  }
  operator int() const { return static_cast<int>(value); }
};

HostFlags HostFlagsFor(std::uint32_t flags) {
  HostFlags host;
  host.Add(O_CLOEXEC).Add(O_NOFOLLOW).Add(O_NOCTTY).Add(O_NONBLOCK);
  host.Add(O_WRONLY, bits::HasFlag(flags, kO_WRONLY));
  host.Add(O_RDWR, bits::HasFlag(flags, kO_RDWR));
  host.Add(O_CREAT, bits::HasFlag(flags, kO_CREAT));
  host.Add(O_EXCL, bits::HasFlag(flags, kO_EXCL));
  host.Add(O_TRUNC, bits::HasFlag(flags, kO_TRUNC));
  host.Add(O_DIRECTORY, bits::HasFlag(flags, kO_DIRECTORY));
  return host;
}

// Read, write and execute, for the owner, its group and others. A guest makes
// no file on the host that runs as somebody else (set-user-ID and the like).
constexpr std::uint32_t kHostPermissionsEnd = 512;

std::uint32_t TypeOf(mode_t mode) {
  if (S_ISREG(mode)) return kS_IFREG;
  if (S_ISDIR(mode)) return kS_IFDIR;
  if (S_ISLNK(mode)) return kS_IFLNK;
  if (S_ISFIFO(mode)) return kS_IFIFO;
  return kS_IFCHR;
}

std::int64_t Nanoseconds(const timespec& time) {
  return time.tv_sec * kNanoseconds + time.tv_nsec;
}

void Describe(const struct stat& status, HostFileInfo& info) {
  const auto permissions = static_cast<std::uint32_t>(status.st_mode) % 4096;
  info.mode = TypeOf(status.st_mode) + permissions;
  info.size_bytes = static_cast<std::uint64_t>(status.st_size);
  info.blocks = static_cast<std::uint64_t>(status.st_blocks);
  info.access_time = Nanoseconds(status.st_atim);
  info.modify_time = Nanoseconds(status.st_mtim);
  info.change_time = Nanoseconds(status.st_ctim);
}

// The Linux error of the last call, or 0.
Result ErrorUnless(bool success) { return success ? 0 : ErrorFromHost(errno); }

timespec HostTime(std::int64_t nanoseconds) {
  if (nanoseconds < 0) return {.tv_sec = 0, .tv_nsec = UTIME_OMIT};
  return {.tv_sec = nanoseconds / kNanoseconds,
          .tv_nsec = nanoseconds % kNanoseconds};
}

// How many folders of the given one are above a path's last name.
std::ptrdiff_t DepthOf(std::string_view path) {
  return std::ranges::count(path, '/');
}

// A path without its last name.
std::string_view FolderOf(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return path.substr(0, slash == std::string_view::npos ? 0 : slash);
}

}  // namespace

absl::StatusOr<HostFolder> HostFolder::Open(const std::string& path,
                                            bool writable) {
  // The one path that the host resolves as it likes: the user gave it.
  HostDescriptor root(open(
      path.c_str(), HostFlags().Add(O_RDONLY).Add(O_DIRECTORY).Add(O_CLOEXEC)));
  if (root.is_open()) return HostFolder(std::move(root), writable);
  switch (errno) {
    case ENOTDIR:
      return absl::InvalidArgumentError(absl::StrCat(path, " is no folder"));
    case EACCES:
      return absl::PermissionDeniedError(
          absl::StrCat("no permission to read ", path));
    case ENOENT:
      return absl::NotFoundError(absl::StrCat("there is no folder ", path));
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("the folder ", path, " cannot be opened"));
  }
}

// ---- finding ----------------------------------------------------------------

Result HostFolder::OpenParent(std::string_view path, Parent& parent) const {
  HostDescriptor directory;
  Result error = Duplicate(root_.number(), directory);
  if (error != 0) return error;
  std::size_t slash;
  while ((slash = path.find('/')) != std::string_view::npos) {
    HostDescriptor next;
    error = OpenFolderIn(directory.number(), std::string(path.substr(0, slash)),
                         next);
    if (error != 0) return error;
    directory = std::move(next);
    path.remove_prefix(slash + 1);
  }
  parent.directory = std::move(directory);
  parent.name = path.empty() ? "." : std::string(path);
  return 0;
}

Result HostFolder::OpenParentToWrite(std::string_view path,
                                     Parent& parent) const {
  if (!writable_) return -kEROFS;
  if (path.empty()) return -kEBUSY;
  return OpenParent(path, parent);
}

Result HostFolder::OpenParentsToMove(std::string_view from, Parent& source,
                                     std::string_view to,
                                     Parent& target) const {
  Result error = OpenParentToWrite(from, source);
  if (error == 0) error = OpenParentToWrite(to, target);
  if (error != 0 || FolderOf(from) == FolderOf(to)) return error;
  return CheckMoveAway(source.directory.number(), source.name);
}

Result HostFolder::Inspect(std::string_view path, HostFileInfo& info) const {
  Parent parent;
  if (const Result error = OpenParent(path, parent); error != 0) return error;
  struct stat status;
  if (fstatat(parent.directory.number(), parent.name.c_str(), &status,
              AT_SYMLINK_NOFOLLOW) != 0) {
    return ErrorFromHost(errno);
  }
  Describe(status, info);
  return 0;
}

Result HostFolder::OpenFile(std::string_view path, std::uint32_t flags,
                            std::uint32_t permissions,
                            HostDescriptor& file) const {
  const bool writes =
      bits::Field(flags, 0, 2) != 0 || bits::HasAny(flags, kO_CREAT + kO_TRUNC);
  if (writes && !writable_) return -kEROFS;
  Parent parent;
  if (const Result error = OpenParent(path, parent); error != 0) return error;
  struct stat status;
  // A look before the leap: opening a pipe or a device may do things.
  if (fstatat(parent.directory.number(), parent.name.c_str(), &status,
              AT_SYMLINK_NOFOLLOW) == 0 &&
      !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    return S_ISLNK(status.st_mode) ? -kELOOP : -kEACCES;
  }
  HostDescriptor opened(openat(parent.directory.number(), parent.name.c_str(),
                               HostFlagsFor(flags),
                               permissions % kHostPermissionsEnd));
  if (!opened.is_open()) return ErrorFromHost(errno);
  if (fstat(opened.number(), &status) != 0) return ErrorFromHost(errno);
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return -kEACCES;
  file = std::move(opened);
  return 0;
}

Result HostFolder::List(std::string_view path,
                        std::vector<HostName>& names) const {
  HostDescriptor folder;
  if (const Result error = OpenFile(path, kO_DIRECTORY, 0, folder);
      error != 0) {
    return error;
  }
  std::vector<std::string> found;
  const Result error = NamesIn(folder.number(), found);
  if (error != 0) return error;
  names.clear();
  for (std::string& name : found) {
    struct stat status;
    if (fstatat(folder.number(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) !=
        0) {
      continue;  // gone meanwhile
    }
    names.push_back({std::move(name), TypeOf(status.st_mode)});
  }
  std::ranges::sort(names, {}, &HostName::name);
  return 0;
}

Result HostFolder::ReadLink(std::string_view path, std::string& text) const {
  Parent parent;
  if (const Result error = OpenParent(path, parent); error != 0) return error;
  return ReadLinkIn(parent.directory.number(), parent.name, text);
}

// ---- changing ---------------------------------------------------------------

Result HostFolder::MakeDirectory(std::string_view path,
                                 std::uint32_t permissions) const {
  Parent parent;
  const Result error = OpenParentToWrite(path, parent);
  if (error != 0) return error;
  return ErrorUnless(mkdirat(parent.directory.number(), parent.name.c_str(),
                             permissions % kHostPermissionsEnd) == 0);
}

Result HostFolder::MakeSymbolicLink(std::string_view path,
                                    const std::string& text) const {
  Parent parent;
  const Result error = OpenParentToWrite(path, parent);
  if (error != 0) return error;
  if (!MayMakeLink(text, DepthOf(path))) return -kEPERM;
  return ErrorUnless(symlinkat(text.c_str(), parent.directory.number(),
                               parent.name.c_str()) == 0);
}

Result HostFolder::Link(std::string_view from, std::string_view to) const {
  Parent source;
  Parent target;
  const Result error = OpenParentsToMove(from, source, to, target);
  if (error != 0) return error;
  return ErrorUnless(linkat(source.directory.number(), source.name.c_str(),
                            target.directory.number(), target.name.c_str(),
                            0) == 0);
}

Result HostFolder::Remove(std::string_view path, bool directory) const {
  Parent parent;
  const Result error = OpenParentToWrite(path, parent);
  if (error != 0) return error;
  return ErrorUnless(unlinkat(parent.directory.number(), parent.name.c_str(),
                              directory ? AT_REMOVEDIR : 0) == 0);
}

Result HostFolder::Rename(std::string_view from, std::string_view to) const {
  Parent source;
  Parent target;
  const Result error = OpenParentsToMove(from, source, to, target);
  if (error != 0) return error;
  return ErrorUnless(renameat(source.directory.number(), source.name.c_str(),
                              target.directory.number(),
                              target.name.c_str()) == 0);
}

Result HostFolder::SetPermissions(std::string_view path,
                                  std::uint32_t permissions) const {
  if (!writable_) return -kEROFS;
  if (permissions >= kHostPermissionsEnd) return -kEPERM;
  HostDescriptor file;
  if (const Result error = OpenFile(path, 0, 0, file); error != 0) return error;
  return ErrorUnless(fchmod(file.number(), permissions) == 0);
}

Result HostFolder::SetTimes(std::string_view path, std::int64_t access_time,
                            std::int64_t modify_time) const {
  Parent parent;
  const Result error = OpenParentToWrite(path, parent);
  if (error != 0) return error;
  const std::array<timespec, 2> times = {HostTime(access_time),
                                         HostTime(modify_time)};
  return ErrorUnless(utimensat(parent.directory.number(), parent.name.c_str(),
                               times.data(), AT_SYMLINK_NOFOLLOW) == 0);
}

// ---- open files -------------------------------------------------------------

Result InspectHostFile(int descriptor, HostFileInfo& info) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return ErrorFromHost(errno);
  Describe(status, info);
  return 0;
}

Result ReadHostFile(int descriptor, std::uint64_t offset,
                    std::span<std::byte> to) {
  return RetryInterrupted([&] {
    return pread(descriptor, to.data(), to.size(), static_cast<off_t>(offset));
  });
}

Result WriteHostFile(int descriptor, std::uint64_t offset,
                     std::span<const std::byte> from) {
  return RetryInterrupted([&] {
    return pwrite(descriptor, from.data(), from.size(),
                  static_cast<off_t>(offset));
  });
}

Result TruncateHostFile(int descriptor, std::uint64_t size_bytes) {
  return RetryInterrupted(
      [&] { return ftruncate(descriptor, static_cast<off_t>(size_bytes)); });
}

Result SyncHostFile(int descriptor) {
  return RetryInterrupted([&] { return fsync(descriptor); });
}

}  // namespace kheap::kernel
