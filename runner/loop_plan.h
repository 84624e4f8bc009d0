// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_LOOP_PLAN_H_
#define KHEAP_RUNNER_LOOP_PLAN_H_

// Which checks of a loop can be made before it, and what to ask there.

#include <optional>
#include <vector>

#include "llvm/Analysis/LoopInfo.h"
#include "runner/address_range.h"
#include "runner/call_effects.h"
#include "runner/checks.h"

namespace kheap {

// Addresses that checks of the loop speak of: [low, high).
struct CheckedRange {
  const llvm::SCEV* low;
  const llvm::SCEV* high;
  bool stores;
  // The loops around the accesses, innermost first: how many times at most each
  // goes round.
  std::vector<const llvm::SCEV*> rounds;
};

struct LoopPlan {
  std::vector<Check> covered;
  std::vector<CheckedRange> ranges;
  std::vector<RangeCondition> conditions;
  // Variables that come into scope, or whose scope ends, in each round.
  std::vector<Check> scopes;
};

// The plan for a loop in LLVM's simplified form, if there is one that is worth
// its price: for all of its checks, or for those that are in no inner loop.
std::optional<LoopPlan> PlanLoop(llvm::Loop& loop,
                                 llvm::ScalarEvolution& evolution,
                                 const CallEffects& effects);

}  // namespace kheap

#endif  // KHEAP_RUNNER_LOOP_PLAN_H_
