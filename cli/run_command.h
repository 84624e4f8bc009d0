// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_RUN_COMMAND_H_
#define KHEAP_CLI_RUN_COMMAND_H_

// kheap run: compiles a C program and runs it in an arena.

#include "cli/command.h"

namespace kheap::cli {

Command RunProgramCommand();

}  // namespace kheap::cli

#endif  // KHEAP_CLI_RUN_COMMAND_H_
