// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_WHOLE_BYTES_H_
#define KHEAP_RUNNER_WHOLE_BYTES_H_

// Integers of a width that is no multiple of 8, as _BitInt(7), in memory. LLVM
// takes for granted that the bits above are zero there, and reasons from it;
// but a guest may write anything to any byte.

#include "llvm/IR/Module.h"

namespace kheap {

// Loads and stores of such integers become those of whole bytes, whose bits
// above are dropped, and zero.
void MoveWholeBytes(llvm::Module& module);

}  // namespace kheap

#endif  // KHEAP_RUNNER_WHOLE_BYTES_H_
