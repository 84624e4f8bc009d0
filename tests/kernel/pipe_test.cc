// SPDX-License-Identifier: Apache-2.0
#include "kernel/pipe.h"

#include <array>
#include <string>

#include "gtest/gtest.h"
#include "kernel/linux_process_abi.h"
#include "tests/kernel/guest_system.h"
#include "tests/kernel/pipe_ends.h"

namespace kheap::kernel {
namespace {

TEST(PipeTest, BytesComeOutAsTheyWentIn) {
  GuestSystem guest;
  const Pipe pipe = MakePipe(guest);
  EXPECT_EQ(guest.Write(pipe.write, "hello"), 5);
  EXPECT_EQ(guest.Read(pipe.read, 3), "hel");
  EXPECT_EQ(guest.Write(pipe.write, " world"), 6);
  EXPECT_EQ(guest.Read(pipe.read, 100), "lo world");
  EXPECT_EQ(guest.Write(pipe.read, "x"), -kEBADF);
  EXPECT_EQ(guest.Read(pipe.write, 1), "error 9");
  EXPECT_EQ(guest.Call("lseek", pipe.read, 0, 0), -kESPIPE);
  EXPECT_EQ(guest.Call("pread64", pipe.read, guest.Take(8), 8, 0), -kESPIPE);
  guest.ExpectSound();
}

TEST(PipeTest, ItHolds64KiBAndGoesRound) {
  GuestSystem guest;
  const Pipe pipe = MakePipe(guest);
  const std::string chunk(50000, 'a');
  const std::string other(50000, 'b');
  EXPECT_EQ(guest.Write(pipe.write, chunk), 50000);
  EXPECT_EQ(guest.Write(pipe.write, other), 15536);
  EXPECT_EQ(guest.Write(pipe.write, "x"), -kEDEADLK);
  EXPECT_EQ(guest.Read(pipe.read, 60000), chunk + other.substr(0, 10000));
  EXPECT_EQ(guest.Write(pipe.write, other), 50000);
  EXPECT_EQ(guest.Read(pipe.read, 60000), other + other.substr(0, 5536));
  guest.ExpectSound();
}

TEST(PipeTest, ASmallWriteIsWholeOrNotAtAll) {
  GuestSystem guest;
  const Pipe pipe = MakePipe(guest, kO_NONBLOCK);
  EXPECT_EQ(guest.Write(pipe.write, std::string(65000, 'a')), 65000);
  EXPECT_EQ(guest.Write(pipe.write, std::string(4096, 'b')), -kEAGAIN);
  EXPECT_EQ(guest.Write(pipe.write, std::string(4097, 'b')), 536);
}

TEST(PipeTest, AnEmptyPipeEndsWithItsLastWriter) {
  GuestSystem guest;
  const Pipe pipe = MakePipe(guest);
  EXPECT_EQ(guest.Read(pipe.read, 1), "error 35");
  EXPECT_EQ(guest.Call("fcntl", pipe.read, 4, kO_NONBLOCK), 0);
  EXPECT_EQ(guest.Read(pipe.read, 1), "error 11");
  const Result copy = guest.Call("dup", pipe.write);
  EXPECT_EQ(guest.Call("close", pipe.write), 0);
  EXPECT_EQ(guest.Read(pipe.read, 1), "error 11");
  EXPECT_EQ(guest.Call("close", copy), 0);
  EXPECT_EQ(guest.Read(pipe.read, 1), "");
  EXPECT_EQ(guest.Call("close", pipe.read), 0);
  guest.ExpectSound();
}

TEST(PipeTest, WritingWithoutAReaderIsASignal) {
  GuestSystem guest;
  const Pipe pipe = MakePipe(guest);
  LinuxSigaction action{};
  action.handler = kSIG_IGN;
  guest.Call("rt_sigaction", kSIGPIPE, guest.Struct(action), 0, 8);
  EXPECT_EQ(guest.Call("close", pipe.read), 0);
  EXPECT_EQ(guest.Write(pipe.write, "x"), -kEPIPE);
  EXPECT_FALSE(guest.kernel().exited());
  action.handler = kSIG_DFL;
  guest.Call("rt_sigaction", kSIGPIPE, guest.Struct(action), 0, 8);
  EXPECT_EQ(guest.Write(pipe.write, "x"), -kEPIPE);
  EXPECT_EQ(guest.kernel().end(),
            (ProcessEnd{ProcessEnd::Kind::kSignalled, kSIGPIPE}));
}

TEST(PipeTest, WithoutRoomForItsBytesThereIsNone) {
  GuestSystem guest({.open_files_max = 16, .files_max = 16}, false,
                    36 * kBlockBytes);
  const Address to = guest.Take(8);
  EXPECT_EQ(guest.Call("pipe2", to, 0), 0);
  EXPECT_EQ(guest.Call("pipe2", to, 0), -kENFILE);
  EXPECT_EQ(guest.Call("pipe2", to, 1), -kEINVAL);
  guest.ExpectSound();
}

TEST(PollTest, WhatIsReadyIsTold) {
  GuestSystem guest;
  const Pipe pipe = MakePipe(guest);
  std::array<LinuxPollfd, 5> entries{};
  const auto set = [&](std::size_t i, Result file) {
    entries[i].fd = static_cast<std::int32_t>(file);
    entries[i].events = std::uint16_t{1 + 4};
  };
  set(0, pipe.read);
  set(1, pipe.write);
  set(2, 99);
  set(3, -1);
  set(4, guest.Open("/tmp/a", kO_CREAT));
  const Address at = guest.Struct(entries);
  const auto poll = [&](std::size_t count) {
    return guest.Call("ppoll", at, count, 0, 0);
  };
  const auto ready = [&](std::uint64_t i) {
    return guest.Get<LinuxPollfd>(at + i * 8).revents.get();
  };
  EXPECT_EQ(poll(5), 3);
  EXPECT_EQ(ready(0), 0);
  EXPECT_EQ(ready(1), 4);
  EXPECT_EQ(ready(2), 32);
  EXPECT_EQ(ready(3), 0);
  EXPECT_EQ(ready(4), 5);
  EXPECT_EQ(poll(1), -kEDEADLK);
  LinuxTimespec second;
  second.tv_sec = 1;
  second.tv_nsec = 0;
  EXPECT_EQ(guest.Call("ppoll", at, 1, guest.Struct(second), 0), 0);
  EXPECT_EQ(guest.Call("times", 0), 100);
  guest.Write(pipe.write, "x");
  EXPECT_EQ(poll(1), 1);
  EXPECT_EQ(ready(0), 1);
  EXPECT_EQ(guest.Call("close", pipe.write), 0);
  EXPECT_EQ(poll(1), 1);
  EXPECT_EQ(ready(0), 1 + 16);
}

TEST(SelectTest, WhatIsReadyIsLeftInTheSets) {
  GuestSystem guest;
  const Pipe pipe = MakePipe(guest);
  const auto bit = [](Result file) { return std::uint64_t{1} << file; };
  const Address sets = guest.Take(3 * 16);
  const auto set = [&](std::uint64_t i, std::uint64_t word) {
    guest.heap().Store<std::uint64_t>(sets + i * 16, word);
    guest.heap().Store<std::uint64_t>(sets + i * 16 + 8, 0);
  };
  const auto get = [&](std::uint64_t i) {
    return guest.heap().Load<std::uint64_t>(sets + i * 16);
  };
  const auto select = [&](int count, Address timeout) {
    return guest.Call("pselect6", count, sets, sets + 16, sets + 32, timeout,
                      0);
  };
  LinuxTimespec second;
  second.tv_sec = 1;
  second.tv_nsec = 0;
  const Address timeout = guest.Struct(second);
  set(0, bit(0) + bit(pipe.read));
  set(1, bit(1) + bit(pipe.write) + bit(60));
  set(2, bit(0));
  EXPECT_EQ(select(10, kNullAddress), 3);
  EXPECT_EQ(get(0), bit(0));
  EXPECT_EQ(get(1), bit(1) + bit(pipe.write));
  EXPECT_EQ(get(2), 0u);
  set(0, bit(pipe.read));
  set(1, 0);
  EXPECT_EQ(select(10, kNullAddress), -kEDEADLK);
  EXPECT_EQ(get(0), bit(pipe.read));
  EXPECT_EQ(select(10, timeout), 0);
  EXPECT_EQ(get(0), 0u);
  EXPECT_EQ(guest.Call("times", 0), 100);
  set(0, bit(60));
  EXPECT_EQ(select(70, timeout), -kEBADF);
  EXPECT_EQ(select(60, timeout), 0);
  EXPECT_EQ(select(-1, timeout), -kEINVAL);
  EXPECT_EQ(guest.Call("pselect6", 0, 0, 0, 0, timeout, 0), 0);
}

}  // namespace
}  // namespace kheap::kernel
