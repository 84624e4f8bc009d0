// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CHECK_FACTS_H_
#define KHEAP_RUNNER_CHECK_FACTS_H_

// Drops a check that an earlier one has answered. What is known at a point of a
// function is a set of facts, one for each range of addresses root + [begin,
// end) that some check speaks of: available on every path that leads there, and
// not undone since by a call, a scope that ends or a frame that is left.
//
// The analysis is that of available expressions (Kildall, POPL 1973), a bit for
// each fact.

#include "llvm/IR/Function.h"
#include "runner/call_effects.h"
#include "runner/checks.h"

namespace kheap {

void DropKnownChecks(llvm::Function& function, const CallEffects& effects,
                     const CheckRules& rules);

}  // namespace kheap

#endif  // KHEAP_RUNNER_CHECK_FACTS_H_
