// SPDX-License-Identifier: Apache-2.0
#include "runner/small_loops.h"

#include <string>

#include "llvm/Analysis/OptimizationRemarkEmitter.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Transforms/Utils/UnrollLoop.h"
#include "runner/checks.h"

namespace kheap {

namespace {

constexpr unsigned kRoundsMax = 8;
constexpr std::size_t kInstructionsMax = 600;

// Of the loop without its checks' bookkeeping; 0 if it checks nothing.
std::size_t SizeWithChecks(llvm::Loop& loop) {
  std::size_t size = 0;
  bool checks = false;
  for (llvm::BasicBlock* const block : loop.blocks()) {
    size += block->size();
    for (llvm::Instruction& instruction : *block) {
      checks = checks || AsCheck(instruction).has_value();
    }
  }
  return checks ? size : 0;
}

}  // namespace

llvm::PreservedAnalyses UnrollSmallLoops::run(
    llvm::Loop& loop, llvm::LoopAnalysisManager&,
    llvm::LoopStandardAnalysisResults& results, llvm::LPMUpdater& updater) {
  const auto all = llvm::PreservedAnalyses::all();
  if (!loop.isInnermost()) return all;
  const unsigned rounds = results.SE.getSmallConstantTripCount(&loop);
  if (rounds < 2 || rounds > kRoundsMax) return all;
  const std::size_t size = SizeWithChecks(loop);
  if (size == 0 || size * rounds > kInstructionsMax) return all;
  llvm::OptimizationRemarkEmitter remarks(loop.getHeader()->getParent());
  llvm::UnrollLoopOptions options = {};
  options.Count = rounds;
  options.Force = true;
  const std::string name = loop.getName().str();
  const llvm::LoopUnrollResult result = llvm::UnrollLoop(
      &loop, options, &results.LI, &results.SE, &results.DT, &results.AC,
      &results.TTI, &remarks, /*PreserveLCSSA=*/true);
  if (result == llvm::LoopUnrollResult::Unmodified) return all;
  if (result == llvm::LoopUnrollResult::FullyUnrolled) {
    updater.markLoopAsDeleted(loop, name);
  }
  return llvm::getLoopPassPreservedAnalyses();
}

}  // namespace kheap
