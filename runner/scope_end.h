// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_SCOPE_END_H_
#define KHEAP_RUNNER_SCOPE_END_H_

// Which ends of variables' scopes a checked program has to mark:
//
//   int *kept;
//   { int x = 1; kept = &x; }    a pointer may still lead to x: marked
//   { int y = 2; sum += y; }     no pointer leads to y: not marked
//   { int z; kept = &z;          the frame goes next: not marked
//     return; }

#include "llvm/IR/IntrinsicInst.h"

namespace kheap {

// Whether an access may come upon the variable between this llvm.lifetime.end
// of it and the next begin of its scope.
bool OutlivesScope(const llvm::AllocaInst& variable,
                   const llvm::IntrinsicInst& end);

}  // namespace kheap

#endif  // KHEAP_RUNNER_SCOPE_END_H_
