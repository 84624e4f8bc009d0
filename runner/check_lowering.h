// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CHECK_LOWERING_H_
#define KHEAP_RUNNER_CHECK_LOWERING_H_

// Turns each check that is left into what the processor does:
//
//   offset = address - begin of what may be loaded
//   offset < room[size] ?                one compare with the context
//   shadow[address … + N] as it has to be ?   checked mode: one load and
//   compare
//     no  -> fault(address, site)        out of line, never returns
//
// and each mark into stores to the shadow.

#include "llvm/IR/Module.h"
#include "runner/checks.h"

namespace kheap {

void LowerChecks(llvm::Module& module, const CheckRules& rules);

}  // namespace kheap

#endif  // KHEAP_RUNNER_CHECK_LOWERING_H_
