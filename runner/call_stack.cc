// SPDX-License-Identifier: Apache-2.0
#include "runner/call_stack.h"

#include <unwind.h>

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

namespace kheap {

namespace {

constexpr std::size_t kPeriodMax = 8;
// Fewer are as easily read where they stand.
constexpr std::uint64_t kFoldedLinesMin = 2;
// Of the groups, how many are shown at each end.
constexpr std::size_t kInnermostGroups = 40;
constexpr std::size_t kOutermostGroups = 10;

// The return addresses on the host's stack, innermost first.
using ReturnAddresses = std::vector<const void*>;

_Unwind_Reason_Code Note(_Unwind_Context* context, void* addresses) {
  static_cast<ReturnAddresses*>(addresses)->push_back(
      reinterpret_cast<const void*>(_Unwind_GetIP(context)));
  return _URC_NO_REASON;
}

struct Repetition {
  std::size_t period = 1;
  std::uint64_t times = 1;
};

// The shortest that begins there.
Repetition RepetitionAt(const std::vector<std::uint32_t>& rows,
                        std::size_t begin) {
  for (std::size_t period = 1; period <= kPeriodMax; ++period) {
    if (begin + 2 * period > rows.size()) break;
    std::size_t end = begin + period;
    while (end < rows.size() && rows[end] == rows[end - period]) ++end;
    const std::uint64_t times = (end - begin) / period;
    if ((times - 1) * period >= kFoldedLinesMin) return {period, times};
  }
  return {};
}

std::uint64_t LinesIn(const CallGroup& group) {
  return group.lines.size() * group.times;
}

// Where an address has several lines, of inlined functions, each is a row.
class RowCollector {
 public:
  explicit RowCollector(const LoadedProgram& program) : program_(program) {}

  const std::vector<SourceLine>& lines() const { return lines_; }
  const std::vector<std::uint32_t>& rows() const { return rows_; }

  void Add(const void* address) {
    const auto [entry, is_new] = of_address_.try_emplace(address);
    if (is_new) {
      for (const SourceLine& line : program_.Lines(address)) {
        entry->second.push_back(RowOf(line));
      }
    }
    rows_.insert(rows_.end(), entry->second.begin(), entry->second.end());
  }

  void PlaceInnermost(const SourceLine& here) {
    if (rows_.empty()) {
      rows_.push_back(RowOf(here));
    } else if (lines_[rows_.front()].function == here.function) {
      rows_.front() = RowOf(here);
    }
  }

 private:
  std::uint32_t RowOf(const SourceLine& line) {
    const auto found = std::ranges::find(lines_, line);
    const auto row = static_cast<std::uint32_t>(found - lines_.begin());
    if (found == lines_.end()) lines_.push_back(line);
    return row;
  }

  const LoadedProgram& program_;
  std::vector<SourceLine> lines_;
  std::vector<std::uint32_t> rows_;
  absl::flat_hash_map<const void*, std::vector<std::uint32_t>> of_address_;
};

std::string Place(const SourceLine& line) {
  if (line.file.empty()) return "unknown place";
  // Code of several lines that the optimiser made one has no line.
  if (line.line == 0) return line.file;
  std::string text = absl::StrCat(line.file, ":", line.line);
  if (line.column != 0) absl::StrAppend(&text, ":", line.column);
  return text;
}

// What follows a group's lines if they repeat themselves.
std::string MoreTimes(const CallGroup& group) {
  if (group.times == 1) return "";
  const std::uint64_t more = group.times - 1;
  const std::string times = more == 1 ? "once" : absl::StrCat(more, " times");
  return group.lines.size() == 1
             ? absl::StrCat("     … ", times, " more\n")
             : absl::StrCat("     … these ", group.lines.size(), " lines ",
                            times, " more\n");
}

}  // namespace

CallStack FoldCalls(const std::vector<SourceLine>& lines,
                    const std::vector<std::uint32_t>& rows) {
  CallStack calls;
  for (std::size_t begin = 0; begin < rows.size();) {
    const Repetition found = RepetitionAt(rows, begin);
    CallGroup group;
    group.times = found.times;
    for (std::size_t i = begin; i < begin + found.period; ++i) {
      group.lines.push_back(lines[rows[i]]);
    }
    calls.groups.push_back(std::move(group));
    begin += found.period * found.times;
  }
  if (calls.groups.size() > kInnermostGroups + kOutermostGroups) {
    const auto first = calls.groups.begin() + kInnermostGroups;
    const auto last = calls.groups.end() - kOutermostGroups;
    for (auto group = first; group != last; ++group) {
      calls.lines_left_out += LinesIn(*group);
    }
    calls.groups.erase(first, last);
    calls.gap = kInnermostGroups;
  }
  return calls;
}

CallStack RunningCalls(const LoadedProgram& program, const SourceLine* here) {
  ReturnAddresses addresses;
  _Unwind_Backtrace(Note, &addresses);
  RowCollector collector(program);
  for (const void* const address : addresses) collector.Add(address);
  if (here != nullptr) collector.PlaceInnermost(*here);
  return FoldCalls(collector.lines(), collector.rows());
}

std::string ToString(const CallStack& calls) {
  std::string text;
  for (std::size_t i = 0; i < calls.groups.size(); ++i) {
    if (calls.lines_left_out > 0 && i == calls.gap) {
      absl::StrAppend(&text, "     … ", calls.lines_left_out, " more calls\n");
    }
    for (const SourceLine& line : calls.groups[i].lines) {
      absl::StrAppend(&text, text.empty() ? "  at " : "     ", Place(line));
      if (!line.function.empty()) {
        absl::StrAppend(&text, " in ", line.function);
      }
      text += "\n";
    }
    text += MoreTimes(calls.groups[i]);
  }
  return text;
}

}  // namespace kheap
