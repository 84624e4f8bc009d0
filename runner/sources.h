// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_SOURCES_H_
#define KHEAP_RUNNER_SOURCES_H_

// What a program is made of, and how it is to be compiled.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kheap {

// A file: C (.c, .i), LLVM bitcode (.bc) or LLVM assembly (.ll), by its name's
// end. With `text` no file is needed: it is LLVM assembly where the path ends
// in .ll, and C otherwise, but for the endings of C++ and .bc, which are
// refused. The path is what messages call it, and quoted headers are looked for
// beside it.
struct Source {
  std::string path;
  std::optional<std::string> text = std::nullopt;
};

struct CompileOptions {
  // Every access is checked against the shadow too, not only against the bounds
  // of the guest's memory.
  bool checked = true;
  // 0 to 3, as of clang's -O; by default 2, or 1 for programs of more than a
  // megabyte.
  std::optional<int> optimisation = std::nullopt;
  std::uint64_t memory_bytes = std::uint64_t{1} * 1024 * 1024 * 1024;
  std::uint64_t stack_bytes = std::uint64_t{8} * 1024 * 1024;
  // Whether a run can be given a budget of steps.
  bool limits_steps = false;
  // Passed to clang: -I, -D, -U, -include, -std, one string each, as "-DX=1".
  std::vector<std::string> compiler_arguments = {};
  // Where compiled objects are kept for the next time; none if empty.
  std::string cache_folder = {};
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_SOURCES_H_
