// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_TRACE_H_
#define KHEAP_CLI_TRACE_H_

// A recorded sequence of heap calls, as a trace file holds it (trace_parser.h
// has the format).

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kheap::cli {

struct TraceOperation {
  enum class Kind : std::uint8_t { kAllocate, kReallocate, kFree };

  Kind kind;
  std::uint32_t id;
  std::uint64_t size_bytes;  // 0 for a free
};

// Every operation but a kAllocate names an id that is live.
struct Trace {
  std::string name;
  std::uint64_t id_count = 0;  // ids are 0 … id_count - 1
  std::vector<TraceOperation> operations;
  // The most that was live after any operation; bytes as asked for.
  std::uint64_t peak_live_bytes = 0;
  std::uint64_t peak_live_blocks = 0;
};

inline constexpr std::uint64_t kTraceHeaderLines = 4;

// The line, counted from 1, that an operation stands on.
constexpr std::uint64_t LineOf(std::size_t operation_index) {
  return kTraceHeaderLines + 1 + operation_index;
}

}  // namespace kheap::cli

#endif  // KHEAP_CLI_TRACE_H_
