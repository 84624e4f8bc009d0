// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CODE_GENERATOR_SYMBOLS_H_
#define KHEAP_RUNNER_CODE_GENERATOR_SYMBOLS_H_

// What LLVM's code generator itself calls where the processor lacks an
// instruction, and setjmp. Results are exact, so every host's are the same.

#include <vector>

#include "runner/host_symbol.h"

namespace kheap {

std::vector<HostSymbol> CodeGeneratorSymbols();

}  // namespace kheap

#endif  // KHEAP_RUNNER_CODE_GENERATOR_SYMBOLS_H_
