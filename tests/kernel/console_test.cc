// SPDX-License-Identifier: Apache-2.0
#include "kernel/console.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "tests/kernel/guest_system.h"

namespace kheap::kernel {
namespace {

// Puts another file in the place of one of this process's streams.
class Redirection {
 public:
  Redirection(int stream, int file) : stream_(stream), saved_(dup(stream)) {
    dup2(file, stream_);
  }
  ~Redirection() {
    dup2(saved_, stream_);
    close(saved_);
  }

 private:
  int stream_;
  int saved_;
};

std::span<const std::byte> Bytes(const std::string& text) {
  return std::as_bytes(std::span(text));
}

TEST(HostConsoleTest, AFullDeviceIsEnospc) {
  const int full = open("/dev/full", O_WRONLY);
  Result written = 0;
  {
    const Redirection redirection(STDOUT_FILENO, full);
    written = HostConsole().Write(Stream::kOutput, Bytes("x"));
  }
  close(full);
  EXPECT_EQ(written, -kENOSPC);
}

TEST(HostConsoleTest, AClosedPipeIsEpipe) {
  signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  close(ends[0]);
  Result written = 0;
  {
    const Redirection redirection(STDERR_FILENO, ends[1]);
    written = HostConsole().Write(Stream::kError, Bytes("x"));
  }
  close(ends[1]);
  EXPECT_EQ(written, -kEPIPE);
}

TEST(HostConsoleTest, AClosedStreamIsEbadf) {
  const int file = open("/dev/null", O_RDONLY);
  const Redirection redirection(STDIN_FILENO, file);
  close(file);
  close(STDIN_FILENO);
  std::array<std::byte, 4> to;
  EXPECT_EQ(HostConsole().Read(to), -kEBADF);
  EXPECT_FALSE(HostConsole().IsTerminal(Stream::kInput));
}

TEST(HostConsoleTest, BytesPassBothWays) {
  std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  std::array<std::byte, 16> to;
  Result count = 0;
  Result end = 0;
  {
    const Redirection output(STDOUT_FILENO, ends[1]);
    EXPECT_EQ(HostConsole().Write(Stream::kOutput, Bytes("hello")), 5);
  }
  close(ends[1]);
  {
    const Redirection input(STDIN_FILENO, ends[0]);
    count = HostConsole().Read(to);
    end = HostConsole().Read(to);
  }
  close(ends[0]);
  ASSERT_EQ(count, 5);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(to.data()), 5), "hello");
  EXPECT_EQ(end, 0);
}

// A write that needs the reader many times over is still whole.
TEST(HostConsoleTest, ALongWriteIsWhole) {
  std::array<int, 2> ends;
  ASSERT_EQ(pipe(ends.data()), 0);
  std::string received;
  std::thread reader([&] {
    std::array<char, 1000> buffer;
    ssize_t count = 0;
    while ((count = read(ends[0], buffer.data(), buffer.size())) > 0) {
      received.append(buffer.data(), static_cast<std::size_t>(count));
    }
  });
  const std::string text(300000, 'x');
  Result written = 0;
  {
    const Redirection redirection(STDOUT_FILENO, ends[1]);
    close(ends[1]);
    written = HostConsole().Write(Stream::kOutput, Bytes(text));
  }
  reader.join();
  close(ends[0]);
  EXPECT_EQ(written, 300000);
  EXPECT_EQ(received, text);
}

// ---- what the guest sees of a console ---------------------------------------

class FailingConsole : public Console {
 public:
  explicit FailingConsole(Result error) : error_(error) {}
  Result Read(std::span<std::byte>) override { return -error_; }
  Result Write(Stream, std::span<const std::byte>) override { return -error_; }
  bool IsTerminal(Stream) const override { return true; }

 private:
  Result error_;
};

struct FailingSystem {
  explicit FailingSystem(Result error)
      : console(error),
        heap(GlobalHeap::Create({.layout = {.kernel_bytes = 1 << 20}}).value()),
        kernel(Kernel::Create(*heap, console).value()) {
    EXPECT_TRUE(heap->SetBreak(heap->break_address() + 4096));
  }
  Address memory() const { return heap->break_address() - 4096; }
  Result Call(std::uint64_t number, std::uint64_t descriptor) {
    return kernel.Syscall(number, {descriptor, memory().offset(), 4});
  }

  FailingConsole console;
  std::unique_ptr<GlobalHeap> heap;
  Kernel kernel;
};

constexpr std::uint64_t kRead = 63;
constexpr std::uint64_t kWrite = 64;

TEST(ConsoleTest, ErrorsOfTheHostReachTheGuest) {
  for (const Result error : {kEIO, kENOSPC, kEBADF}) {
    FailingSystem system(error);
    EXPECT_EQ(system.Call(kRead, 0), -error);
    EXPECT_EQ(system.Call(kWrite, 1), -error);
    EXPECT_EQ(system.Call(kWrite, 2), -error);
    EXPECT_FALSE(system.kernel.exited());
  }
}

TEST(ConsoleTest, ABrokenPipeIsASignal) {
  FailingSystem system(kEPIPE);
  EXPECT_EQ(system.Call(kWrite, 1), -kEPIPE);
  EXPECT_EQ(system.kernel.end(),
            (ProcessEnd{ProcessEnd::Kind::kSignalled, 13}));
}

TEST(ConsoleTest, ATerminalHasASizeAndSettings) {
  constexpr std::uint64_t kIoctl = 29;
  FailingSystem system(kEIO);
  const auto ioctl = [&](std::uint64_t file, std::uint64_t request,
                         std::uint64_t to) {
    return system.kernel.Syscall(kIoctl, {file, request, to});
  };
  const std::uint64_t to = system.memory().offset();
  for (const std::uint64_t file : {0, 1, 2}) {
    EXPECT_EQ(ioctl(file, 0x5413, to), 0);
    EXPECT_EQ(system.heap->Load<std::uint16_t>(Address(to)), 24);
    EXPECT_EQ(system.heap->Load<std::uint16_t>(Address(to) + 2), 80);
    EXPECT_EQ(ioctl(file, 0x5401, to), 0);
    EXPECT_EQ(system.heap->Load<std::uint32_t>(Address(to)), 0x500u);
    EXPECT_EQ(system.heap->Load<std::uint32_t>(Address(to) + 4), 0x5u);
    EXPECT_EQ(system.heap->Load<std::uint32_t>(Address(to) + 8), 0xBFu);
    EXPECT_EQ(system.heap->Load<std::uint32_t>(Address(to) + 12), 0x8A3Bu);
    EXPECT_EQ(ioctl(file, 0x5413, 16), -kEFAULT);
    EXPECT_EQ(ioctl(file, 0x5401, 16), -kEFAULT);
    EXPECT_EQ(ioctl(file, 0x5402, to), -kENOTTY);
  }
  EXPECT_EQ(ioctl(3, 0x5413, to), -kEBADF);
}

TEST(ConsoleTest, WhatIsNoTerminalIsEnotty) {
  GuestSystem guest;
  const Address to = guest.Take(64);
  for (const Result file :
       {Result{0}, Result{1}, Result{2}, guest.Open("/tmp/a", kO_CREAT),
        guest.Open("/dev/null")}) {
    EXPECT_EQ(guest.Call("ioctl", file, 0x5413, to), -kENOTTY);
    EXPECT_EQ(guest.Call("ioctl", file, 0x5401, to), -kENOTTY);
  }
  EXPECT_EQ(guest.Open("/dev/tty"), -kENXIO);
}

TEST(ConsoleTest, OneReadOfTheConsoleFillsManyBuffers) {
  GuestSystem guest;
  guest.SetInput("abcdef");
  const Address to = guest.Bytes("...........");
  std::array<LinuxIovec, 3> iovecs;
  iovecs[0].iov_base = to.offset();
  iovecs[0].iov_len = 2;
  iovecs[1].iov_base = to.offset() + 3;
  iovecs[1].iov_len = 0;
  iovecs[2].iov_base = to.offset() + 4;
  iovecs[2].iov_len = 3;
  EXPECT_EQ(guest.Call("readv", 0, guest.Struct(iovecs), 3), 5);
  EXPECT_EQ(guest.GetBytes(to, 8), "ab..cde.");
}

}  // namespace
}  // namespace kheap::kernel
