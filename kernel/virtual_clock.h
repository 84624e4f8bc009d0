// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_VIRTUAL_CLOCK_H_
#define KHEAP_KERNEL_VIRTUAL_CLOCK_H_

// The guest's time. It passes by what the guest does, never by itself:
//
//   each system call    kNanosecondsPerCall
//   each step of work   kNanosecondsPerStep (the runner counts steps)
//   sleeping            as long as was asked for
//
// CLOCK_MONOTONIC is 0 at the start, CLOCK_REALTIME is 2000-01-01 00:00:00 UTC
// then, and the processor-time clocks leave out what was slept.
//
// With `real_time` the host's clocks are shown instead and sleeping waits; what
// they show is then input to the program.

#include <cstdint>

#include "heap/global_heap.h"
#include "kernel/kernel_page.h"

namespace kheap::kernel {

inline constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
inline constexpr std::int64_t kNanosecondsPerCall = 1000;
inline constexpr std::int64_t kNanosecondsPerStep = 1;
// 2000-01-01 00:00:00 UTC in nanoseconds since 1970.
inline constexpr std::int64_t kClockStart = 946'684'800 * kNanosecondsPerSecond;

class VirtualClock {
 public:
  VirtualClock(GlobalHeap& heap, bool real_time)
      : heap_(&heap), real_time_(real_time) {}

  // Nanoseconds: since 1970, since the start, and of processor time.
  std::int64_t RealTime() const;
  std::int64_t Monotonic() const;
  std::int64_t ProcessorTime() const;

  void CountCall() { Pass(kNanosecondsPerCall); }
  void CountSteps(std::uint64_t steps);
  // `nanoseconds` is zero or more.
  void Sleep(std::int64_t nanoseconds);

  bool is_real() const { return real_time_; }

 private:
  void Pass(std::int64_t nanoseconds);

  ClockState& state() const;

  GlobalHeap* heap_;
  bool real_time_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_VIRTUAL_CLOCK_H_
