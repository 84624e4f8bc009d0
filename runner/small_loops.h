// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_SMALL_LOOPS_H_
#define KHEAP_RUNNER_SMALL_LOOPS_H_

// Unrolls loops of a few rounds, known in number, that check accesses: then the
// addresses are at known distances, and checks answer each other. LLVM takes a
// check for a call and would not.

#include "llvm/Analysis/LoopAnalysisManager.h"
#include "llvm/IR/PassManager.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"

namespace kheap {

struct UnrollSmallLoops : llvm::PassInfoMixin<UnrollSmallLoops> {
  llvm::PreservedAnalyses run(llvm::Loop& loop, llvm::LoopAnalysisManager&,
                              llvm::LoopStandardAnalysisResults& results,
                              llvm::LPMUpdater& updater);
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_SMALL_LOOPS_H_
