// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_COMMAND_H_
#define KHEAP_CLI_COMMAND_H_

// A sub-command of kheap. Each has a file of its own, which defines one of
// these, and a row in the table of commands.cc.

#include <span>
#include <string>
#include <string_view>

#include "cli/console.h"

namespace kheap::cli {

struct Command {
  std::string_view name;
  std::string_view summary;  // one line of kheap --help
  // Runs with the arguments behind the name and returns the exit status.
  // Understands --help.
  int (*run)(std::span<const std::string> arguments, Console& console);
};

}  // namespace kheap::cli

#endif  // KHEAP_CLI_COMMAND_H_
