// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_CHECK_COMMAND_H_
#define KHEAP_CLI_CHECK_COMMAND_H_

// kheap check: runs many C programs, or one program with many inputs, and says
// in one line each how it went.

#include "cli/command.h"

namespace kheap::cli {

Command CheckCommand();

}  // namespace kheap::cli

#endif  // KHEAP_CLI_CHECK_COMMAND_H_
