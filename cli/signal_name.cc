// SPDX-License-Identifier: Apache-2.0
#include "cli/signal_name.h"

#include <array>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace kheap::cli {

namespace {

// By the numbers of RISC-V Linux, from 1 on.
constexpr std::array<const char*, 31> kNames = {
    "HUP",  "INT",    "QUIT", "ILL",   "TRAP", "ABRT", "BUS",  "FPE",
    "KILL", "USR1",   "SEGV", "USR2",  "PIPE", "ALRM", "TERM", "STKFLT",
    "CHLD", "CONT",   "STOP", "TSTP",  "TTIN", "TTOU", "URG",  "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO",   "PWR",  "SYS"};

}  // namespace

std::optional<std::string> KilledBy(const std::optional<ProcessEnd>& end) {
  if (!end.has_value() || end->kind != ProcessEnd::Kind::kSignalled) {
    return std::nullopt;
  }
  std::string text = absl::StrCat("killed by signal ", end->value);
  const auto index = static_cast<std::size_t>(end->value) - 1;
  if (index < kNames.size()) {
    absl::StrAppend(&text, " (SIG", kNames[index], ")");
  }
  return text;
}

}  // namespace kheap::cli
