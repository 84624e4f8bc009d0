// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_PROGRESS_H_
#define KHEAP_CLI_PROGRESS_H_

// One line on a terminal that says how far long work has come, and goes away
// with it: "verifying: 45 %". Without a terminal it costs one compare.

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace kheap::cli {

class Progress {
 public:
  // Nothing is shown where `terminal` is null.
  explicit Progress(std::ostream* terminal) : terminal_(terminal) {}
  ~Progress() { Clear(); }

  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Says what the work is from here on, and of how many steps.
  void Begin(std::string_view work, std::uint64_t step_count);
  // That many steps are done. The line changes ten times a second at most.
  void Show(std::uint64_t steps_done) {
    if (terminal_ != nullptr) ShowOnTerminal(steps_done);
  }
  // Takes the line away.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  void ShowOnTerminal(std::uint64_t steps_done);

  std::ostream* terminal_;
  std::string work_;
  std::uint64_t step_count_ = 0;
  Clock::time_point next_;  // when the line may change again
  bool is_shown_ = false;
};

}  // namespace kheap::cli

#endif  // KHEAP_CLI_PROGRESS_H_
