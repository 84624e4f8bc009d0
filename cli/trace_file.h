// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_TRACE_FILE_H_
#define KHEAP_CLI_TRACE_FILE_H_

// Traces from files.

#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/status/statusor.h"
#include "cli/trace.h"

namespace kheap::cli {

// A line with more bytes belongs to no trace. So a file without line ends is
// not read to its end.
inline constexpr std::uint64_t kTraceLineBytesMax = 256;

// Reads a trace up to the end of `in`. Errors say where, with `name` for the
// file: InvalidArgument as of TraceParser, else what the host had against it.
absl::StatusOr<Trace> ReadTrace(std::FILE* in, const std::string& name);

// Reads the trace in the file at `path`.
absl::StatusOr<Trace> ReadTraceFile(const std::string& path);

}  // namespace kheap::cli

#endif  // KHEAP_CLI_TRACE_FILE_H_
