// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/source_tree.h"

#include <fstream>
#include <iterator>
#include <utility>

namespace kheap::tidy {

namespace {

namespace fs = std::filesystem;

// .git, and what .gitignore names at the top.
bool IsForeign(const fs::directory_entry& entry) {
  const std::string name = entry.path().filename().string();
  return name == ".git" || name.starts_with("bazel-") ||
         name == "compile_commands.json" || entry.is_symlink();
}

std::string ReadText(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool IsExecutable(const fs::directory_entry& entry) {
  const fs::perms owner = entry.status().permissions() & fs::perms::owner_exec;
  return owner != fs::perms::none;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Finding& finding) {
  out << finding.path;
  if (finding.line > 0) out << ":" << finding.line;
  return out << ": " << finding.message;
}

SourceTree SourceTree::ReadFrom(const fs::path& root) {
  Files files;
  for (auto entry = fs::recursive_directory_iterator(root);
       entry != fs::recursive_directory_iterator(); ++entry) {
    if (IsForeign(*entry)) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file()) {
      files.emplace(entry->path().lexically_relative(root).generic_string(),
                    SourceFile{ReadText(entry->path()), IsExecutable(*entry)});
    }
  }
  return SourceTree(std::move(files));
}

const SourceFile* SourceTree::Find(std::string_view path) const {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : &found->second;
}

bool SourceTree::Exists(std::string_view path) const {
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty() || Find(path) != nullptr) return true;
  const std::string folder = std::string(path) + "/";
  const auto first = files_.lower_bound(folder);
  return first != files_.end() && first->first.starts_with(folder);
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return lines;
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

std::string_view NameOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view FolderOf(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "" : path.substr(0, slash);
}

std::string_view ExtensionOf(std::string_view path) {
  const std::string_view name = NameOf(path);
  const std::size_t dot = name.rfind('.');
  return dot == name.npos || dot == 0 ? "" : name.substr(dot + 1);
}

std::string_view TopFolderOf(std::string_view path) {
  const std::size_t slash = path.find('/');
  return slash == path.npos ? "" : path.substr(0, slash);
}

bool IsCpp(std::string_view path) {
  const std::string_view extension = ExtensionOf(path);
  return extension == "h" || extension == "cc";
}

}  // namespace kheap::tidy
