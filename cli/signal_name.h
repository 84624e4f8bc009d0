// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_SIGNAL_NAME_H_
#define KHEAP_CLI_SIGNAL_NAME_H_

// The guest's signals in words.

#include <optional>
#include <string>

#include "kernel/kernel.h"

namespace kheap::cli {

// "killed by signal 6 (SIGABRT)", where a process ended so. Real-time signals
// have numbers only.
std::optional<std::string> KilledBy(const std::optional<ProcessEnd>& end);

}  // namespace kheap::cli

#endif  // KHEAP_CLI_SIGNAL_NAME_H_
