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

absl::StatusOr<int> LevelOf(const std::string& option) {
  const std::string level = option.substr(2);
  if (level.size() == 1 && level[0] >= '0' && level[0] <= '3') {
    return level[0] - '0';
  }
  if (level.empty() || level == "g") return 1;
  if (level == "s" || level == "z") return 2;
  return absl::InvalidArgumentError(absl::StrCat(
      "'", option, "' is none of -O0, -O1, -O2, -O3, -O, -Og, -Os and -Oz"));
}

bool AsksForDebugInformation(std::string_view option) {
  return IsOneOf(option, {"-g", "-g0", "-g1", "-g2", "-g3", "-ggdb", "-ggdb0",
                          "-ggdb1", "-ggdb2", "-ggdb3", "-gdwarf", "-gdwarf-2",
                          "-gdwarf-3", "-gdwarf-4", "-gdwarf-5"});
}

absl::Status CheckLibrary(const std::string& name) {
  if (IsOneOf(name, {"c", "m", "rt"})) return absl::OkStatus();
  if (name == "pthread") {
    return absl::InvalidArgumentError(
        "'-pthread', '-lpthread': there are no threads; a program that starts "
        "none runs without the option");
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'-l", name,
                   "': there is no library but C's own (-lc, -lm, -lrt); a "
                   "program's own code is given as files"));
}

}  // namespace

absl::StatusOr<SplitArguments> Split(std::span<const std::string> arguments) {
  SplitArguments split;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::string_view start = std::string_view(argument).substr(0, 2);
    if (argument == "--") {
      split.has_dashes = true;
      split.program.assign(arguments.begin() + i + 1, arguments.end());
      break;
    }
    if (IsOneOf(argument, {"-I", "-D", "-U", "-include", "-l"})) {
      if (i + 1 == arguments.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat("option '", argument, "' needs a value"));
      }
      const std::string& value = arguments[++i];
      if (argument == "-l") {
        if (absl::Status status = CheckLibrary(value); !status.ok()) {
          return status;
        }
        continue;
      }
      split.compiler.push_back(argument);
      split.compiler.push_back(value);
    } else if (start == "-O") {
      const absl::StatusOr<int> level = LevelOf(argument);
      if (!level.ok()) return level.status();
      split.optimisation = *level;
    } else if (start == "-l" || argument == "-pthread") {
      const std::string name = argument.substr(start == "-l" ? 2 : 1);
      if (absl::Status status = CheckLibrary(name); !status.ok()) return status;
    } else if (IsOneOf(start, {"-I", "-D", "-U", "-W"}) ||
               IsOneOf(argument,
                       {"-w", "-pedantic", "-pedantic-errors", "-ansi"}) ||
               argument.starts_with("-std=")) {
      split.compiler.push_back(argument);
    } else if (AsksForDebugInformation(argument)) {
      // Debug information is always made: reports need it.
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
