// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_HOST_FOLDERS_H_
#define KHEAP_KERNEL_HOST_FOLDERS_H_

// The host folders of one kernel, numbered from 1 in the order given, and the
// host files that its open file descriptions stand for.
//
// What the guest has open is in the arena: the path and the position. The
// host's descriptors here are made from that when they are needed, so they can
// be dropped at any time, and a kernel that is attached to a copy of an arena
// opens them anew.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kernel/host_folder.h"

namespace kheap {

// What a guest gets to see of the host: `host` under the absolute path `guest`.
struct HostMount {
  std::string host;
  std::string guest;
  bool writable = false;

  friend bool operator==(const HostMount&, const HostMount&) = default;
};

// "HOST[:GUEST][:rw]". Where GUEST is left out it is HOST, from the root if
// that is relative; "/work" for ".". InvalidArgument for an empty part, or a
// GUEST that is relative, is the root or has a ".."; the message follows the
// text.
absl::StatusOr<HostMount> ParseHostMount(absl::string_view text);

}  // namespace kheap

namespace kheap::kernel {

class HostFolders {
 public:
  static absl::StatusOr<HostFolders> Open(const std::vector<HostMount>& mounts);

  // Null where there is none of that number.
  const HostFolder* Find(std::uint32_t mount) const;

  // An open host file, as an open file description tells it.
  struct Key {
    std::uint32_t mount;
    std::string path;
    std::uint32_t access;  // the access mode

    friend bool operator==(const Key&, const Key&) = default;
  };
  // The host's descriptor for description `index`: -EIO where the folder is
  // gone, -ESTALE where the file is.
  Result DescriptorFor(std::uint32_t index, const Key& key);
  // A directory's names, as they were when it was read from its begin.
  Result NamesFor(std::uint32_t index, const Key& key, bool from_begin,
                  const std::vector<HostName>*& names);
  // Keeps what was just opened for a description.
  void Keep(std::uint32_t index, Key key, HostDescriptor file);
  void Drop(std::uint32_t index) { open_.erase(index); }

 private:
  struct OpenHostFile {
    Key key;
    HostDescriptor file;
    std::vector<HostName> names;
    bool is_listed = false;
  };

  explicit HostFolders(std::vector<HostFolder> folders)
      : folders_(std::move(folders)) {}

  Result Reopen(std::uint32_t index, const Key& key, OpenHostFile*& open);

  std::vector<HostFolder> folders_;
  std::map<std::uint32_t, OpenHostFile> open_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_HOST_FOLDERS_H_
