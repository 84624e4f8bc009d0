// SPDX-License-Identifier: Apache-2.0
#include "runner/fault_report.h"

#include "absl/strings/str_cat.h"
#include "runner/fault_object.h"

namespace kheap {

namespace {

// The first line.
std::string Head(const FaultPlace& place, const MemoryFault& fault,
                 const std::vector<std::string>& call_types) {
  if (fault.code == FaultCode::kBadCallTarget &&
      place.target != TargetKind::kPointer) {
    return absl::StrCat("fault ", static_cast<int>(fault.code), ": ",
                        std::string(ToString(fault.code)),
                        place.target == TargetKind::kJump
                            ? ": longjmp to the buffer at "
                            : ": signal handler at ",
                        ToString(fault.address));
  }
  if (fault.code == FaultCode::kBadCallTarget && place.site.has_value() &&
      place.site->kind == SiteKind::kCall && place.site->size_bytes > 0) {
    return absl::StrCat(ToString(fault), " as `",
                        call_types[place.site->size_bytes - 1], "`");
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
  std::string text =
      Head(machine.fault_place(), fault, machine.program().image().call_types) +
      "\n";
  text += ToString(machine.fault_place().calls);
  const FaultObject object = ObjectOf(machine, fault);
  if (!object.text.empty()) absl::StrAppend(&text, "  ", object.text, "\n");
  absl::StrAppend(
      &text, "  fix: ", FixFor(fault, object, machine.fault_place()), "\n");
  return text;
}

}  // namespace kheap
