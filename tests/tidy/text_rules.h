// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_TIDY_TEXT_RULES_H_
#define KHEAP_TESTS_TIDY_TEXT_RULES_H_

// Rules about the text of files, line by line.

#include <string>
#include <vector>

#include "tests/tidy/source_tree.h"

namespace kheap::tidy {

// 80 characters a line in C++, 120 elsewhere; a line of a Markdown table or
// with a link may be longer. Data files are not looked at.
std::vector<Finding> CheckColumns(const SourceTree& tree);

// A header above 200 lines or a .cc file above 400 has its reason in
// tests/tidy/long_files.txt; above 500 there is none. A reason that nothing
// needs any longer is a finding too. An -inl.h header is source.
std::vector<Finding> CheckFileLengths(const SourceTree& tree);

// None of the words, phrases and paths in tests/tidy/banned_words.txt, and no
// emoji. An entry that is all capitals keeps its case; others match in any. An
// entry that begins with '!' is a phrase in which they may stand.
std::vector<Finding> CheckWords(const SourceTree& tree);

// No line names one of these places of the host: the folder of the workspace
// itself, say.
std::vector<Finding> CheckMachinePaths(const SourceTree& tree,
                                       const std::vector<std::string>& places);

// Each C++ file begins with its licence, and each header has the guard that
// follows from its path; an -inl.h header, which is included many times, has
// none.
std::vector<Finding> CheckHeadLines(const SourceTree& tree);

// Each BUILD file begins with a comment that says what the folder is.
std::vector<Finding> CheckBuildComments(const SourceTree& tree);

}  // namespace kheap::tidy

#endif  // KHEAP_TESTS_TIDY_TEXT_RULES_H_
