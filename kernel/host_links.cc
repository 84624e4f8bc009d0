// SPDX-License-Identifier: Apache-2.0
#include "kernel/host_links.h"

#include <utility>
#include <vector>

#include "kernel/host_descriptor.h"

namespace kheap::kernel {

namespace {

// Takes a path's first name off it: "" where slashes follow each other.
std::string_view TakeName(std::string_view& path) {
  const std::string_view name = path.substr(0, path.find('/'));
  path.remove_prefix(name.size() < path.size() ? name.size() + 1 : name.size());
  return name;
}

// Whether where a link leads depends on the folders above it.
bool Climbs(std::string_view text) {
  if (text.starts_with('/')) return false;
  while (!text.empty()) {
    if (TakeName(text) == "..") return true;
  }
  return false;
}

// A folder on the way down, and the names in it that were not looked at yet.
struct Level {
  HostDescriptor folder;
  std::vector<std::string> names;
};

// -EPERM for a link that climbs; a folder becomes one more level.
Result LookAt(int folder, const std::string& name, std::vector<Level>& levels) {
  std::string text;
  Result error = ReadLinkIn(folder, name, text);
  if (error == 0) return Climbs(text) ? -kEPERM : 0;
  if (error != -kEINVAL) return error;
  Level below;
  error = OpenFolderIn(folder, name, below.folder);
  if (error != 0) return error == -kENOTDIR ? 0 : error;
  error = NamesIn(below.folder.number(), below.names);
  levels.push_back(std::move(below));
  return error;
}

}  // namespace

bool MayMakeLink(std::string_view text, std::ptrdiff_t depth) {
  if (text.starts_with('/')) return false;
  bool saw_name = false;
  while (!text.empty()) {
    const std::string_view name = TakeName(text);
    if (name == ".." && (saw_name || --depth < 0)) return false;
    if (!name.empty() && name != "." && name != "..") saw_name = true;
  }
  return true;
}

Result CheckMoveAway(int folder, const std::string& name) {
  std::vector<Level> levels;
  Result error = LookAt(folder, name, levels);
  while (error == 0 && !levels.empty()) {
    Level& level = levels.back();
    if (level.names.empty()) {
      levels.pop_back();
      continue;
    }
    const std::string next = std::move(level.names.back());
    level.names.pop_back();
    error = LookAt(level.folder.number(), next, levels);
    if (error == -kENOENT) error = 0;  // gone meanwhile
  }
  return error;
}

}  // namespace kheap::kernel
