// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_TIDY_REACH_RULES_H_
#define KHEAP_TESTS_TIDY_REACH_RULES_H_

// The rule that no file lies about unused.

#include <vector>

#include "tests/tidy/source_tree.h"

namespace kheap::tidy {

// Every file is reached:
//   a document        by links from README.md
//   a script          by its path in a document, a script or a BUILD file
//   a .bzl file       by a load in a BUILD file, or by WORKSPACE, which names
//                     a folder that it lies in
//   any other         by its name in the nearest BUILD file upwards: as a
//                     string, as a target of the same stem, or in a glob; a
//                     picture by a link in a document
// The files by which tools find the project (BUILD, WORKSPACE, LICENSE and the
// dot files at the top) need nobody to name them.
std::vector<Finding> CheckDeadFiles(const SourceTree& tree);

}  // namespace kheap::tidy

#endif  // KHEAP_TESTS_TIDY_REACH_RULES_H_
