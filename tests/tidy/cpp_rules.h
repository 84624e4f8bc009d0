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

// No function is longer than kFunctionLinesMax, from the first line of its
// head to its closing brace.
std::vector<Finding> CheckFunctionLengths(const SourceTree& tree);

}  // namespace kheap::tidy

#endif  // KHEAP_TESTS_TIDY_CPP_RULES_H_
