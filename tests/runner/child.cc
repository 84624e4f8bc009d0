// SPDX-License-Identifier: Apache-2.0
#include "tests/runner/child.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>

namespace kheap {

namespace {

constexpr rlim_t kSecondsMax = 30;  // of the processor's time

double Now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

[[noreturn]] void RunChild(absl::FunctionRef<std::string()> work, int out) {
  const rlimit limit = {kSecondsMax, kSecondsMax + 1};
  setrlimit(RLIMIT_CPU, &limit);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  dup2(out, STDERR_FILENO);
  std::string complaint;
  try {
    complaint = work();
  } catch (const std::exception& error) {
    complaint = std::string("exception: ") + error.what();
  } catch (...) {
    complaint = "an exception";
  }
  if (!complaint.empty()) {
    complaint += "\n";
    [[maybe_unused]] const auto written =
        write(out, complaint.data(), complaint.size());
  }
  _exit(complaint.empty() ? 0 : 1);
}

std::string ReadAll(int in) {
  std::string text;
  std::array<char, 4096> bytes;
  for (;;) {
    const auto count = read(in, bytes.data(), bytes.size());
    if (count <= 0) return text;
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

std::string RunInChild(absl::FunctionRef<std::string()> work) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child < 0) return "no fork";
  if (child == 0) {
    close(ends[0]);
    RunChild(work, ends[1]);
  }
  close(ends[1]);
  const std::string words = ReadAll(ends[0]);
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return "";
  if (WIFSIGNALED(status)) {
    return "died of signal " + std::to_string(WTERMSIG(status)) + "\n" + words;
  }
  return words.empty() ? "failed" : words;
}

Seeds::Seeds(std::uint64_t count) : end_(count) {
  if (const char* const seconds = std::getenv("KHEAP_FUZZ_SECONDS")) {
    until_seconds_ = Now() + std::atof(seconds);
  }
  if (const char* const seed = std::getenv("KHEAP_FUZZ_SEED")) {
    next_ = std::strtoull(seed, nullptr, 10);
    end_ = next_;
  }
}

std::uint64_t Seeds::Next() {
  if (until_seconds_ != 0 ? Now() >= until_seconds_ : next_ > end_) return 0;
  return next_++;
}

}  // namespace kheap
