// SPDX-License-Identifier: Apache-2.0
#include "cli/compile_arguments.h"

#include <cstdlib>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace kheap::cli {

namespace {

bool IsOneOf(std::string_view text,
             std::initializer_list<std::string_view> list) {
  for (const std::string_view candidate : list) {
    if (text == candidate) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<SplitArguments> Split(std::span<const std::string> arguments) {
  SplitArguments split;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::string_view start = std::string_view(argument).substr(0, 2);
    if (argument == "--") {
      split.program.assign(arguments.begin() + i + 1, arguments.end());
      break;
    }
    if (IsOneOf(argument, {"-I", "-D", "-U", "-include"})) {
      if (i + 1 == arguments.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat("option '", argument, "' needs a value"));
      }
      split.compiler.push_back(argument);
      split.compiler.push_back(arguments[++i]);
    } else if (start == "-O") {
      if (argument.size() != 3 || argument[2] < '0' || argument[2] > '3') {
        return absl::InvalidArgumentError(
            absl::StrCat("'", argument, "' is none of -O0, -O1, -O2 and -O3"));
      }
      split.optimisation = argument[2] - '0';
    } else if (IsOneOf(start, {"-I", "-D", "-U", "-W"}) || argument == "-w" ||
               argument.rfind("-std=", 0) == 0) {
      split.compiler.push_back(argument);
    } else {
      split.ours.push_back(argument);
    }
  }
  return split;
}

std::string CacheFolder() {
  if (const char* const cache = std::getenv("XDG_CACHE_HOME");
      cache != nullptr && *cache != '\0') {
    return absl::StrCat(cache, "/kheap");
  }
  if (const char* const home = std::getenv("HOME");
      home != nullptr && *home != '\0') {
    return absl::StrCat(home, "/.cache/kheap");
  }
  return "";
}

}  // namespace kheap::cli
