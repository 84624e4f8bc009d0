// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_OBJECT_COMPILER_H_
#define KHEAP_RUNNER_OBJECT_COMPILER_H_

// LLVM's optimiser and code generator, for the host's own processor.

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"
#include "runner/checks.h"

namespace kheap {

// The host's processor with all of its instructions. `level` is 0 to 3, as of
// clang's -O.
absl::StatusOr<std::unique_ptr<llvm::TargetMachine>> MakeTargetMachine(
    int level);

// Optimises a translated module and returns its object file.
absl::StatusOr<std::string> CompileObject(llvm::Module& module,
                                          const CheckRules& rules,
                                          llvm::TargetMachine& machine,
                                          int level);

}  // namespace kheap

#endif  // KHEAP_RUNNER_OBJECT_COMPILER_H_
