// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_PATH_WALK_H_
#define KHEAP_KERNEL_PATH_WALK_H_

// Where a path leads: component by component from a directory, through symbolic
// links, into host folders and out of them by "..".
//
// A host folder is walked here too, one name after the other, so that the host
// is never given a path with "..", or with a link in it, to resolve. A link of
// the host's leads on below its folder or is refused: -EXDEV for one that is
// absolute or climbs out.

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/file_system.h"
#include "kernel/host_folders.h"
#include "kernel/linux_errno.h"

namespace kheap::kernel {

// A file or directory that there is.
struct Place {
  // The inode; where `mount` is not 0, that of the mount point.
  InodeNumber inode = kNoInode;
  // The host folder's number, or 0 for a place in the arena.
  std::uint32_t mount = 0;
  // Below the host folder: names joined by "/"; empty for the folder itself.
  std::string host_path;

  friend bool operator==(const Place&, const Place&) = default;
};

// What becomes of a symbolic link in a path's last place.
enum class LastLink : std::uint8_t {
  kKeep,
  kFollow,
  // As openat with O_CREAT: a slash behind a name asks for a directory, which
  // it does not make, so the walk ends there.
  kFollowUnlessSlash,
};

enum class LastName : std::uint8_t { kNone, kName, kDot, kDotDot };

struct Location {
  Place parent;  // the directory that `name` is in, for LastName::kName
  std::string name;
  LastName last = LastName::kNone;  // kNone: the path has none ("/")
  bool has_trailing_slash = false;
  bool exists = false;
  // Where it does not: -ENOENT, or -ENAMETOOLONG for a name that cannot be.
  Result why_missing = 0;
  // Where it exists:
  Place place;
  std::uint32_t mode = 0;

  // What `name` in `parent` is called, where that is on the host.
  Place ChildPlace() const;

  bool IsDirectory() const { return mode / 4096 * 4096 == kS_IFDIR; }
};

class PathWalk {
 public:
  PathWalk(FileSystem& files, HostFolders& hosts)
      : files_(&files), hosts_(&hosts) {}

  // Finds the location of `path` from the directory `start`. If its last name
  // alone is missing, that is a success without `exists`.
  //   -ENOENT, -ENOTDIR, -ELOOP (40 links), -ENAMETOOLONG, -EXDEV
  Result Walk(const Place& start, std::string_view path, LastLink last_link,
              Location& location);

  // Finds what exists, as calls do that only look: a trailing slash follows a
  // link and wants a directory.
  Result Find(const Place& start, std::string_view path, bool follow_last,
              Location& location);

  // What an inode stands for: itself, or the host file whose path it keeps.
  Place PlaceOf(InodeNumber inode);

  // The text of a symbolic link.
  Result ReadLink(const Place& link, std::string& text);

  // The absolute path of a directory; -ENOENT if it was removed.
  Result PathOf(const Place& directory, std::string& path);

 private:
  struct Steps;

  std::uint32_t ModeOf(const Place& place);
  Result StepUp(Place& place, bool from_host_link);
  // From the directory `place` to the file of that name in it.
  Result StepDown(const Place& place, std::string_view name, Place& child,
                  std::uint32_t& mode);
  // Puts a link's text before the steps that are left.
  Result FollowLink(const Place& link, Steps& steps, Place& place);

  FileSystem* files_;
  HostFolders* hosts_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_PATH_WALK_H_
