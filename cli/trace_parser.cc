// SPDX-License-Identifier: Apache-2.0
#include "cli/trace_parser.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/quantity.h"
#include "kmalloc/directory_layout.h"

namespace kheap::cli {

namespace {

// Indices into the header.
constexpr std::size_t kIdCount = 1;
constexpr std::size_t kOperationCount = 2;
constexpr std::array<const char*, kTraceHeaderLines> kHeaderNames = {
    "the suggested heap size", "the number of ids", "the number of operations",
    "the weight"};

// Ids are 32 bits wide.
constexpr std::uint64_t kIdCountMax =
    std::uint64_t{1} + std::numeric_limits<std::uint32_t>::max();

// No arena is larger than the allocator's limit.
constexpr std::uint64_t kSizeBytesMax = kAllocatorCapacityMax;

std::string_view ToStd(absl::string_view text) {
  return {text.data(), text.size()};
}

// Part of the input in quotes, fit for a terminal.
std::string Quote(std::string_view text) {
  constexpr std::size_t kShownBytesMax = 40;
  const bool is_long = text.size() > kShownBytesMax;
  const std::string shown(text.substr(0, kShownBytesMax));
  return absl::StrCat("'", absl::CHexEscape(shown), is_long ? "…'" : "'");
}

bool IsAllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

}  // namespace

absl::Status TraceParser::ErrorAt(std::uint64_t line,
                                  std::string_view message) const {
  return absl::InvalidArgumentError(
      absl::StrCat(trace_.name, ":", line, ": ", std::string(message)));
}

absl::Status TraceParser::AddLine(std::string_view line) {
  ++line_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::vector<absl::string_view> fields =
      absl::StrSplit(absl::string_view(line.data(), line.size()),
                     absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (fields.empty()) {
    if (empty_line_ == 0) empty_line_ = line_;
    return absl::OkStatus();
  }
  if (empty_line_ != 0) {
    return ErrorAt(empty_line_, "an empty line before the end of the trace");
  }
  return line_ <= kTraceHeaderLines ? AddHeader(fields) : AddOperation(fields);
}

absl::Status TraceParser::AddHeader(Fields fields) {
  const std::size_t index = line_ - 1;
  const std::string name = kHeaderNames[index];
  if (fields.size() != 1) {
    return ErrorHere(absl::StrCat("expected ", name, " alone on its line"));
  }
  const std::string_view field = ToStd(fields[0]);
  const std::optional<std::uint64_t> number = ParseNumber(field);
  if (!number.has_value()) {
    return ErrorHere(
        absl::StrCat("expected ", name, " as a number, found ", Quote(field)));
  }
  if (index == kIdCount && *number > kIdCountMax) {
    return ErrorHere(absl::StrCat(*number, " ids are more than the ",
                                  kIdCountMax, " that a trace can have"));
  }
  header_[index] = *number;
  return absl::OkStatus();
}

absl::Status TraceParser::AddOperation(Fields fields) {
  const absl::StatusOr<TraceOperation> operation = ReadOperation(fields);
  if (!operation.ok()) return operation.status();
  if (trace_.operations.size() == header_[kOperationCount]) {
    return ErrorHere(absl::StrCat("one operation more than the ",
                                  header_[kOperationCount],
                                  " that the header promises"));
  }
  absl::Status status = Track(*operation);
  if (status.ok()) trace_.operations.push_back(*operation);
  return status;
}

absl::StatusOr<TraceOperation> TraceParser::ReadOperation(Fields fields) const {
  TraceOperation operation = {};
  if (fields[0] == "a") {
    operation.kind = Kind::kAllocate;
  } else if (fields[0] == "r") {
    operation.kind = Kind::kReallocate;
  } else if (fields[0] == "f") {
    operation.kind = Kind::kFree;
  } else {
    return ErrorHere(
        absl::StrCat("expected 'a ID SIZE', 'r ID SIZE' or 'f ID', found ",
                     Quote(ToStd(fields[0]))));
  }
  const bool has_size = operation.kind != Kind::kFree;
  if (fields.size() != (has_size ? 3 : 2)) {
    return ErrorHere(absl::StrCat("expected '", fields[0], " ID",
                                  has_size ? " SIZE'" : "'", ", found ",
                                  fields.size(), " fields"));
  }
  absl::Status status = ReadId(ToStd(fields[1]), operation);
  if (status.ok() && has_size) status = ReadSize(ToStd(fields[2]), operation);
  if (!status.ok()) return status;
  return operation;
}

absl::Status TraceParser::ReadId(std::string_view field,
                                 TraceOperation& operation) const {
  if (!IsAllDigits(field)) {
    return ErrorHere(absl::StrCat("the id ", Quote(field), " is not a number"));
  }
  const std::optional<std::uint64_t> id = ParseNumber(field);
  if (!id.has_value() || *id >= header_[kIdCount]) {
    return ErrorHere(absl::StrCat("unknown id ", std::string(field),
                                  ": the header promises ids below ",
                                  header_[kIdCount]));
  }
  operation.id = static_cast<std::uint32_t>(*id);
  return absl::OkStatus();
}

absl::Status TraceParser::ReadSize(std::string_view field,
                                   TraceOperation& operation) const {
  if (!IsAllDigits(field)) {
    return ErrorHere(
        absl::StrCat("the size ", Quote(field), " is not a number of bytes"));
  }
  const std::optional<std::uint64_t> size_bytes = ParseNumber(field);
  if (!size_bytes.has_value() || *size_bytes > kSizeBytesMax) {
    return ErrorHere(absl::StrCat("impossible size ", std::string(field),
                                  ": no arena is above ", kSizeBytesMax,
                                  " bytes"));
  }
  operation.size_bytes = *size_bytes;
  return absl::OkStatus();
}

absl::Status TraceParser::Track(const TraceOperation& operation) {
  const std::uint32_t id = operation.id;
  const auto found = ids_.find(id);
  const bool is_allocated = found != ids_.end() && found->second.is_allocated;
  if (operation.kind == Kind::kAllocate) {
    if (is_allocated && !found->second.is_null) {
      return ErrorHere(absl::StrCat("id ", id, " is allocated already"));
    }
    SetLive(ids_[id], true, operation.size_bytes);
    return absl::OkStatus();
  }
  if (!is_allocated) {
    return ErrorHere(absl::StrCat(
        "unknown id ", id,
        found == ids_.end() ? ": it was never allocated" : ": it was freed"));
  }
  IdState& state = found->second;
  if (operation.kind == Kind::kFree) {
    SetLive(state, false, 0);
    return absl::OkStatus();
  }
  // As realloc does: a block resized to 0 bytes is freed, null becomes a block.
  const bool is_freed = operation.size_bytes == 0 && !state.is_null;
  SetLive(state, !is_freed, operation.size_bytes);
  state.is_allocated = true;
  state.is_null = is_freed;
  return absl::OkStatus();
}

void TraceParser::SetLive(IdState& state, bool is_live,
                          std::uint64_t size_bytes) {
  if (state.is_allocated && !state.is_null) {
    live_bytes_ -= state.size_bytes;
    live_blocks_ -= 1;
  }
  state = {.is_allocated = is_live, .is_null = false, .size_bytes = size_bytes};
  if (!is_live) return;
  live_bytes_ += size_bytes;
  live_blocks_ += 1;
  trace_.peak_live_bytes = std::max(trace_.peak_live_bytes, live_bytes_);
  trace_.peak_live_blocks = std::max(trace_.peak_live_blocks, live_blocks_);
}

absl::StatusOr<Trace> TraceParser::Finish() {
  const std::uint64_t last_line = empty_line_ == 0 ? line_ : empty_line_ - 1;
  if (last_line == 0) {
    return ErrorAt(1, "the file is empty; a trace begins with four numbers");
  }
  if (last_line < kTraceHeaderLines) {
    return ErrorAt(last_line, absl::StrCat("the file ends before ",
                                           kHeaderNames[last_line]));
  }
  if (trace_.operations.size() < header_[kOperationCount]) {
    return ErrorAt(
        kOperationCount + 1,
        absl::StrCat("the header promises ", header_[kOperationCount],
                     " operations, the file ends after ",
                     trace_.operations.size()));
  }
  if (ids_.size() < header_[kIdCount]) {
    return ErrorAt(kIdCount + 1,
                   absl::StrCat("the header promises ", header_[kIdCount],
                                " ids, the operations use ", ids_.size()));
  }
  trace_.id_count = header_[kIdCount];
  return std::move(trace_);
}

}  // namespace kheap::cli
