// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_DEBUG_INFO_RULES_H_
#define KHEAP_RUNNER_DEBUG_INFO_RULES_H_

// What the debug information of a guest's module may not be: a circle.
//
//   struct list { struct list *next; };   leads back through what a struct is
//                                         made of, as C does
//   typedef t t;                          leads to no end
//
// LLVM's verifier lets the second pass, and LLVM then follows it for ever.

#include <string>

#include "absl/status/status.h"
#include "llvm/IR/Module.h"

namespace kheap {

// An error where a type is made of itself, or a scope lies within itself.
// `path` is where the module came from. The module is valid for LLVM.
absl::Status CheckDebugInfo(const llvm::Module& module,
                            const std::string& path);

}  // namespace kheap

#endif  // KHEAP_RUNNER_DEBUG_INFO_RULES_H_
