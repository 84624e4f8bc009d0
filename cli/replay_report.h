// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_REPLAY_REPORT_H_
#define KHEAP_CLI_REPLAY_REPORT_H_

// What kheap replay says about a replay.

#include <cstdint>
#include <string>

#include "cli/replay.h"
#include "cli/trace.h"
#include "process/process.h"

namespace kheap::cli {

struct ReplayReport {
  const Trace& trace;
  const ProcessOptions& options;
  VerifiedReplay verified;
  double round_nanoseconds;  // the median round
  std::uint64_t round_count;

  // 0 for a trace without operations.
  double OperationsPerSecond() const;
  double NanosecondsPerOperation() const;
  // The most bytes that the program had, as asked for, as a share of the bytes
  // that the allocator had for them. The break never moves down in a replay,
  // so the footprint at the end is the largest.
  double Utilisation() const;
};

// For people: aligned columns, free chunks gathered by doubling of size.
std::string ToText(const ReplayReport& report);

// One JSON object on one line; docs/design/cli.md lists its members.
std::string ToJson(const ReplayReport& report);

}  // namespace kheap::cli

#endif  // KHEAP_CLI_REPLAY_REPORT_H_
