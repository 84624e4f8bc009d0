// SPDX-License-Identifier: Apache-2.0
#include "kernel/time_calls.h"

#include <algorithm>
#include <limits>

#include "bitshift/bits.h"
#include "kernel/linux_process_abi.h"

namespace kheap::kernel {

namespace {

constexpr std::int64_t kTicksPerSecond = 100;
constexpr std::int32_t kClockIdMax = 11;
constexpr std::uint32_t kTimerAbsolute = 1;

LinuxTimespec TimespecOf(std::int64_t nanoseconds) {
  LinuxTimespec time;
  time.tv_sec = nanoseconds / kNanosecondsPerSecond;
  time.tv_nsec = nanoseconds % kNanosecondsPerSecond;
  return time;
}

LinuxTimeval TimevalOf(std::int64_t nanoseconds) {
  LinuxTimeval time;
  time.tv_sec = nanoseconds / kNanosecondsPerSecond;
  time.tv_usec = nanoseconds % kNanosecondsPerSecond / 1000;
  return time;
}

enum class Clock { kRealTime, kMonotonic, kProcessor, kNone };

// CLOCK_REALTIME 0, MONOTONIC 1, PROCESS_CPUTIME_ID 2, THREAD_CPUTIME_ID 3,
// MONOTONIC_RAW 4, REALTIME_COARSE 5, MONOTONIC_COARSE 6, BOOTTIME 7,
// REALTIME_ALARM 8, BOOTTIME_ALARM 9, TAI 11.
Clock ClockOf(std::int32_t id) {
  switch (id) {
    case 0:
    case 5:
    case 8:
    case kClockIdMax:
      return Clock::kRealTime;
    case 1:
    case 4:
    case 6:
    case 7:
    case 9:
      return Clock::kMonotonic;
    case 2:
    case 3:
      return Clock::kProcessor;
    default:
      return Clock::kNone;
  }
}

std::int64_t TimeOf(KernelState& state, Clock clock) {
  switch (clock) {
    case Clock::kRealTime:
      return state.clock.RealTime();
    case Clock::kMonotonic:
      return state.clock.Monotonic();
    default:
      return state.clock.ProcessorTime();
  }
}

}  // namespace

Result ReadTimespec(KernelState& state, Address address,
                    std::int64_t& nanoseconds) {
  const auto* const time = state.memory.Read<LinuxTimespec>(address);
  if (time == nullptr) return -kEFAULT;
  const std::int64_t seconds = time->tv_sec;
  const std::int64_t part = time->tv_nsec;
  if (seconds < 0 || part < 0 || part >= kNanosecondsPerSecond) return -kEINVAL;
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  nanoseconds = seconds >= kMax / kNanosecondsPerSecond
                    ? kMax
                    : seconds * kNanosecondsPerSecond + part;
  return 0;
}

Result ClockGettime(KernelState& state, const Arguments& arguments) {
  const Clock clock = ClockOf(ToInt(arguments[0]));
  if (clock == Clock::kNone) return -kEINVAL;
  return state.memory.Write(ToAddress(arguments[1]),
                            TimespecOf(TimeOf(state, clock)));
}

Result ClockGetres(KernelState& state, const Arguments& arguments) {
  if (ClockOf(ToInt(arguments[0])) == Clock::kNone) return -kEINVAL;
  if (arguments[1] == 0) return 0;
  return state.memory.Write(ToAddress(arguments[1]), TimespecOf(1));
}

Result ClockSettime(KernelState&, const Arguments& arguments) {
  return ClockOf(ToInt(arguments[0])) == Clock::kRealTime ? -kEPERM : -kEINVAL;
}

Result ClockNanosleep(KernelState& state, const Arguments& arguments) {
  const Clock clock = ClockOf(ToInt(arguments[0]));
  if (clock == Clock::kNone) return -kEINVAL;
  if (clock == Clock::kProcessor && ToInt(arguments[0]) == 3) return -kEINVAL;
  std::int64_t nanoseconds = 0;
  const Result error =
      ReadTimespec(state, ToAddress(arguments[2]), nanoseconds);
  if (error != 0) return error;
  if (bits::HasFlag(ToUnsigned(arguments[1]), kTimerAbsolute)) {
    nanoseconds = std::max<std::int64_t>(nanoseconds - TimeOf(state, clock), 0);
  }
  state.clock.Sleep(nanoseconds);
  return 0;
}

Result Nanosleep(KernelState& state, const Arguments& arguments) {
  std::int64_t nanoseconds = 0;
  const Result error =
      ReadTimespec(state, ToAddress(arguments[0]), nanoseconds);
  if (error != 0) return error;
  state.clock.Sleep(nanoseconds);
  return 0;
}

Result Gettimeofday(KernelState& state, const Arguments& arguments) {
  const Address time = ToAddress(arguments[0]);
  const Address zone = ToAddress(arguments[1]);
  if ((!time.is_null() && !state.memory.CanWrite(time, sizeof(LinuxTimeval))) ||
      (!zone.is_null() && !state.memory.CanWrite(zone, sizeof(Uint64)))) {
    return -kEFAULT;
  }
  if (!time.is_null()) {
    state.memory.Write(time, TimevalOf(state.clock.RealTime()));
  }
  // struct timezone: minutes west of Greenwich, and no summer time.
  if (!zone.is_null()) state.memory.Write(zone, Uint64{});
  return 0;
}

Result Settimeofday(KernelState&, const Arguments&) { return -kEPERM; }

Result Times(KernelState& state, const Arguments& arguments) {
  constexpr std::int64_t kTick = kNanosecondsPerSecond / kTicksPerSecond;
  if (arguments[0] != 0) {
    LinuxTms times{};
    times.tms_utime = state.clock.ProcessorTime() / kTick;
    const Result error = state.memory.Write(ToAddress(arguments[0]), times);
    if (error != 0) return error;
  }
  return state.clock.Monotonic() / kTick;
}

Result Getrusage(KernelState& state, const Arguments& arguments) {
  const std::int32_t who = ToInt(arguments[0]);
  if (who < -1 || who > 1) return -kEINVAL;  // children, self, thread
  LinuxRusage usage{};
  if (who >= 0) usage.ru_utime = TimevalOf(state.clock.ProcessorTime());
  return state.memory.Write(ToAddress(arguments[1]), usage);
}

}  // namespace kheap::kernel
