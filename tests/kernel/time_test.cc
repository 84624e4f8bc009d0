// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <ctime>
#include <limits>

#include "kernel/virtual_clock.h"
#include "tests/kernel/guest_system.h"

namespace kheap::kernel {
namespace {

constexpr int kRealTime = 0;
constexpr int kMonotonic = 1;
constexpr int kProcess = 2;

std::int64_t Now(GuestSystem& guest, int clock) {
  const Address to = guest.Take(16);
  EXPECT_EQ(guest.Call("clock_gettime", clock, to), 0);
  const auto time = guest.Get<LinuxTimespec>(to);
  return time.tv_sec * kNanosecondsPerSecond + time.tv_nsec;
}

Address Span(GuestSystem& guest, std::int64_t seconds,
             std::int64_t nanoseconds) {
  LinuxTimespec time;
  time.tv_sec = seconds;
  time.tv_nsec = nanoseconds;
  return guest.Struct(time);
}

TEST(TimeTest, ItBeginsIn2000AndACallTakesAMicrosecond) {
  GuestSystem guest;
  EXPECT_EQ(Now(guest, kRealTime), 946684800 * kNanosecondsPerSecond);
  EXPECT_EQ(Now(guest, kMonotonic), 1000);
  EXPECT_EQ(Now(guest, kProcess), 2000);
  guest.Call("getpid");
  EXPECT_EQ(Now(guest, kMonotonic), 4000);
}

TEST(TimeTest, WorkTakesTime) {
  GuestSystem guest;
  guest.kernel().Advance(5'000'000);
  EXPECT_EQ(Now(guest, kMonotonic), 5'000'000);
  EXPECT_EQ(Now(guest, kProcess), 5'001'000);
}

TEST(TimeTest, SleepingTakesTimeButNoWork) {
  GuestSystem guest;
  EXPECT_EQ(guest.Call("nanosleep", Span(guest, 3, 7), 0), 0);
  EXPECT_EQ(Now(guest, kMonotonic), 3 * kNanosecondsPerSecond + 1007);
  EXPECT_EQ(Now(guest, kProcess), 2000);
  EXPECT_EQ(guest.Call("clock_nanosleep", kMonotonic, 1, Span(guest, 10, 0)),
            0);
  EXPECT_EQ(Now(guest, kMonotonic), 10 * kNanosecondsPerSecond + 1000);
  EXPECT_EQ(guest.Call("clock_nanosleep", kMonotonic, 1, Span(guest, 5, 0)), 0);
  EXPECT_EQ(Now(guest, kMonotonic), 10 * kNanosecondsPerSecond + 3000);
}

TEST(TimeTest, TimeStopsRatherThanOverflows) {
  GuestSystem guest;
  constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(guest.Call("nanosleep", Span(guest, kForever, 0), 0), 0);
    guest.kernel().Advance(std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(Now(guest, kRealTime), kForever);
    EXPECT_EQ(Now(guest, kMonotonic), kForever - kClockStart);
  }
}

TEST(TimeTest, WhatIsNoTimeIsEinval) {
  GuestSystem guest;
  for (const auto& [seconds, nanoseconds] :
       {std::pair{-1, 0}, std::pair{0, -1}, std::pair{0, 1'000'000'000}}) {
    EXPECT_EQ(guest.Call("nanosleep", Span(guest, seconds, nanoseconds), 0),
              -kEINVAL);
    EXPECT_EQ(guest.Call("clock_nanosleep", 0, 0,
                         Span(guest, seconds, nanoseconds), 0),
              -kEINVAL);
  }
  const Address to = guest.Take(16);
  for (const int clock : {-1, 10, 12, 100}) {
    EXPECT_EQ(guest.Call("clock_gettime", clock, to), -kEINVAL);
    EXPECT_EQ(guest.Call("clock_getres", clock, to), -kEINVAL);
  }
  EXPECT_EQ(guest.Call("clock_settime", 0, to), -kEPERM);
  EXPECT_EQ(guest.Call("settimeofday", to, 0), -kEPERM);
}

TEST(TimeTest, EveryWayToAskAgrees) {
  GuestSystem guest;
  guest.Call("nanosleep", Span(guest, 2, 500'000'000), 0);
  guest.kernel().Advance(1'230'000'000);
  const Address to = guest.Take(64);
  EXPECT_EQ(guest.Call("gettimeofday", to, to + 16), 0);
  const auto time = guest.Get<LinuxTimeval>(to);
  EXPECT_EQ(time.tv_sec, 946684803);
  EXPECT_EQ(time.tv_usec, 730001);
  EXPECT_EQ(guest.Get<Uint64>(to + 16), 0u);
  EXPECT_EQ(guest.Call("times", to), 373);
  EXPECT_EQ(guest.Get<LinuxTms>(to).tms_utime, 123);
  const Address usage = guest.Take(144);
  EXPECT_EQ(guest.Call("getrusage", 0, usage), 0);
  EXPECT_EQ(guest.Get<LinuxTimeval>(usage).tv_sec, 1);
  EXPECT_EQ(guest.Call("getrusage", -1, usage), 0);
  EXPECT_EQ(guest.Get<LinuxTimeval>(usage).tv_sec, 0);
  EXPECT_EQ(guest.Call("getrusage", 2, usage), -kEINVAL);
  EXPECT_EQ(guest.Call("clock_getres", 0, to), 0);
  EXPECT_EQ(guest.Get<LinuxTimespec>(to).tv_nsec, 1);
}

TEST(TimeTest, RealTimeIsTheHosts) {
  GuestSystem guest({.real_time = true});
  const std::int64_t before = std::time(nullptr);
  const std::int64_t now = Now(guest, kRealTime) / kNanosecondsPerSecond;
  EXPECT_GE(now, before);
  EXPECT_LE(now, std::time(nullptr));
  const std::int64_t begin = Now(guest, kMonotonic);
  EXPECT_EQ(guest.Call("nanosleep", Span(guest, 0, 2'000'000), 0), 0);
  EXPECT_GE(Now(guest, kMonotonic) - begin, 2'000'000);
}

TEST(TimeTest, FilesCarryTheTime) {
  GuestSystem guest;
  guest.Call("nanosleep", Span(guest, 100, 0), 0);
  const Result file = guest.Open("/tmp/a", kO_CREAT + kO_WRONLY);
  LinuxStat status;
  EXPECT_EQ(guest.Stat("/tmp/a", status), 0);
  EXPECT_EQ(status.st_mtime_sec, 946684900);
  guest.Call("nanosleep", Span(guest, 100, 0), 0);
  guest.Write(file, "x");
  EXPECT_EQ(guest.Stat("/tmp/a", status), 0);
  EXPECT_EQ(status.st_mtime_sec, 946685000);
  EXPECT_EQ(status.st_atime_sec, 946684900);
  std::array<LinuxTimespec, 2> times;
  times[0].tv_sec = 5;
  times[0].tv_nsec = 6;
  times[1].tv_nsec = 1073741822;  // UTIME_OMIT
  EXPECT_EQ(guest.Call("utimensat", file, 0, guest.Struct(times), 0), 0);
  EXPECT_EQ(guest.Stat("/tmp/a", status), 0);
  EXPECT_EQ(status.st_atime_sec, 5);
  EXPECT_EQ(status.st_atime_nsec, 6u);
  EXPECT_EQ(status.st_mtime_sec, 946685000);
  times[0].tv_nsec = 1'000'000'000;
  EXPECT_EQ(guest.Call("utimensat", file, 0, guest.Struct(times), 0), -kEINVAL);
}

}  // namespace
}  // namespace kheap::kernel
