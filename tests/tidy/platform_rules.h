// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_TIDY_PLATFORM_RULES_H_
#define KHEAP_TESTS_TIDY_PLATFORM_RULES_H_

// Rules about what ties C++ source to one host. New processors bring new
// intrinsics, so that there is no list of them: whatever has the shape of one
// is taken for one, but for what is known to be the same on every host.

#include <vector>

#include "tests/tidy/source_tree.h"

namespace kheap::tidy {

// In machine/ and its tests only stand
//   conditions on the compiler, processor or system, but for which C++ compiler
//   it is,
//   inline assembly, vector types and attributes for one processor,
//   names with an underscore in front that the compiler or a system header
//   gives a meaning: intrinsics, built-in functions, macros,
//   pragmas, but for those of diagnostics,
//   headers that are neither C++'s, nor C's and POSIX's, nor a library's.
// Two lists in platform_rules.cc name the names and the headers that are the
// same everywhere. Benchmarks may map memory as the peers do, and the guest's C
// library has a compiler's names for its own.
std::vector<Finding> CheckPlatformCode(const SourceTree& tree);

// Nothing makes a raw system call to the host, in no folder.
std::vector<Finding> CheckHostCalls(const SourceTree& tree);

}  // namespace kheap::tidy

#endif  // KHEAP_TESTS_TIDY_PLATFORM_RULES_H_
