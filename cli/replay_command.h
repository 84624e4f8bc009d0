// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_REPLAY_COMMAND_H_
#define KHEAP_CLI_REPLAY_COMMAND_H_

// kheap replay: repeats a recorded malloc trace.

#include "cli/command.h"

namespace kheap::cli {

Command ReplayCommand();

}  // namespace kheap::cli

#endif  // KHEAP_CLI_REPLAY_COMMAND_H_
