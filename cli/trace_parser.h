// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_TRACE_PARSER_H_
#define KHEAP_CLI_TRACE_PARSER_H_

// Reads the trace format of the malloc lab of "Computer Systems: A Programmer's
// Perspective" (Bryant and O'Hallaron), line by line:
//
//   65536        suggested heap size in bytes; read and not used
//   2            ids
//   4            operations
//   1            weight; read and not used
//   a 0 512      allocate a block of 512 bytes and call it 0
//   a 1 128
//   r 0 640      reallocate block 0 to 640 bytes
//   f 1          free block 1
//
// Ids are 0, 1, 2 … in any order, and each is allocated. An id may be allocated
// anew after it was freed. `r ID 0` leaves the id a null pointer: it may be
// freed (nothing happens) or reallocated (which allocates).
//
// Fields are separated by blanks. Lines end in LF or CR LF; the last one need
// not; empty lines may follow it.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cli/trace.h"

namespace kheap::cli {

class TraceParser {
 public:
  // Errors begin with "NAME:LINE: ".
  explicit TraceParser(std::string_view name) { trace_.name = name; }

  // Takes the next line, without its LF. InvalidArgument at the first line that
  // is wrong; the parser is then of no more use.
  absl::Status AddLine(std::string_view line);

  // The whole trace, after the last line. InvalidArgument where the header
  // promises more than there was.
  absl::StatusOr<Trace> Finish();

  // InvalidArgument with the place in front of the message.
  absl::Status ErrorAt(std::uint64_t line, std::string_view message) const;
  // The number of lines so far.
  std::uint64_t line() const { return line_; }

 private:
  using Kind = TraceOperation::Kind;
  using Fields = absl::Span<const absl::string_view>;

  struct IdState {
    bool is_allocated = false;  // `a` came, and no `f` since
    bool is_null = false;       // by `r ID 0`
    std::uint64_t size_bytes = 0;
  };

  absl::Status AddHeader(Fields fields);
  absl::Status AddOperation(Fields fields);
  absl::StatusOr<TraceOperation> ReadOperation(Fields fields) const;
  absl::Status ReadId(std::string_view field, TraceOperation& operation) const;
  absl::Status ReadSize(std::string_view field,
                        TraceOperation& operation) const;
  // Follows what is live.
  absl::Status Track(const TraceOperation& operation);
  void SetLive(IdState& state, bool is_live, std::uint64_t size_bytes);
  absl::Status ErrorHere(std::string_view message) const {
    return ErrorAt(line_, message);
  }

  std::uint64_t line_ = 0;
  std::uint64_t empty_line_ = 0;  // the first one, or 0
  std::array<std::uint64_t, kTraceHeaderLines> header_ = {};
  // A map, so that a header that lies costs no memory.
  absl::flat_hash_map<std::uint32_t, IdState> ids_;
  std::uint64_t live_bytes_ = 0;
  std::uint64_t live_blocks_ = 0;
  Trace trace_;
};

}  // namespace kheap::cli

#endif  // KHEAP_CLI_TRACE_PARSER_H_
