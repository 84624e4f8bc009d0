// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_PROMOTION_H_
#define KHEAP_RUNNER_PROMOTION_H_

// Which local variables become values before translation. In fast mode all that
// can; in checked mode only those that every path assigns before it reads them,
// so that reading an uninitialised variable stays a load that can be checked.

#include "llvm/IR/Instructions.h"
#include "llvm/IR/Module.h"

namespace kheap {

// Whether a variable is the compiler's own (a result, a struct on its way into
// registers), which the program has no name for. Where a function has no debug
// information, none is known to be.
bool IsTemporary(const llvm::AllocaInst& variable);

void PromoteLocals(llvm::Module& module, bool checked);

}  // namespace kheap

#endif  // KHEAP_RUNNER_PROMOTION_H_
