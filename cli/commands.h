// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_COMMANDS_H_
#define KHEAP_CLI_COMMANDS_H_

// The kheap command: finds the sub-command and runs it.

#include <span>
#include <string>
#include <string_view>

#include "cli/console.h"

namespace kheap::cli {

inline constexpr std::string_view kVersion = "0.1.0";

// Runs `kheap` with these arguments, the program's name not among them, and
// returns the exit status. What went wrong is one line on console.err.
int RunKheap(std::span<const std::string> arguments, Console& console);

}  // namespace kheap::cli

#endif  // KHEAP_CLI_COMMANDS_H_
