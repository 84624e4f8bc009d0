// SPDX-License-Identifier: Apache-2.0
#include "kernel/virtual_clock.h"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <limits>

namespace kheap::kernel {

namespace {

// Time stops some 290 years after the start rather than going backwards.
constexpr std::int64_t kMostNanoseconds =
    std::numeric_limits<std::int64_t>::max() - kClockStart;

std::int64_t HostClock(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * kNanosecondsPerSecond + now.tv_nsec;
}

std::int64_t AddTime(std::int64_t a, std::int64_t b) {
  return a > kMostNanoseconds - b ? kMostNanoseconds : a + b;
}

}  // namespace

ClockState& VirtualClock::state() const { return KernelPageOf(*heap_).clock; }

std::int64_t VirtualClock::RealTime() const {
  if (real_time_) return HostClock(CLOCK_REALTIME);
  return kClockStart + Monotonic();
}

std::int64_t VirtualClock::Monotonic() const {
  if (real_time_) return HostClock(CLOCK_MONOTONIC);
  return AddTime(state().busy_nanoseconds, state().slept_nanoseconds);
}

std::int64_t VirtualClock::ProcessorTime() const {
  if (real_time_) return HostClock(CLOCK_PROCESS_CPUTIME_ID);
  return state().busy_nanoseconds;
}

void VirtualClock::Pass(std::int64_t nanoseconds) {
  state().busy_nanoseconds = AddTime(state().busy_nanoseconds, nanoseconds);
}

void VirtualClock::CountSteps(std::uint64_t steps) {
  constexpr auto kStepsMax =
      static_cast<std::uint64_t>(kMostNanoseconds / kNanosecondsPerStep);
  Pass(static_cast<std::int64_t>(std::min(steps, kStepsMax)) *
       kNanosecondsPerStep);
}

void VirtualClock::Sleep(std::int64_t nanoseconds) {
  if (!real_time_) {
    state().slept_nanoseconds = AddTime(
        state().slept_nanoseconds, std::min(nanoseconds, kMostNanoseconds));
    return;
  }
  timespec left = {.tv_sec = nanoseconds / kNanosecondsPerSecond,
                   .tv_nsec = nanoseconds % kNanosecondsPerSecond};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
}

}  // namespace kheap::kernel
