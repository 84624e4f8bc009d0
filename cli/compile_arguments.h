// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_COMPILE_ARGUMENTS_H_
#define KHEAP_CLI_COMPILE_ARGUMENTS_H_

// A command line that names a program: options of ours, options as every C
// compiler has them, files, and behind "--" the program's own arguments.

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "runner/sources.h"

namespace kheap::cli {

struct SplitArguments {
  std::vector<std::string> ours;      // options and files
  std::vector<std::string> program;   // behind "--"
  std::vector<std::string> compiler;  // -I -D -U -include -std -W
  std::optional<int> optimisation;    // -O0 … -O3
};

// InvalidArgument for a compiler's option that lacks its value, or -O of
// anything but 0 to 3.
absl::StatusOr<SplitArguments> Split(std::span<const std::string> arguments);

// The user's folder for compiled objects: $XDG_CACHE_HOME/kheap or
// ~/.cache/kheap; "" where there is neither.
std::string CacheFolder();

}  // namespace kheap::cli

#endif  // KHEAP_CLI_COMPILE_ARGUMENTS_H_
