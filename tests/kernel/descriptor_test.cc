// SPDX-License-Identifier: Apache-2.0
// Descriptors, pipes, devices, waiting.
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "kernel/descriptor_table.h"
#include "kernel/linux_process_abi.h"
#include "tests/kernel/guest_system.h"

namespace kheap::kernel {
namespace {

constexpr int kGetfd = 1;
constexpr int kSetfd = 2;
constexpr int kGetfl = 3;
constexpr int kSetfl = 4;
constexpr int kDupfd = 0;
constexpr int kDupfdCloexec = 1030;

TEST(DescriptorTest, TheLowestFreeNumberIsTaken) {
  GuestSystem guest;
  EXPECT_EQ(guest.Open("/dev/null"), 3);
  EXPECT_EQ(guest.Open("/dev/null"), 4);
  EXPECT_EQ(guest.Call("close", 0), 0);
  EXPECT_EQ(guest.Open("/dev/null"), 0);
  EXPECT_EQ(guest.Call("dup", 1), 5);
  EXPECT_EQ(guest.Call("fcntl", 1, kDupfd, 10), 10);
  EXPECT_EQ(guest.Call("fcntl", 1, kDupfd, 10), 11);
  guest.ExpectSound();
}

TEST(DescriptorTest, TableHasALimit) {
  GuestSystem guest({.open_files_max = 5});
  EXPECT_EQ(guest.Open("/dev/null"), 3);
  EXPECT_EQ(guest.Open("/dev/null"), 4);
  EXPECT_EQ(guest.Open("/dev/null"), -kEMFILE);
  EXPECT_EQ(guest.Open("/none"), -kEMFILE);
  EXPECT_EQ(guest.Open("/tmp/new", kO_CREAT), -kEMFILE);
  EXPECT_EQ(guest.Call("dup", 0), -kEMFILE);
  EXPECT_EQ(guest.Call("fcntl", 0, kDupfd, 5), -kEINVAL);
  EXPECT_EQ(guest.Call("fcntl", 0, kDupfd, -1), -kEINVAL);
  EXPECT_EQ(guest.Call("dup3", 0, 5, 0), -kEBADF);
  EXPECT_EQ(guest.Call("pipe2", guest.Take(8), 0), -kEMFILE);
  EXPECT_EQ(guest.Call("close", 4), 0);
  EXPECT_EQ(guest.Call("pipe2", guest.Take(8), 0), -kEMFILE);
  LinuxStat status;
  EXPECT_EQ(guest.Stat("/tmp/new", status), -kENOENT);
  guest.ExpectSound();
}

TEST(DescriptorTest, TheLimitMayBeLowered) {
  GuestSystem guest;
  LinuxRlimit limit;
  limit.rlim_cur = 4;
  limit.rlim_max = 1024;
  EXPECT_EQ(guest.Call("setrlimit", kRLIMIT_NOFILE, guest.Struct(limit)), 0);
  EXPECT_EQ(guest.Open("/dev/null"), 3);
  EXPECT_EQ(guest.Open("/dev/null"), -kEMFILE);
  EXPECT_EQ(guest.Call("dup3", 0, 4, 0), -kEBADF);
}

TEST(DescriptorTest, CopiesShareThePosition) {
  GuestSystem guest;
  const Result file = guest.Open("/tmp/a", kO_CREAT + kO_RDWR);
  guest.Write(file, "0123456789");
  const Result copy = guest.Call("dup", file);
  EXPECT_EQ(guest.Call("lseek", file, 4, 0), 4);
  EXPECT_EQ(guest.Read(copy, 2), "45");
  EXPECT_EQ(guest.Read(file, 2), "67");
  const Result other = guest.Open("/tmp/a");
  EXPECT_EQ(guest.Read(other, 2), "01");
  EXPECT_EQ(guest.Call("dup3", copy, other, 0), other);
  EXPECT_EQ(guest.Read(other, 2), "89");
  EXPECT_EQ(guest.Call("close", file), 0);
  EXPECT_EQ(guest.Call("lseek", copy, 0, 1), 10);
  guest.ExpectSound();
}

TEST(DescriptorTest, Dup3ClosesItsTargetAndWantsTwoDescriptors) {
  GuestSystem guest;
  const Result file = guest.Open("/tmp/a", kO_CREAT + kO_RDWR);
  EXPECT_EQ(guest.Call("dup3", file, file, 0), -kEINVAL);
  EXPECT_EQ(guest.Call("dup3", file, 9, 1), -kEINVAL);
  EXPECT_EQ(guest.Call("dup3", 8, 9, 0), -kEBADF);
  EXPECT_EQ(guest.Call("dup3", file, -1, 0), -kEBADF);
  EXPECT_EQ(guest.Call("dup3", file, 1, kO_CLOEXEC), 1);
  EXPECT_EQ(guest.Call("fcntl", 1, kGetfd), 1);
  EXPECT_EQ(guest.Write(1, "x"), 1);
  EXPECT_EQ(guest.console().output(), "");
  guest.ExpectSound();
}

TEST(DescriptorTest, FlagsAreThoseOfFcntl) {
  GuestSystem guest;
  const Result file =
      guest.Open("/tmp/a", kO_CREAT + kO_RDWR + kO_APPEND + kO_CLOEXEC);
  EXPECT_EQ(guest.Call("fcntl", file, kGetfl),
            kO_RDWR + kO_APPEND + kO_LARGEFILE);
  EXPECT_EQ(guest.Call("fcntl", file, kGetfd), 1);
  EXPECT_EQ(guest.Call("fcntl", file, kSetfd, 0), 0);
  EXPECT_EQ(guest.Call("fcntl", file, kGetfd), 0);
  EXPECT_EQ(guest.Call("fcntl", file, kSetfl, kO_NONBLOCK + kO_WRONLY), 0);
  EXPECT_EQ(guest.Call("fcntl", file, kGetfl),
            kO_RDWR + kO_NONBLOCK + kO_LARGEFILE);
  const Result copy = guest.Call("fcntl", file, kDupfdCloexec, 0);
  EXPECT_EQ(guest.Call("fcntl", copy, kGetfd), 1);
  EXPECT_EQ(guest.Call("fcntl", file, 9999), -kEINVAL);
  EXPECT_EQ(guest.Call("fcntl", 99, kGetfd), -kEBADF);
}

TEST(DescriptorTest, LocksAreGranted) {
  GuestSystem guest;
  const Result file = guest.Open("/tmp/a", kO_CREAT + kO_RDWR);
  LinuxFlock lock{};
  lock.l_type = 1;  // F_WRLCK
  lock.l_len = 100;
  const Address at = guest.Struct(lock);
  EXPECT_EQ(guest.Call("fcntl", file, 6, at), 0);
  EXPECT_EQ(guest.Call("fcntl", file, 7, at), 0);
  EXPECT_EQ(guest.Call("fcntl", file, 5, at), 0);
  EXPECT_EQ(guest.Get<LinuxFlock>(at).l_type, 2);  // F_UNLCK
  EXPECT_EQ(guest.Get<LinuxFlock>(at).l_len, 100);
  lock.l_type = 9;
  EXPECT_EQ(guest.Call("fcntl", file, 6, guest.Struct(lock)), -kEINVAL);
  EXPECT_EQ(guest.Call("flock", file, 2 + 4), 0);
  EXPECT_EQ(guest.Call("flock", file, 3), -kEINVAL);
  EXPECT_EQ(guest.Call("flock", 99, 2), -kEBADF);
}

TEST(DescriptorTest, AnUnlinkedFileLastsUntilItsLastClose) {
  GuestSystem guest;
  const Result file = guest.Open("/tmp/a", kO_CREAT + kO_RDWR);
  guest.Write(file, "still here");
  const Result copy = guest.Call("dup", file);
  EXPECT_EQ(guest.Call("unlinkat", kAT_FDCWD, guest.Text("/tmp/a"), 0), 0);
  guest.ExpectSound();
  EXPECT_EQ(guest.Call("close", file), 0);
  EXPECT_EQ(guest.Call("lseek", copy, 0, 0), 0);
  EXPECT_EQ(guest.Read(copy, 100), "still here");
  const Address to = guest.Take(128);
  EXPECT_EQ(guest.Call("fstat", copy, to), 0);
  EXPECT_EQ(guest.Get<LinuxStat>(to).st_nlink, 0u);
  EXPECT_EQ(guest.Call("close", copy), 0);
  guest.ExpectSound();
}

TEST(DescriptorTest, ARemovedDirectoryStaysOpenAndEmpty) {
  GuestSystem guest;
  guest.Call("mkdirat", kAT_FDCWD, guest.Text("/tmp/d"), 0755);
  EXPECT_EQ(guest.Call("chdir", guest.Text("/tmp/d")), 0);
  const Result folder = guest.Open(".");
  EXPECT_EQ(
      guest.Call("unlinkat", kAT_FDCWD, guest.Text("/tmp/d"), kAT_REMOVEDIR),
      0);
  guest.ExpectSound();
  const Address to = guest.Take(100);
  EXPECT_EQ(guest.Call("getcwd", to, 100), -kENOENT);
  EXPECT_EQ(guest.Call("getdents64", folder, to, 100), -kENOENT);
  EXPECT_EQ(guest.Open("a", kO_CREAT), -kENOENT);
  EXPECT_EQ(guest.Call("chdir", guest.Text("/")), 0);
  EXPECT_EQ(guest.Call("close", folder), 0);
  guest.ExpectSound();
}

TEST(DescriptorTest, PathsMayBeginAtAnOpenDirectory) {
  GuestSystem guest;
  const Result tmp = guest.Open("/tmp", kO_PATH + kO_DIRECTORY);
  const Result file =
      guest.Call("openat", tmp, guest.Text("a"), kO_CREAT + kO_RDWR, 0644);
  EXPECT_GE(file, 0);
  LinuxStat status;
  EXPECT_EQ(guest.Stat("/tmp/a", status), 0);
  EXPECT_EQ(guest.Call("openat", file, guest.Text("a"), 0, 0), -kENOTDIR);
  EXPECT_EQ(guest.Call("openat", 99, guest.Text("a"), 0, 0), -kEBADF);
  EXPECT_EQ(guest.Call("openat", 99, guest.Text("/tmp/a"), 0, 0), 5);
  const Address to = guest.Take(128);
  EXPECT_EQ(guest.Call("newfstatat", file, guest.Text(""), to, kAT_EMPTY_PATH),
            0);
  EXPECT_EQ(guest.Call("newfstatat", file, guest.Text(""), to, 0), -kENOENT);
  EXPECT_EQ(guest.Call("fchdir", tmp), 0);
  EXPECT_EQ(guest.Call("fchdir", file), -kENOTDIR);
  EXPECT_EQ(guest.Call("getcwd", to, 5), 5);
  EXPECT_EQ(guest.Call("getcwd", to, 4), -kERANGE);
  EXPECT_EQ(guest.GetBytes(to, 5), std::string("/tmp\0", 5));
}

TEST(DescriptorTest, ADirectoryThatChangesIsReadOn) {
  GuestSystem guest({.files_max = 400});
  for (int i = 0; i < 300; ++i) {
    guest.Call("close", guest.Open("/tmp/" + std::to_string(i), kO_CREAT));
  }
  const Result folder = guest.Open("/tmp");
  const Address to = guest.Take(200);
  std::set<std::string> seen;
  Result size = 0;
  while ((size = guest.Call("getdents64", folder, to, 200)) > 0) {
    const auto bytes = guest.GetBytes(to, static_cast<std::uint64_t>(size));
    for (std::size_t i = 0; i < bytes.size();) {
      LinuxDirent64 entry;
      std::memcpy(&entry, bytes.data() + i, sizeof(entry));
      const std::string name = bytes.data() + i + sizeof(entry);
      EXPECT_TRUE(seen.insert(name).second) << name;
      if (name != "." && name != "..") {
        EXPECT_EQ(guest.Call("unlinkat", folder, guest.Text(name), 0), 0);
      }
      i += entry.d_reclen;
    }
  }
  EXPECT_EQ(seen.size(), 302u);
  EXPECT_EQ(guest.Call("lseek", folder, 0, 0), 0);
  EXPECT_EQ(guest.Call("getdents64", folder, to, 20), -kEINVAL);
  guest.ExpectSound();
}

}  // namespace
}  // namespace kheap::kernel
