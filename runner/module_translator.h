// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_MODULE_TRANSLATOR_H_
#define KHEAP_RUNNER_MODULE_TRANSLATOR_H_

// From the guest's module to the host's: lays out the globals, translates every
// function, and adds the tables and the image that go with the code.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"
#include "runner/translation.h"

namespace kheap {

struct ModuleOptions {
  TranslationOptions translation;
  std::uint64_t capacity_bytes;
  std::uint64_t stack_bytes;
};

// Turns `module`, a whole program as clang and the linker left it, into host
// code not yet optimised, and returns what its checks mean. A status says what
// a program may not use, NotFound what nobody defines.
absl::StatusOr<CheckRules> TranslateModule(llvm::Module& module,
                                           const llvm::TargetMachine& machine,
                                           const ModuleOptions& options);

}  // namespace kheap

#endif  // KHEAP_RUNNER_MODULE_TRANSLATOR_H_
