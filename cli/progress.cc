// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <algorithm>

namespace kheap::cli {

namespace {

constexpr std::chrono::milliseconds kPeriod(100);

// To the line's begin, and erase it: ECMA-48, EL.
constexpr std::string_view kEraseLine = "\r\033[K";

}  // namespace

void Progress::Begin(std::string_view work, std::uint64_t step_count) {
  work_ = work;
  step_count_ = std::max<std::uint64_t>(step_count, 1);
  // Short work shows nothing.
  if (!is_shown_) next_ = Clock::now() + kPeriod;
}

void Progress::ShowOnTerminal(std::uint64_t steps_done) {
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kPeriod;
  is_shown_ = true;
  std::ostream& out = *terminal_;
  out << kEraseLine << work_ << ": " << steps_done * 100 / step_count_ << " %"
      << std::flush;
}

void Progress::Clear() {
  if (!is_shown_) return;
  is_shown_ = false;
  std::ostream& out = *terminal_;
  out << kEraseLine << std::flush;
}

}  // namespace kheap::cli
