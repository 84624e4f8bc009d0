// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_TIDY_MARKDOWN_RULES_H_
#define KHEAP_TESTS_TIDY_MARKDOWN_RULES_H_

// Rules about documents: what they refer to has to be there.

#include <string>
#include <string_view>
#include <vector>

#include "tests/tidy/source_tree.h"

namespace kheap::tidy {

// What stands between backticks in a line.
std::vector<std::string_view> CodeSpansOf(std::string_view line);

// A link `[text](target)` of a document.
struct Link {
  int line;
  std::string target;
};
std::vector<Link> LinksOf(std::string_view markdown);

// The path, from the top, that a relative link in the document leads to,
// without its anchor: "heap/BUILD" for "../heap/BUILD#x" in docs/a.md.
std::string ResolveLink(std::string_view document, std::string_view target);

// Every document has one title, and begins with it.
std::vector<Finding> CheckTitles(const SourceTree& tree);

// Every link leads to a file or folder of the project, and an anchor to a
// heading. Links to other hosts are not followed.
std::vector<Finding> CheckLinks(const SourceTree& tree);

// A path in backticks that begins with a folder of the project exists, unless
// it is a pattern (`tests/*_test.cc`, `docs/design/<folder>.md`).
std::vector<Finding> CheckNamedPaths(const SourceTree& tree);

// In a fenced block of kind `sh` or `console`, a script of the project exists
// and may be executed, its long options occur in it, and a subcommand or
// option of tools/kheap occurs in cli/. In `console` only lines that begin with
// `$ ` are commands.
std::vector<Finding> CheckCommands(const SourceTree& tree);

}  // namespace kheap::tidy

#endif  // KHEAP_TESTS_TIDY_MARKDOWN_RULES_H_
