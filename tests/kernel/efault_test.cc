// SPDX-License-Identifier: Apache-2.0
// Every pointer that a system call takes, led astray: EFAULT, and not a byte of
// the arena, nor of the output, has changed.
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "heap/shadow.h"
#include "kernel/linux_process_abi.h"
#include "tests/kernel/guest_system.h"

namespace kheap::kernel {
namespace {

// A call that succeeds, and which of its arguments are pointers to how many
// bytes at least. `writes` says that the kernel stores there.
struct Pointer {
  int argument;
  std::uint64_t size_bytes;
  bool writes;
};
struct Call {
  std::string name;
  Kernel::Arguments arguments;
  std::vector<Pointer> pointers;
};

class EfaultTest : public testing::TestWithParam<bool> {
 protected:
  EfaultTest() : guest_({}, GetParam()) {
    file_ = U(guest_.Open("/tmp/file", kO_RDWR + kO_CREAT));
    guest_.Write(U64(file_), "content");
    guest_.Call("mkdirat", kAT_FDCWD, guest_.Text("/tmp/folder"), 0755);
    guest_.Call("symlinkat", guest_.Text("file"), kAT_FDCWD,
                guest_.Text("/tmp/link"));
    folder_ = U(guest_.Open("/tmp/folder", kO_DIRECTORY));
  }

  static std::uint64_t U(Result value) {
    return static_cast<std::uint64_t>(value);
  }
  static Result U64(std::uint64_t value) { return static_cast<Result>(value); }
  std::uint64_t Text(const std::string& text) {
    return guest_.Text(text).offset();
  }
  std::uint64_t Zeros(std::uint64_t size_bytes) {
    return guest_.Bytes(std::string(size_bytes, '\0')).offset();
  }

  std::vector<Call> Calls() {
    std::vector<Call> calls = PathCalls();
    for (auto more : {TransferCalls(), OtherCalls()}) {
      calls.insert(calls.end(), more.begin(), more.end());
    }
    return calls;
  }

  std::vector<Call> PathCalls() {
    const std::uint64_t cwd = U(kAT_FDCWD);
    const std::uint64_t path = Text("/tmp/file");
    const std::uint64_t other = Text("/tmp/other");
    const std::uint64_t folder = Text("/tmp/folder");
    const std::uint64_t link = Text("/tmp/link");
    const std::uint64_t to = Zeros(4096);
    return {
        {"getcwd", {to, 100}, {{0, 2, true}}},
        {"mkdirat", {cwd, other, 0755}, {{1, 1, false}}},
        {"unlinkat", {cwd, path, 0}, {{1, 1, false}}},
        {"symlinkat", {path, cwd, other}, {{0, 1, false}, {2, 1, false}}},
        {"linkat", {cwd, path, cwd, other, 0}, {{1, 1, false}, {3, 1, false}}},
        {"renameat2",
         {cwd, path, cwd, other, 0},
         {{1, 1, false}, {3, 1, false}}},
        {"statfs", {path, to}, {{0, 1, false}, {1, 120, true}}},
        {"fstatfs", {file_, to}, {{1, 120, true}}},
        {"truncate", {path, 3}, {{0, 1, false}}},
        {"faccessat", {cwd, path, 0}, {{1, 1, false}}},
        {"faccessat2", {cwd, path, 0, 0}, {{1, 1, false}}},
        {"chdir", {folder}, {{0, 1, false}}},
        {"fchmodat", {cwd, path, 0600}, {{1, 1, false}}},
        {"fchownat", {cwd, path, 0, 0, 0}, {{1, 1, false}}},
        {"openat", {cwd, path, kO_TRUNC, 0}, {{1, 1, false}}},
        {"openat", {cwd, other, kO_CREAT, 0644}, {{1, 1, false}}},
        {"readlinkat", {cwd, link, to, 100}, {{1, 1, false}, {2, 4, true}}},
        {"newfstatat", {cwd, path, to, 0}, {{1, 1, false}, {2, 128, true}}},
        {"utimensat",
         {cwd, path, Zeros(32), 0},
         {{1, 1, false}, {2, 32, false}}},
    };
  }

  std::vector<Call> TransferCalls() {
    const std::uint64_t to = Zeros(4096);
    LinuxIovec iovec;
    iovec.iov_base = Zeros(16);
    iovec.iov_len = 16;
    const std::uint64_t iovecs = guest_.Struct(iovec).offset();
    const std::uint64_t time = Zeros(16);
    return {
        {"fcntl", {file_, 5, Zeros(32)}, {{2, 32, true}}},
        {"fcntl", {file_, 6, Zeros(32)}, {{2, 32, false}}},
        {"pipe2", {to, 0}, {{0, 8, true}}},
        {"getdents64", {folder_, to, 1000}, {{1, 1000, true}}},
        {"read", {file_, to, 7}, {{1, 7, true}}},
        {"read", {0, to, 7}, {{1, 7, true}}},
        {"write", {file_, to, 7}, {{1, 7, false}}},
        {"write", {1, to, 7}, {{1, 7, false}}},
        {"readv", {file_, iovecs, 1}, {{1, 16, false}}},
        {"writev", {file_, iovecs, 1}, {{1, 16, false}}},
        {"writev", {1, iovecs, 1}, {{1, 16, false}}},
        {"pread64", {file_, to, 7, 0}, {{1, 7, true}}},
        {"pwrite64", {file_, to, 7, 0}, {{1, 7, false}}},
        {"preadv", {file_, iovecs, 1, 0}, {{1, 16, false}}},
        {"pwritev", {file_, iovecs, 1, 0}, {{1, 16, false}}},
        {"ppoll", {Zeros(8), 1, time, 0}, {{0, 8, true}, {2, 16, false}}},
        {"fstat", {file_, to}, {{1, 128, true}}},
    };
  }

  std::vector<Call> OtherCalls() {
    const std::uint64_t to = Zeros(4096);
    const std::uint64_t time = Zeros(16);
    return {
        {"pselect6",
         {1, Zeros(8), Zeros(8), Zeros(8), time, 0},
         {{1, 8, true}, {2, 8, true}, {3, 8, true}, {4, 16, false}}},
        {"rt_sigtimedwait",
         {Zeros(8), to, time, 8},
         {{0, 8, false}, {1, 128, true}, {2, 16, false}}},
        {"sigaltstack", {0, to}, {{0, 24, false}, {1, 24, true}}},
        {"futex", {to, 1, 1}, {{0, 4, false}}},
        {"nanosleep", {time, 0}, {{0, 16, false}}},
        {"clock_nanosleep", {0, 0, time, 0}, {{2, 16, false}}},
        {"clock_gettime", {0, to}, {{1, 16, true}}},
        {"clock_getres", {0, to}, {{1, 16, true}}},
        {"gettimeofday", {to, to + 32}, {{0, 16, true}, {1, 8, true}}},
        {"times", {to}, {{0, 32, true}}},
        {"getrusage", {0, to}, {{1, 144, true}}},
        {"rt_sigaction",
         {10, Zeros(24), to, 8},
         {{1, 24, false}, {2, 24, true}}},
        {"rt_sigprocmask", {2, Zeros(8), to, 8}, {{1, 8, false}, {2, 8, true}}},
        {"rt_sigpending", {to, 8}, {{0, 8, true}}},
        {"rt_sigsuspend", {to, 8}, {{0, 8, false}}},
        {"uname", {to}, {{0, 390, true}}},
        {"sysinfo", {to}, {{0, 112, true}}},
        {"getrlimit", {7, to}, {{1, 16, true}}},
        {"setrlimit", {7, Zeros(16)}, {{1, 16, false}}},
        {"prlimit64", {0, 7, Zeros(16), to}, {{2, 16, false}, {3, 16, true}}},
        {"getrandom", {to, 16, 0}, {{0, 16, true}}},
    };
  }

  // Addresses from which so many bytes cannot be read, or written.
  std::vector<std::uint64_t> BadAddresses(const Pointer& pointer) {
    const MemoryLayout& layout = guest_.heap().layout();
    const std::uint64_t end = guest_.heap().break_address().offset();
    std::vector<std::uint64_t> bad = {
        1,
        16,
        kControlBase.offset(),
        layout.begin(Region::kSymbols).offset(),
        layout.begin(Region::kKernel).offset(),
        layout.end(Region::kKernel).offset() - 1,
        end,
        end + 4096,
        layout.capacity_bytes(),
        std::uint64_t{0} - 1,
        std::uint64_t{0} - pointer.size_bytes,
        std::uint64_t{1} << 63,
    };
    if (pointer.size_bytes > 1) bad.push_back(end - pointer.size_bytes + 1);
    if (pointer.writes) {
      bad.push_back(layout.begin(Region::kReadOnly).offset());
      bad.push_back(layout.begin(Region::kLibrary).offset());
    }
    if (GetParam()) {
      // A freed block; the first bytes before it are good.
      const Address freed = guest_.Take(512);
      guest_.heap().shadow()->Set(freed, 512, ShadowByte::kFreed);
      bad.push_back(freed.offset());
      if (pointer.size_bytes > 1) bad.push_back(freed.offset() - 1);
    }
    return bad;
  }

  void ExpectEfault(const Call& call, const Pointer& pointer,
                    std::uint64_t address) {
    Kernel::Arguments arguments = call.arguments;
    arguments[static_cast<std::size_t>(pointer.argument)] = address;
    const Digest before = guest_.heap().ComputeDigest();
    const std::string output = guest_.console().output();
    EXPECT_EQ(guest_.Call(call.name, arguments[0], arguments[1], arguments[2],
                          arguments[3], arguments[4], arguments[5]),
              -kEFAULT)
        << call.name << " argument " << pointer.argument << " at " << address;
    EXPECT_EQ(guest_.heap().ComputeDigest(), before) << call.name;
    EXPECT_EQ(guest_.console().output(), output) << call.name;
    EXPECT_TRUE(guest_.kernel().bad_pointer().has_value()) << call.name;
  }

  GuestSystem guest_;
  std::uint64_t file_ = 0;
  std::uint64_t folder_ = 0;
};

TEST_P(EfaultTest, NothingChangesWhateverPointerIsBad) {
  guest_.SetInput("input");
  for (const Call& call : Calls()) {
    for (const Pointer& pointer : call.pointers) {
      for (const std::uint64_t address : BadAddresses(pointer)) {
        ExpectEfault(call, pointer, address);
      }
    }
  }
  guest_.ExpectSound();
}

TEST_P(EfaultTest, TheListNamesEveryCallThatTakesAPointer) {
  std::vector<std::string> listed;
  for (const Call& call : Calls()) listed.push_back(call.name);
  // These take none, or look at none.
  const std::vector<std::string> others = {"dup",
                                           "dup3",
                                           "ioctl",
                                           "flock",
                                           "ftruncate",
                                           "fchdir",
                                           "fchmod",
                                           "fchown",
                                           "close",
                                           "lseek",
                                           "sync",
                                           "fsync",
                                           "fdatasync",
                                           "exit",
                                           "exit_group",
                                           "sched_yield",
                                           "kill",
                                           "tkill",
                                           "tgkill",
                                           "getgroups",
                                           "getpriority",
                                           "setpriority",
                                           "getpgid",
                                           "getsid",
                                           "umask",
                                           "getpid",
                                           "getppid",
                                           "getuid",
                                           "geteuid",
                                           "getgid",
                                           "getegid",
                                           "gettid",
                                           "brk",
                                           "munmap",
                                           "mmap",
                                           "settimeofday",
                                           "clock_settime",
                                           "set_tid_address",
                                           "set_robust_list",
                                           "wait4",
                                           "waitid"};
  for (const SystemCallEntry& entry : SystemCalls()) {
    const std::string name(entry.name);
    EXPECT_NE(std::ranges::count(listed, name) != 0,
              std::ranges::count(others, name) != 0)
        << name;
  }
}

// The buffers that an array of them names, each in its turn.
TEST_P(EfaultTest, OneBadBufferOfManySpoilsTheCall) {
  const std::uint64_t good = Zeros(16);
  guest_.SetInput("some input");
  for (int bad = 0; bad < 3; ++bad) {
    std::array<LinuxIovec, 3> iovecs;
    for (int i = 0; i < 3; ++i) {
      iovecs[static_cast<std::size_t>(i)].iov_base = i == bad ? 16 : good;
      iovecs[static_cast<std::size_t>(i)].iov_len = 4;
    }
    const std::uint64_t array = guest_.Struct(iovecs).offset();
    for (const char* const name : {"readv", "writev"}) {
      for (const std::uint64_t file :
           {std::uint64_t{0}, std::uint64_t{1}, file_}) {
        const std::string call = name;
        if ((call == "readv" && file == 1) || (call == "writev" && file == 0)) {
          continue;
        }
        const Digest before = guest_.heap().ComputeDigest();
        EXPECT_EQ(guest_.Call(call, file, array, 3), -kEFAULT);
        EXPECT_EQ(guest_.heap().ComputeDigest(), before);
      }
    }
  }
  EXPECT_EQ(guest_.console().output(), "");
  EXPECT_EQ(guest_.Read(0, 100), "some input");
}

TEST_P(EfaultTest, AStringMayEndAtTheBreakButNotBehindIt) {
  GlobalHeap& heap = guest_.heap();
  const Address end = heap.break_address();
  heap.Store<std::uint8_t>(end - 2, '/');
  heap.Store<std::uint8_t>(end - 1, '\0');
  EXPECT_EQ(guest_.Call("chdir", end - 2), 0);
  heap.Store<std::uint8_t>(end - 1, '.');
  EXPECT_EQ(guest_.Call("chdir", end - 2), -kEFAULT);
}

TEST_P(EfaultTest, AnEmptyTransferNeedsNoBuffer) {
  EXPECT_EQ(guest_.Call("write", 1, 0, 0), 0);
  EXPECT_EQ(guest_.Call("read", file_, 0, 0), 0);
  EXPECT_EQ(guest_.Call("getrandom", 0, 0, 0), 0);
}

INSTANTIATE_TEST_SUITE_P(Modes, EfaultTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                           return info.param ? "Checked" : "Fast";
                         });

// ---- checked mode -----------------------------------------------------------

TEST(CheckedKernelTest, UninitialisedBytesMayBeWritten) {
  GuestSystem guest({}, true);
  const Address fresh = guest.Take(16);
  EXPECT_EQ(guest.Call("write", 1, fresh, 16), 16);
}

TEST(CheckedKernelTest, WhatIsReadIsInitialisedAndNoMore) {
  GuestSystem guest({}, true);
  guest.SetInput("abc");
  const Address to = guest.Take(16);
  EXPECT_EQ(guest.Call("read", 0, to, 16), 3);
  EXPECT_EQ(guest.GetBytes(to, 3), "abc");
  EXPECT_TRUE(guest.heap().FindFault(to, 4, Access::kLoad).has_value());
}

TEST(CheckedKernelTest, ABadPointerIsRememberedAsTheFaultItIs) {
  GuestSystem guest({}, true);
  const Address freed = guest.Take(64);
  guest.heap().shadow()->Set(freed, 64, ShadowByte::kFreed);
  EXPECT_EQ(guest.Call("read", 0, freed, 8), -kEFAULT);
  EXPECT_EQ(guest.kernel().bad_pointer(),
            (MemoryFault{FaultCode::kUseAfterFree, Access::kStore, freed, 8}));
  guest.Call("getpid");
  EXPECT_EQ(guest.kernel().bad_pointer(), std::nullopt);
}

}  // namespace
}  // namespace kheap::kernel
