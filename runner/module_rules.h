// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_MODULE_RULES_H_
#define KHEAP_RUNNER_MODULE_RULES_H_

// What a module of the guest may be made of.
//
// LLVM's assembly knows more than any C program compiles to: other processors'
// types and address spaces, garbage collection, coroutines, functions resolved
// at load time. The translation gives a meaning to what C needs; all else is
// refused here, in one line, before anything else looks at it. So the rules say
// what is allowed, not what is forbidden.

#include <string>

#include "absl/status/status.h"
#include "llvm/IR/Module.h"

namespace kheap {

// An error that names the first thing that is not allowed and where it is.
// `path` is where the module came from. The module is valid for LLVM.
absl::Status CheckModule(const llvm::Module& module, const std::string& path);

}  // namespace kheap

#endif  // KHEAP_RUNNER_MODULE_RULES_H_
