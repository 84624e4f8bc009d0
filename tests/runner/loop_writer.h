// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_RUNNER_LOOP_WRITER_H_
#define KHEAP_TESTS_RUNNER_LOOP_WRITER_H_

// C functions of random loops over arrays in blocks, globals and locals.
//
// Most indices stay within their arrays, for the writer knows about where the
// values of its variables lie; a few miss by one, wrap, or lead far away. What
// each function does is defined by this project wherever C leaves it open, so
// it ends the same however it is compiled. Each ends within seconds: a loop
// whose rounds the writer cannot count has fuel.

#include <cstdint>
#include <string>

namespace kheap {

inline constexpr int kLoopFunctions = 24;

// `long run0(void)` to `long run23(void)`.
std::string RandomLoops(std::uint64_t seed);

}  // namespace kheap

#endif  // KHEAP_TESTS_RUNNER_LOOP_WRITER_H_
