// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/kernel/guest_system.h"
#include "tests/support/heaps.h"

namespace kheap::kernel {
namespace {

TEST(KernelTest, NeedsARegionAndIsMadeOnce) {
  const auto plain = MakeFastHeap();
  CapturedConsole console;
  EXPECT_EQ(Kernel::Create(*plain, console).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Kernel::Attach(*plain, console).status().code(),
            absl::StatusCode::kFailedPrecondition);
  GuestSystem guest;
  EXPECT_EQ(Kernel::Create(guest.heap(), console).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Kernel::Attach(guest.heap(), console).ok());
  guest.ExpectSound();
}

TEST(KernelTest, WritesGoToTheConsole) {
  GuestSystem guest;
  EXPECT_EQ(guest.Write(1, "hello\n"), 6);
  EXPECT_EQ(guest.Write(2, "oh\n"), 3);
  EXPECT_EQ(guest.console().output(), "hello\n");
  EXPECT_EQ(guest.console().error(), "oh\n");
  EXPECT_EQ(guest.Write(0, "x"), -kEBADF);
  EXPECT_EQ(guest.Write(3, "x"), -kEBADF);
}

TEST(KernelTest, ReadsComeFromTheConsole) {
  GuestSystem guest;
  guest.SetInput("abc");
  EXPECT_EQ(guest.Read(0, 2), "ab");
  EXPECT_EQ(guest.Read(0, 2), "c");
  EXPECT_EQ(guest.Read(0, 2), "");
}

TEST(KernelTest, AFileKeepsWhatIsWritten) {
  GuestSystem guest;
  const Result file = guest.Open("/tmp/a", kO_RDWR + kO_CREAT);
  EXPECT_EQ(file, 3);
  EXPECT_EQ(guest.Write(file, "hello world"), 11);
  EXPECT_EQ(guest.Call("lseek", file, 6, 0), 6);
  EXPECT_EQ(guest.Read(file, 100), "world");
  LinuxStat status;
  EXPECT_EQ(guest.Stat("/tmp/a", status), 0);
  EXPECT_EQ(status.st_size, 11);
  EXPECT_EQ(status.st_mode, kS_IFREG + 0644);
  EXPECT_EQ(guest.Call("close", file), 0);
  EXPECT_EQ(guest.Call("close", file), -kEBADF);
  guest.ExpectSound();
}

TEST(KernelTest, AnUnknownCallIsCountedByNumber) {
  GuestSystem guest;
  EXPECT_EQ(guest.kernel().Syscall(1000, {}), -kENOSYS);
  EXPECT_EQ(guest.kernel().Syscall(291, {}), -kENOSYS);
  EXPECT_EQ(guest.kernel().Syscall(1000, {}), -kENOSYS);
  EXPECT_EQ(guest.kernel().unknown_calls(),
            (std::map<std::uint64_t, std::uint64_t>{{291, 1}, {1000, 2}}));
}

TEST(KernelTest, AnExitIsTheEnd) {
  GuestSystem guest;
  EXPECT_FALSE(guest.kernel().exited());
  guest.Call("exit_group", 256 + 7);
  EXPECT_EQ(guest.kernel().end(), (ProcessEnd{ProcessEnd::Kind::kExited, 7}));
  EXPECT_EQ(guest.Write(1, "x"), -kESRCH);
  EXPECT_EQ(guest.console().output(), "");
  guest.Reattach();
  EXPECT_TRUE(guest.kernel().exited());
}

}  // namespace
}  // namespace kheap::kernel
