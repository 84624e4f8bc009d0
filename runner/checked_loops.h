// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CHECKED_LOOPS_H_
#define KHEAP_RUNNER_CHECKED_LOOPS_H_

// Checks a loop's accesses before it begins, a range of addresses at a time:
//
//       the ranges that the loop can touch are
//       in bounds, addressable and initialised ?
//            | yes                     | no, or not known
//            v                         v
//      the loop without            the loop as it was: each access
//      these checks                checked where it happens
//            |                         |
//            +------------+------------+
//                         v
//
// So a loop that can fault still faults at the access that does, and one that
// cannot is as fast as C: without branches and calls LLVM makes vectors of it.
// A range that the loop itself initialises fails the question, and so does one
// with holes that the loop jumps over; then nothing is lost but the asking.
//
// After loop versioning and array bounds check elimination (Gupta, LOPLAS 1993;
// Wuerthinger, Wimmer and Moessenboeck, PPPJ 2007).

#include "llvm/IR/Function.h"
#include "runner/call_effects.h"
#include "runner/checks.h"

namespace kheap {

void CheckLoopsByRanges(llvm::Function& function, const CallEffects& effects,
                        const CheckRules& rules);

}  // namespace kheap

#endif  // KHEAP_RUNNER_CHECKED_LOOPS_H_
