// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_TIDY_CPP_RULES_H_
#define KHEAP_TESTS_TIDY_CPP_RULES_H_

// Rules about C++ source that its tokens alone decide. They assume the layout
// of clang-format: `a & b` has a space on both sides, `T& a` and `&a` have not.

#include <vector>

#include "tests/tidy/source_tree.h"

namespace kheap::tidy {

inline constexpr int kFunctionLinesMax = 70;

// Raw bit operators and hexadecimal or binary literals stand in bitshift/ and
// machine/ only, and where tests and benchmarks need them. Streams are told by
// their names: `out`, `err`, `in`, `os`, std::cout …, or an end in `_stream`.
std::vector<Finding> CheckBitOperators(const SourceTree& tree);

// Conditions on the compiler, processor or system, intrinsics and inline
// assembly stand in machine/ and its tests only, and so do the headers and
// built-in functions that lead to them. Which C++ compiler it is may be asked
// anywhere, and benchmarks may map memory as the peers do.
std::vector<Finding> CheckPlatformCode(const SourceTree& tree);

// Nothing makes a raw system call to the host, in no folder.
std::vector<Finding> CheckHostCalls(const SourceTree& tree);

// No function is longer than kFunctionLinesMax, from the first line of its
// head to its closing brace.
std::vector<Finding> CheckFunctionLengths(const SourceTree& tree);

}  // namespace kheap::tidy

#endif  // KHEAP_TESTS_TIDY_CPP_RULES_H_
