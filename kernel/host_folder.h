// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_HOST_FOLDER_H_
#define KHEAP_KERNEL_HOST_FOLDER_H_

// A folder of the host that the guest was given, and nothing outside of it.
//
// Paths are relative to the folder: names joined by "/", none of them empty,
// "." or "..", and the empty path for the folder itself. Every name but the
// last is opened as a directory that is no symbolic link, one at a time from
// the folder's own descriptor; so whatever else happens on the host meanwhile,
// no path leads out.
//
// Failures are negative Linux errors. In a folder that is not writable, what
// would change something is -EROFS.
//
// The guest itself never gets out, whatever links say. But programs of the host
// follow the symbolic links that it leaves behind. Which of them it may make
// and move says kernel/host_links.h; others are -EPERM. No more is promised:
// where a link of the host's with a ".." behind a name leads, the guest can
// change by removing and making folders; and since a move is looked at before
// it is made, the rule holds for one process per writable folder.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kernel/host_descriptor.h"
#include "kernel/linux_errno.h"

namespace kheap::kernel {

// What the guest may know of a host file. Times are nanoseconds since 1970.
struct HostFileInfo {
  std::uint32_t mode = 0;  // Linux's type and permission bits
  std::uint64_t size_bytes = 0;
  std::uint64_t blocks = 0;  // of 512 bytes
  std::int64_t access_time = 0;
  std::int64_t modify_time = 0;
  std::int64_t change_time = 0;
};

struct HostName {
  std::string name;
  std::uint32_t mode = 0;  // the type only

  friend bool operator==(const HostName&, const HostName&) = default;
};

class HostFolder {
 public:
  // NotFound, PermissionDenied, or InvalidArgument for what is no folder.
  static absl::StatusOr<HostFolder> Open(const std::string& path,
                                         bool writable);

  bool writable() const { return writable_; }

  Result Inspect(std::string_view path, HostFileInfo& info) const;
  // Linux's `flags` and `permissions`, as of openat. Regular files and
  // directories only: -EACCES for anything else, -ELOOP for a symbolic link.
  Result OpenFile(std::string_view path, std::uint32_t flags,
                  std::uint32_t permissions, HostDescriptor& file) const;
  // All names but "." and "..", sorted.
  Result List(std::string_view path, std::vector<HostName>& names) const;
  Result ReadLink(std::string_view path, std::string& text) const;

  Result MakeDirectory(std::string_view path, std::uint32_t permissions) const;
  Result MakeSymbolicLink(std::string_view path, const std::string& text) const;
  Result Link(std::string_view from, std::string_view to) const;
  Result Remove(std::string_view path, bool directory) const;
  Result Rename(std::string_view from, std::string_view to) const;
  Result SetPermissions(std::string_view path, std::uint32_t permissions) const;
  // Nanoseconds since 1970; a negative one stays as it is.
  Result SetTimes(std::string_view path, std::int64_t access_time,
                  std::int64_t modify_time) const;

 private:
  // The directory that a path's last name is in, and that name: "." for the
  // empty path.
  struct Parent {
    HostDescriptor directory;
    std::string name;
  };

  HostFolder(HostDescriptor root, bool writable)
      : root_(std::move(root)), writable_(writable) {}

  Result OpenParent(std::string_view path, Parent& parent) const;
  // The same to change something: -EROFS, -EBUSY for the folder itself.
  Result OpenParentToWrite(std::string_view path, Parent& parent) const;
  // The same of both ends of a move: -EPERM for links that must stay.
  Result OpenParentsToMove(std::string_view from, Parent& source,
                           std::string_view to, Parent& target) const;

  HostDescriptor root_;
  bool writable_;
};

// ---- of an open host file ---------------------------------------------------

Result InspectHostFile(int descriptor, HostFileInfo& info);
Result ReadHostFile(int descriptor, std::uint64_t offset,
                    std::span<std::byte> to);
Result WriteHostFile(int descriptor, std::uint64_t offset,
                     std::span<const std::byte> from);
Result TruncateHostFile(int descriptor, std::uint64_t size_bytes);
Result SyncHostFile(int descriptor);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_HOST_FOLDER_H_
