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
  bool has_dashes = false;            // whether there is a "--"
  std::vector<std::string> compiler;  // -I -D -U -include -std -W -pedantic
  std::optional<int> optimisation;    // 0 … 3
};

// -g, and -l of a library that is part of C's own, are there always, so they
// mean nothing. -O and -Og are 1, -Os and -Oz are 2. InvalidArgument for an
// option that lacks its value, another -O or -l, and -pthread.
absl::StatusOr<SplitArguments> Split(std::span<const std::string> arguments);

// The user's folder for compiled objects: $XDG_CACHE_HOME/kheap or
// ~/.cache/kheap; "" where there is neither.
std::string CacheFolder();

}  // namespace kheap::cli

#endif  // KHEAP_CLI_COMPILE_ARGUMENTS_H_
