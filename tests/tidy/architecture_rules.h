// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_TIDY_ARCHITECTURE_RULES_H_
#define KHEAP_TESTS_TIDY_ARCHITECTURE_RULES_H_

// The folder table of docs/architecture.md, and the rules that follow from it.
//
// A row of the table is
//
//   | `clib/` | what it owns | `heap`; `clib:alloc` adds `kmalloc` |
//
// Its last cell names what files of the folder may include besides the folder
// itself: folders, single headers (`bitshift:bits` is bitshift/bits.h),
// "everything above" (the folders of the rows above) or "anything". In a part
// with "adds" or "add", what follows is for the headers named before it, and
// their .cc files, only. A first cell may hold several folders. "(to come)"
// behind one says that it does not exist yet.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/tidy/source_tree.h"

namespace kheap::tidy {

struct FolderRow {
  bool to_come = false;
  bool anything = false;
  // Folders ("heap") and headers ("bitshift:bits").
  std::set<std::string, std::less<>> may_include;
  // By header: "clib:alloc".
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> adds;
};

using FolderTable = std::map<std::string, FolderRow, std::less<>>;

// Empty where there is no such table.
FolderTable ReadFolderTable(const SourceTree& tree);

// Every #include of a project header is one that the table allows.
std::vector<Finding> CheckIncludes(const SourceTree& tree);

// Every top-level folder has a row, and every row a folder unless it is marked.
std::vector<Finding> CheckFolders(const SourceTree& tree);

}  // namespace kheap::tidy

#endif  // KHEAP_TESTS_TIDY_ARCHITECTURE_RULES_H_
