// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_TIDY_SOURCE_TREE_H_
#define KHEAP_TESTS_TIDY_SOURCE_TREE_H_

// The project's files as the rules of this folder see them: read from the
// workspace, or made up by the test of a rule.

#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kheap::tidy {

struct SourceFile {
  std::string text;
  bool executable = false;
};

// Something that a rule objects to.
struct Finding {
  std::string path;
  int line;  // from 1; 0 where the whole file is meant
  std::string message;

  friend bool operator==(const Finding&, const Finding&) = default;
};
std::ostream& operator<<(std::ostream& out, const Finding& finding);

class SourceTree {
 public:
  // Paths are relative to the top and use '/'.
  using Files = std::map<std::string, SourceFile, std::less<>>;

  // Every file below `root` but what Git ignores or keeps for itself.
  static SourceTree ReadFrom(const std::filesystem::path& root);

  static SourceTree Of(Files files) { return SourceTree(std::move(files)); }

  const Files& files() const { return files_; }
  const SourceFile* Find(std::string_view path) const;
  // Whether there is a file of this path or below it; "" is the top.
  bool Exists(std::string_view path) const;

 private:
  explicit SourceTree(Files files) : files_(std::move(files)) {}

  Files files_;
};

// The lines without their ends; what follows the last end counts only if it is
// not empty.
std::vector<std::string_view> Lines(std::string_view text);

bool Contains(std::string_view text, std::string_view part);

// "shadow.cc" of "heap/shadow.cc".
std::string_view NameOf(std::string_view path);
// "tests/heap" of "tests/heap/BUILD"; "" at the top.
std::string_view FolderOf(std::string_view path);
// "cc" of "heap/shadow.cc"; "" where the name has no dot or begins with it.
std::string_view ExtensionOf(std::string_view path);
// "heap" of "heap/shadow.cc"; "" at the top.
std::string_view TopFolderOf(std::string_view path);
bool IsCpp(std::string_view path);

}  // namespace kheap::tidy

#endif  // KHEAP_TESTS_TIDY_SOURCE_TREE_H_
