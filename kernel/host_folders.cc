// SPDX-License-Identifier: Apache-2.0
#include "kernel/host_folders.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace kheap {

namespace {

constexpr char kGuestNameOfDot[] = "work";

}  // namespace

absl::StatusOr<HostMount> ParseHostMount(absl::string_view text) {
  HostMount mount;
  absl::string_view rest = text;
  mount.writable = absl::ConsumeSuffix(&rest, ":rw");
  const std::vector<std::string> parts = absl::StrSplit(rest, ':');
  if (parts.size() > 2 || parts.front().empty() || parts.back().empty()) {
    return absl::InvalidArgumentError("is not HOST[:GUEST][:rw]");
  }
  if (parts.size() == 2 && parts.back().front() != '/') {
    return absl::InvalidArgumentError(
        "needs a guest path that begins with \"/\": HOST:/NAME");
  }
  mount.host = parts.front();
  std::vector<std::string> names;
  for (const absl::string_view name : absl::StrSplit(parts.back(), '/')) {
    if (name == "..") {
      return absl::InvalidArgumentError(
          "needs a guest path without \"..\": HOST:/NAME");
    }
    if (!name.empty() && name != ".") names.emplace_back(name);
  }
  const bool is_dot = parts.size() == 1 && parts.front().front() != '/';
  if (names.empty() && is_dot) names.emplace_back(kGuestNameOfDot);
  if (names.empty()) {
    return absl::InvalidArgumentError(
        "needs a guest path other than the root: HOST:/NAME");
  }
  mount.guest = absl::StrCat("/", absl::StrJoin(names, "/"));
  return mount;
}

namespace kernel {

absl::StatusOr<HostFolders> HostFolders::Open(
    const std::vector<HostMount>& mounts) {
  std::vector<HostFolder> folders;
  for (const HostMount& mount : mounts) {
    auto folder = HostFolder::Open(mount.host, mount.writable);
    if (!folder.ok()) return folder.status();
    folders.push_back(*std::move(folder));
  }
  return HostFolders(std::move(folders));
}

const HostFolder* HostFolders::Find(std::uint32_t mount) const {
  if (mount == 0 || mount > folders_.size()) return nullptr;
  return &folders_[mount - 1];
}

Result HostFolders::Reopen(std::uint32_t index, const Key& key,
                           OpenHostFile*& open) {
  const auto found = open_.find(index);
  if (found != open_.end() && found->second.key == key) {
    open = &found->second;
    return 0;
  }
  const HostFolder* const folder = Find(key.mount);
  if (folder == nullptr) return -kEIO;
  HostDescriptor file;
  if (folder->OpenFile(key.path, key.access, 0, file) != 0) return -kESTALE;
  Keep(index, key, std::move(file));
  open = &open_.find(index)->second;
  return 0;
}

Result HostFolders::DescriptorFor(std::uint32_t index, const Key& key) {
  OpenHostFile* open = nullptr;
  if (const Result error = Reopen(index, key, open); error != 0) return error;
  return open->file.number();
}

Result HostFolders::NamesFor(std::uint32_t index, const Key& key,
                             bool from_begin,
                             const std::vector<HostName>*& names) {
  OpenHostFile* open = nullptr;
  if (const Result error = Reopen(index, key, open); error != 0) return error;
  if (from_begin || !open->is_listed) {
    const Result error = Find(key.mount)->List(key.path, open->names);
    if (error != 0) return error;
    open->is_listed = true;
  }
  names = &open->names;
  return 0;
}

void HostFolders::Keep(std::uint32_t index, Key key, HostDescriptor file) {
  open_.insert_or_assign(
      index, OpenHostFile{std::move(key), std::move(file), {}, false});
}

}  // namespace kernel
}  // namespace kheap
