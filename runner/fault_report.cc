// SPDX-License-Identifier: Apache-2.0
#include "runner/fault_report.h"

#include "absl/strings/str_cat.h"
#include "runner/fault_object.h"

namespace kheap {

namespace {

std::string Place(const SourceLine& line) {
  if (line.file.empty()) return "unknown place";
  // Code of several lines that the optimiser made one has no line.
  if (line.line == 0) return line.file;
  std::string text = absl::StrCat(line.file, ":", line.line);
  if (line.column != 0) absl::StrAppend(&text, ":", line.column);
  return text;
}

// The calls, innermost first; a recursion's equal lines are counted.
std::string Calls(const FaultPlace& place) {
  std::string text;
  std::string last;
  int repeated = 0;
  const auto count = [&] {
    if (repeated > 0)
      absl::StrAppend(&text, "     … ", repeated, " times more\n");
    repeated = 0;
  };
  for (const SourceLine& line : place.calls) {
    std::string row = Place(line);
    if (!line.function.empty()) absl::StrAppend(&row, " in ", line.function);
    if (row == last) {
      ++repeated;
      continue;
    }
    count();
    absl::StrAppend(&text, text.empty() ? "  at " : "     ", row, "\n");
    last = std::move(row);
  }
  count();
  if (place.has_more_calls) text += "     …\n";
  return text;
}

// The first line.
std::string Head(const FaultPlace& place, const MemoryFault& fault) {
  if (fault.code == FaultCode::kBadCallTarget &&
      place.target != TargetKind::kPointer) {
    return absl::StrCat("fault ", static_cast<int>(fault.code), ": ",
                        std::string(ToString(fault.code)),
                        place.target == TargetKind::kJump
                            ? ": longjmp to the buffer at "
                            : ": signal handler at ",
                        ToString(fault.address));
  }
  if (fault.code != FaultCode::kIntegerTrap || !place.site.has_value()) {
    return ToString(fault);
  }
  return absl::StrCat("fault ", static_cast<int>(fault.code), ": ",
                      place.site->kind == SiteKind::kDivision
                          ? "integer trap: a division by zero, or a quotient "
                            "that does not fit"
                          : "integer trap: code that ends the program");
}

}  // namespace

std::string FaultReport(Machine& machine, const MemoryFault& fault) {
  std::string text = Head(machine.fault_place(), fault) + "\n";
  text += Calls(machine.fault_place());
  const FaultObject object = ObjectOf(machine, fault);
  if (!object.text.empty()) absl::StrAppend(&text, "  ", object.text, "\n");
  absl::StrAppend(
      &text, "  fix: ", FixFor(fault, object, machine.fault_place()), "\n");
  return text;
}

}  // namespace kheap
