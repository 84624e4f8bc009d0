// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CALL_STACK_H_
#define KHEAP_RUNNER_CALL_STACK_H_

// The calls that run, as a report shows them: a recursion of a hundred thousand
// calls is a few lines and a number.
//
//   rows          at walk.c:3 in even        folded   even, odd  × 2
//   innermost     at walk.c:7 in odd                  main       × 1
//   first         at walk.c:3 in even
//                 at walk.c:7 in odd
//                 at walk.c:12 in main

#include <cstdint>
#include <string>
#include <vector>

#include "runner/loaded_program.h"

namespace kheap {

// Some calls, innermost first, that stand on the stack `times` times running.
struct CallGroup {
  std::vector<SourceLine> lines;
  std::uint64_t times = 1;
};

struct CallStack {
  std::vector<CallGroup> groups;  // innermost first
  // Of a stack of too many groups, how many lines are left out, and before
  // which group.
  std::uint64_t lines_left_out = 0;
  std::size_t gap = 0;
};

// Folds what repeats itself, of up to eight lines, and leaves out the middle of
// what is still too long. Each row is an index into `lines`.
CallStack FoldCalls(const std::vector<SourceLine>& lines,
                    const std::vector<std::uint32_t>& rows);

// The calls of `program` that run on this thread. `here`, if it is known, is
// where the innermost of them stands: the line table may have merged its line
// with a neighbour's.
CallStack RunningCalls(const LoadedProgram& program,
                       const SourceLine* here = nullptr);

// One line per call, the first with "at"; empty if there are none.
std::string ToString(const CallStack& calls);

}  // namespace kheap

#endif  // KHEAP_RUNNER_CALL_STACK_H_
