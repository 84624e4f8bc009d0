// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_BUILTINS_H_
#define KHEAP_RUNNER_BUILTINS_H_

// The functions of the host that compiled code calls: malloc and its family,
// clib in place of mem* and str*, the system call, and what the translation
// itself asks for.

#include <vector>

#include "runner/host_symbol.h"

namespace kheap {

// All of them, with what the code generator calls.
const std::vector<HostSymbol>& HostSymbols();

}  // namespace kheap

#endif  // KHEAP_RUNNER_BUILTINS_H_
