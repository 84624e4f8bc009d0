// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/reach_rules.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "tests/tidy/markdown_rules.h"

namespace kheap::tidy {

namespace {

std::string Join(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name)
                        : std::string(folder) + "/" + std::string(name);
}

bool IsFoundByItsName(std::string_view path) {
  const std::string_view name = NameOf(path);
  return name == "BUILD" || name == "WORKSPACE" || path == "LICENSE" ||
         path == "README.md" || path.starts_with('.');
}

bool IsScript(std::string_view path) {
  return TopFolderOf(path) == "tools" && ExtensionOf(path).empty();
}

// What a target of the same name may be made from.
bool IsProgram(std::string_view path) {
  return ExtensionOf(path) == "cc" || ExtensionOf(path) == "sh";
}

// The documents that links lead to, README.md first, and all else they link.
std::set<std::string> LinkedPaths(const SourceTree& tree) {
  std::set<std::string> linked;
  std::vector<std::string> open = {"README.md"};
  while (!open.empty()) {
    const std::string path = open.back();
    open.pop_back();
    const SourceFile* const file = tree.Find(path);
    if (file == nullptr || !linked.insert(path).second ||
        ExtensionOf(path) != "md") {
      continue;
    }
    for (const Link& link : LinksOf(file->text)) {
      open.push_back(ResolveLink(path, link.target));
    }
  }
  return linked;
}

// Whether another script, document or BUILD file mentions the path.
bool IsMentioned(const SourceTree& tree, std::string_view path) {
  return std::any_of(
      tree.files().begin(), tree.files().end(), [&](const auto& entry) {
        const auto& [where, file] = entry;
        return where != path && !IsCpp(where) && Contains(file.text, path);
      });
}

bool IsLoaded(const SourceTree& tree, std::string_view path) {
  const std::string label = "//" + std::string(FolderOf(path)) + ":" +
                            std::string(NameOf(path)) + "\"";
  return std::any_of(tree.files().begin(), tree.files().end(),
                     [&](const auto& entry) {
                       const std::string_view name = NameOf(entry.first);
                       return (name == "BUILD" || name == "WORKSPACE") &&
                              Contains(entry.second.text, label);
                     });
}

// Whether WORKSPACE makes a folder above the file a repository of its own.
bool IsInRepository(const SourceTree& tree, std::string_view path) {
  const SourceFile* const workspace = tree.Find("WORKSPACE");
  if (workspace == nullptr) return false;
  for (auto folder = FolderOf(path); !folder.empty();
       folder = FolderOf(folder)) {
    if (Contains(workspace->text, "\"" + std::string(folder) + "\"")) {
      return true;
    }
  }
  return false;
}

// The strings of a BUILD file.
std::set<std::string> StringsOf(std::string_view build) {
  std::set<std::string> strings;
  for (const std::string_view line : Lines(build)) {
    for (std::size_t open = line.find('"'); open != line.npos;) {
      const std::size_t close = line.find('"', open + 1);
      if (close == line.npos) break;
      strings.emplace(line.substr(open + 1, close - open - 1));
      open = line.find('"', close + 1);
    }
  }
  return strings;
}

// Whether the nearest BUILD file upwards names the file.
bool IsBuilt(const SourceTree& tree, std::string_view path) {
  std::string_view folder = FolderOf(path);
  while (!folder.empty() && tree.Find(Join(folder, "BUILD")) == nullptr) {
    folder = FolderOf(folder);
  }
  const SourceFile* const build = tree.Find(Join(folder, "BUILD"));
  if (build == nullptr) return false;
  const std::string name(folder.empty() ? path
                                        : path.substr(folder.size() + 1));
  const std::string stem = name.substr(0, name.rfind('.'));
  const std::set<std::string> strings = StringsOf(build->text);
  return strings.contains(name) ||
         (IsProgram(path) && strings.contains(stem)) ||
         std::any_of(strings.begin(), strings.end(),
                     [&](const std::string& pattern) {
                       return Contains(pattern, "*") &&
                              fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
                     });
}

bool IsReached(const SourceTree& tree, const std::set<std::string>& linked,
               const std::string& path) {
  if (IsFoundByItsName(path) || linked.contains(path)) return true;
  if (ExtensionOf(path) == "md") return false;
  if (IsScript(path)) return IsMentioned(tree, path);
  if (ExtensionOf(path) == "bzl") {
    return IsLoaded(tree, path) || IsInRepository(tree, path);
  }
  return IsBuilt(tree, path);
}

}  // namespace

std::vector<Finding> CheckDeadFiles(const SourceTree& tree) {
  std::vector<Finding> findings;
  const std::set<std::string> linked = LinkedPaths(tree);
  for (const auto& [path, file] : tree.files()) {
    if (!IsReached(tree, linked, path)) {
      findings.push_back({path, 0, "nothing reaches this file"});
    }
  }
  return findings;
}

}  // namespace kheap::tidy
