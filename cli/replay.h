// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_REPLAY_H_
#define KHEAP_CLI_REPLAY_H_

// Repeats the heap calls of a trace in a process of its own: once with every
// byte and, if asked for, every rule of the allocator verified; and again, with
// nothing else, for the time that the calls take.
//
// Errors begin with the operation's place in the trace:
//   ResourceExhausted  the arena cannot serve it
//   Internal           the allocator is wrong: a block is misaligned, lost a
//                      byte, or an invariant is broken
//   InvalidArgument    the process options, as of Process::Create

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/progress.h"
#include "cli/trace.h"
#include "kmalloc/kmalloc.h"
#include "process/process.h"

namespace kheap::cli {

struct CheckOptions {
  // CheckInvariants after every so many operations; 0 for never.
  std::uint64_t interval = 0;
  // And after the last one.
  bool at_end = true;
};

struct VerifiedReplay {
  MallocStats stats;  // after the last operation
  std::uint64_t check_count = 0;
};

// Every block is filled with a pattern of its own, which is verified when the
// block is freed, when it is reallocated (before, and as much as the new block
// keeps) and at the end.
absl::StatusOr<VerifiedReplay> ReplayVerified(const Trace& trace,
                                              const ProcessOptions& options,
                                              const CheckOptions& checks,
                                              Progress& progress);

// The median of `round_count` (at least 1) replays, in nanoseconds. Each
// begins with a new arena, whose making is not timed; the host's first touch
// of the memory that the allocator itself writes is. Nothing is written to the
// blocks.
absl::StatusOr<double> TimeReplay(const Trace& trace,
                                  const ProcessOptions& options,
                                  std::uint64_t round_count,
                                  Progress& progress);

}  // namespace kheap::cli

#endif  // KHEAP_CLI_REPLAY_H_
