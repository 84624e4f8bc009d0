// SPDX-License-Identifier: Apache-2.0
#include "kernel/path_walk.h"

#include <span>
#include <vector>

#include "kernel/linux_abi.h"

namespace kheap::kernel {

namespace {

constexpr int kLinksMax = 40;

LastName KindOf(std::string_view name) {
  if (name == ".") return LastName::kDot;
  if (name == "..") return LastName::kDotDot;
  return LastName::kName;
}

std::string JoinPath(const std::string& folder, std::string_view name) {
  std::string path = folder;
  if (!path.empty()) path += '/';
  return path.append(name);
}

}  // namespace

Place Location::ChildPlace() const {
  return {parent.inode, parent.mount, JoinPath(parent.host_path, name)};
}

// The names that are still to go, the next one last.
struct PathWalk::Steps {
  struct Step {
    std::string name;
    bool from_host_link;
  };
  std::vector<Step> left;
  int links_followed = 0;
  bool ends_with_slash = false;  // the text of the newest link

  void PutFirst(std::string_view path, bool from_host_link) {
    while (!path.empty()) {
      const std::size_t slash = path.rfind('/');
      const std::size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
      if (begin < path.size()) {
        left.push_back({std::string(path.substr(begin)), from_host_link});
      }
      path = path.substr(0, begin == 0 ? 0 : begin - 1);
    }
  }
  Step TakeFirst() {
    Step step = std::move(left.back());
    left.pop_back();
    return step;
  }
};

Place PathWalk::PlaceOf(InodeNumber number) {
  const Inode& inode = files_->At(number);
  if (inode.type() == kHostPathMode) {
    std::string path(inode.size_bytes, '\0');
    files_->content().Read(inode, 0, std::as_writable_bytes(std::span(path)));
    return {.inode = inode.device, .mount = inode.mount, .host_path = path};
  }
  return {.inode = number, .mount = inode.mount, .host_path = {}};
}

std::uint32_t PathWalk::ModeOf(const Place& place) {
  if (place.mount == 0) return files_->At(place.inode).mode;
  const HostFolder* const folder = hosts_->Find(place.mount);
  HostFileInfo info;
  if (folder == nullptr || folder->Inspect(place.host_path, info) != 0) {
    return 0;
  }
  return info.mode;
}

Result PathWalk::StepUp(Place& place, bool from_host_link) {
  if (place.mount != 0 && !place.host_path.empty()) {
    const std::size_t slash = place.host_path.rfind('/');
    place.host_path.resize(slash == std::string::npos ? 0 : slash);
    return 0;
  }
  if (place.mount != 0 && from_host_link) return -kEXDEV;
  const Result parent = files_->Find(place.inode, "..");
  if (parent < 0) return parent;
  place = PlaceOf(static_cast<InodeNumber>(parent));
  return 0;
}

Result PathWalk::StepDown(const Place& place, std::string_view name,
                          Place& child, std::uint32_t& mode) {
  if (place.mount == 0) {
    const Result found = files_->Find(place.inode, name);
    if (found < 0) return found;
    child = PlaceOf(static_cast<InodeNumber>(found));
    mode = files_->At(static_cast<InodeNumber>(found)).mode;
    return 0;
  }
  const HostFolder* const folder = hosts_->Find(place.mount);
  if (folder == nullptr) return -kEIO;
  child = {place.inode, place.mount, JoinPath(place.host_path, name)};
  HostFileInfo info;
  const Result error = folder->Inspect(child.host_path, info);
  mode = info.mode;
  return error;
}

Result PathWalk::ReadLink(const Place& link, std::string& text) {
  if (link.mount != 0) {
    const HostFolder* const folder = hosts_->Find(link.mount);
    return folder == nullptr ? -kEIO : folder->ReadLink(link.host_path, text);
  }
  const Inode& inode = files_->At(link.inode);
  text.resize(inode.size_bytes);
  files_->content().Read(inode, 0, std::as_writable_bytes(std::span(text)));
  return 0;
}

Result PathWalk::FollowLink(const Place& link, Steps& steps, Place& place) {
  if (++steps.links_followed > kLinksMax) return -kELOOP;
  std::string text;
  if (const Result error = ReadLink(link, text); error != 0) return error;
  if (text.starts_with('/')) {
    if (link.mount != 0) return -kEXDEV;
    place = PlaceOf(kRootInode);
  }
  steps.PutFirst(text, link.mount != 0);
  steps.ends_with_slash = text.ends_with('/');
  return 0;
}

Result PathWalk::Walk(const Place& start, std::string_view path,
                      LastLink last_link, Location& location) {
  if (path.empty()) return -kENOENT;
  if (path.size() >= kPathBytesMax) return -kENAMETOOLONG;
  location = {};
  location.has_trailing_slash = path.ends_with('/');
  Place place = path.starts_with('/') ? PlaceOf(kRootInode) : start;
  std::uint32_t mode = ModeOf(place);
  Steps steps;
  steps.PutFirst(path, false);
  while (!steps.left.empty()) {
    const Steps::Step step = steps.TakeFirst();
    const bool is_last = steps.left.empty();
    if (mode / 4096 * 4096 != kS_IFDIR) {
      return mode == 0 ? -kENOENT : -kENOTDIR;
    }
    location.parent = place;
    location.name = step.name;
    location.last = KindOf(step.name);
    if (location.last == LastName::kDot) continue;
    if (location.last == LastName::kDotDot) {
      const Result error = StepUp(place, step.from_host_link);
      if (error != 0) return error;
      mode = ModeOf(place);
      continue;
    }
    Place child;
    const Result error = step.name.size() > kNameBytesMax
                             ? -kENAMETOOLONG
                             : StepDown(place, step.name, child, mode);
    location.why_missing = error;
    if (is_last && (error == -kENOENT || error == -kENAMETOOLONG)) return 0;
    if (error != 0) return error;
    const bool follows = !is_last || last_link == LastLink::kFollow ||
                         (last_link == LastLink::kFollowUnlessSlash &&
                          !location.has_trailing_slash);
    if (mode / 4096 * 4096 == kS_IFLNK && follows) {
      const Result followed = FollowLink(child, steps, place);
      if (followed != 0) return followed;
      if (is_last && steps.ends_with_slash) location.has_trailing_slash = true;
      mode = ModeOf(place);
    } else {
      place = child;
    }
  }
  location.exists = true;
  location.place = place;
  location.mode = mode;
  return 0;
}

Result PathWalk::Find(const Place& start, std::string_view path,
                      bool follow_last, Location& location) {
  const bool follows = follow_last || path.ends_with('/');
  const Result error = Walk(
      start, path, follows ? LastLink::kFollow : LastLink::kKeep, location);
  if (error != 0) return error;
  if (!location.exists) return location.why_missing;
  if (location.has_trailing_slash && !location.IsDirectory()) return -kENOTDIR;
  return 0;
}

Result PathWalk::PathOf(const Place& directory, std::string& path) {
  path.clear();
  if (directory.mount != 0 && !directory.host_path.empty()) {
    path = "/" + directory.host_path;
  }
  InodeNumber inode = directory.inode;
  while (inode != kRootInode) {
    const Result parent = files_->Find(inode, "..");
    if (parent < 0) return -kENOENT;
    Directory names = files_->DirectoryAt(static_cast<InodeNumber>(parent));
    std::uint64_t position = 0;
    auto entry = names.Next(position);
    while (entry.has_value() &&
           (entry->inode != inode || KindOf(entry->name) != LastName::kName)) {
      entry = names.Next(entry->next_position);
    }
    if (!entry.has_value()) return -kENOENT;
    path = "/" + std::string(entry->name) + path;
    inode = static_cast<InodeNumber>(parent);
  }
  if (path.empty()) path = "/";
  return 0;
}

}  // namespace kheap::kernel
