// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "kernel/kernel_page.h"
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

TEST(KernelTest, OptionsThatCannotBeAreRefused) {
  const auto code = [](const KernelOptions& options,
                       std::uint64_t kernel_bytes = 1 << 20) {
    const auto heap =
        GlobalHeap::Create({.layout = {.kernel_bytes = kernel_bytes}}).value();
    CapturedConsole console;
    return Kernel::Create(*heap, console, options).status().code();
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_EQ(code({}), absl::StatusCode::kOk);
  EXPECT_EQ(code({.open_files_max = 2}), kInvalid);
  EXPECT_EQ(code({.open_files_max = 65536}), kInvalid);
  EXPECT_EQ(code({.open_files_max = 65535}, 4 << 20), absl::StatusCode::kOk);
  EXPECT_EQ(code({.files_max = 15}), kInvalid);
  EXPECT_EQ(code({.files_max = 100000}), kInvalid);
  EXPECT_EQ(code({}, 4096), kInvalid);
  EXPECT_EQ(code({.working_directory = "/none"}), kInvalid);
  EXPECT_EQ(code({.working_directory = "/dev/null"}), kInvalid);
  EXPECT_EQ(code({.working_directory = "/tmp"}), absl::StatusCode::kOk);
}

// Every size of region from the smallest up: either refused, or sound and with
// room for a file.
TEST(KernelTest, EverySmallRegionIsRefusedOrWorks) {
  int made = 0;
  for (std::uint64_t blocks = 1; blocks < 60; ++blocks) {
    const auto heap =
        GlobalHeap::Create({.layout = {.kernel_bytes = blocks * kBlockBytes}})
            .value();
    CapturedConsole console;
    const auto kernel = Kernel::Create(
        *heap, console, {.open_files_max = 100, .files_max = 40});
    if (!kernel.ok()) {
      EXPECT_EQ(made, 0) << blocks;
      continue;
    }
    ++made;
    EXPECT_EQ(kernel->CheckInvariants(), absl::OkStatus()) << blocks;
  }
  EXPECT_GT(made, 30);
}

TEST(KernelTest, TheSameCallsAreTheSameBytes) {
  const auto run = [] {
    auto guest = std::make_unique<GuestSystem>(
        KernelOptions{.seed = 5, .working_directory = "/tmp"});
    for (int i = 0; i < 50; ++i) {
      const std::string name = std::to_string(i % 7);
      const Result file = guest->Open(name, kO_CREAT + kO_RDWR + kO_APPEND);
      guest->Write(file, std::string(static_cast<std::size_t>(i * 100), 'x'));
      if (i % 3 != 0) guest->Call("close", file);
      if (i % 5 == 0) {
        guest->Call("unlinkat", kAT_FDCWD, guest->Text(name), 0);
      }
      guest->Call("getrandom", guest->Take(8), 8, 0);
      guest->kernel().Advance(static_cast<std::uint64_t>(i));
    }
    guest->ExpectSound();
    return guest;
  };
  EXPECT_EQ(run()->heap().ComputeDigest(), run()->heap().ComputeDigest());
}

TEST(KernelTest, AViewMadeAnewGoesOnWhereTheOldOneWas) {
  GuestSystem guest;
  const Result file = guest.Open("/tmp/a", kO_CREAT + kO_RDWR);
  guest.Write(file, "before ");
  guest.Reattach();
  guest.Write(file, "after");
  guest.Call("lseek", file, 0, 0);
  EXPECT_EQ(guest.Read(file, 100), "before after");
  guest.ExpectSound();
}

TEST(KernelTest, OnlyUsedBlocksCountInADigest) {
  GuestSystem guest;
  const auto used = [&] {
    const int region = IndexOf(Region::kKernel);
    return guest.heap().control().regions[region].used_end.get() -
           guest.heap().layout().begin(Region::kKernel).offset();
  };
  EXPECT_LT(used(), 128u * 1024);
  const Result file = guest.Open("/tmp/a", kO_CREAT + kO_RDWR);
  guest.Write(file, std::string(100000, 'x'));
  EXPECT_LT(used(), 256u * 1024);
  const MemoryLayout& layout = guest.heap().layout();
  const Address end = layout.begin(Region::kKernel) + used();
  const auto rest = std::as_const(guest.heap())
                        .RuntimeSpan(end, layout.end(Region::kKernel) - end);
  EXPECT_EQ(std::ranges::count(rest, std::byte{0}),
            static_cast<std::ptrdiff_t>(rest.size()));
}

TEST(KernelTest, TheProcessIsAloneAndItsOwnRoot) {
  GuestSystem guest;
  for (const char* const name : {"getuid", "geteuid", "getgid", "getegid"}) {
    EXPECT_EQ(guest.Call(name), 0);
  }
  EXPECT_EQ(guest.Call("getpid"), 100);
  EXPECT_EQ(guest.Call("gettid"), 100);
  EXPECT_EQ(guest.Call("set_tid_address", 0), 100);
  EXPECT_EQ(guest.Call("getppid"), 1);
  EXPECT_EQ(guest.Call("getpgid", 0), 100);
  EXPECT_EQ(guest.Call("getpgid", 5), -kESRCH);
  EXPECT_EQ(guest.Call("getgroups", 0, 0), 0);
  EXPECT_EQ(guest.Call("getgroups", -1, 0), -kEINVAL);
  for (const int which : {0, 1, 2}) {
    EXPECT_EQ(guest.Call("getpriority", which, 0), 20);
    EXPECT_EQ(guest.Call("setpriority", which, 0, 0), 0);
    EXPECT_EQ(guest.Call("setpriority", which, 0, 5), -kEPERM);
    EXPECT_EQ(guest.Call("getpriority", which, 5), -kESRCH);
  }
  EXPECT_EQ(guest.Call("getpriority", 1, 100), 20);
  EXPECT_EQ(guest.Call("getpriority", 3, 0), -kEINVAL);
  EXPECT_EQ(guest.Call("sched_yield"), 0);
  EXPECT_EQ(guest.Call("wait4", -1, 0, 0, 0), -kECHILD);
  EXPECT_EQ(guest.Call("brk", 0), -kENOMEM);
  EXPECT_EQ(guest.Call("mmap", 0, 4096, 3, 0x22, -1, 0), -kENOMEM);
  EXPECT_EQ(guest.Call("mmap", 0, 4096, 3, 2, 0, 0), -kENODEV);
  EXPECT_EQ(guest.Call("mmap", 0, 0, 3, 0x22, -1, 0), -kEINVAL);
  EXPECT_EQ(guest.Call("umask", 0777 + 01000), 022);
  EXPECT_EQ(guest.Call("umask", 0), 0777);
}

TEST(KernelTest, TheSystemIsARiscVLinux) {
  GuestSystem guest;
  const Address to = guest.Take(390);
  EXPECT_EQ(guest.Call("uname", to), 0);
  EXPECT_EQ(guest.GetBytes(to, 6), std::string("Linux\0", 6));
  EXPECT_EQ(guest.GetBytes(to + 4 * 65, 8), std::string("riscv64\0", 8));
  EXPECT_EQ(guest.Call("sysinfo", to), 0);
  EXPECT_EQ(guest.Get<LinuxSysinfo>(to).totalram,
            guest.heap().layout().capacity_bytes());
  EXPECT_EQ(guest.Get<LinuxSysinfo>(to).mem_unit, 1u);
}

TEST(KernelTest, LimitsAreReadAndLowered) {
  GuestSystem guest;
  const Address to = guest.Take(16);
  const auto limit = [&](int resource) {
    EXPECT_EQ(guest.Call("getrlimit", resource, to), 0);
    return guest.Get<LinuxRlimit>(to).rlim_cur.get();
  };
  EXPECT_EQ(limit(kRLIMIT_NOFILE), 1024u);
  EXPECT_EQ(limit(kRLIMIT_STACK), 1024u * 1024);
  EXPECT_EQ(limit(kRLIMIT_CORE), 0u);
  EXPECT_EQ(limit(9), kRLIM_INFINITY);
  LinuxRlimit wanted;
  wanted.rlim_cur = 10;
  wanted.rlim_max = 20;
  EXPECT_EQ(guest.Call("prlimit64", 0, 9, guest.Struct(wanted), to), 0);
  EXPECT_EQ(guest.Get<LinuxRlimit>(to).rlim_cur, kRLIM_INFINITY);
  EXPECT_EQ(limit(9), 10u);
  wanted.rlim_max = 30;
  EXPECT_EQ(guest.Call("setrlimit", 9, guest.Struct(wanted)), -kEPERM);
  wanted.rlim_cur = 31;
  EXPECT_EQ(guest.Call("setrlimit", 9, guest.Struct(wanted)), -kEINVAL);
  EXPECT_EQ(guest.Call("getrlimit", 16, to), -kEINVAL);
  EXPECT_EQ(guest.Call("prlimit64", 5, 9, 0, to), -kESRCH);
}

TEST(KernelTest, AFutexNeverWaits) {
  GuestSystem guest;
  Uint32 word;
  word = 7u;
  const Address at = guest.Struct(word);
  EXPECT_EQ(guest.Call("futex", at, 1 + 128, 1), 0);
  EXPECT_EQ(guest.Call("futex", at, 0 + 128, 8), -kEAGAIN);
  EXPECT_EQ(guest.Call("futex", at, 0 + 128, 7), -kEDEADLK);
  EXPECT_EQ(guest.Call("futex", at, 4, 7), -kENOSYS);
}

// Numbers and structures that a C library for RISC-V was built with.
TEST(LinuxAbiTest, NumbersAreInOrderAndAsLinuxHasThem) {
  std::uint64_t before = 0;
  for (const SystemCallEntry& entry : SystemCalls()) {
    EXPECT_GT(entry.number, before);
    before = entry.number;
    EXPECT_EQ(FindSystemCall(entry.number), &entry);
  }
  EXPECT_EQ(FindSystemCall(0), nullptr);
  EXPECT_EQ(FindSystemCall(~std::uint64_t{0}), nullptr);
}

TEST(LinuxAbiTest, MembersLieWhereLinuxPutsThem) {
  EXPECT_EQ(offsetof(LinuxStat, st_mode), 16u);
  EXPECT_EQ(offsetof(LinuxStat, st_rdev), 32u);
  EXPECT_EQ(offsetof(LinuxStat, st_size), 48u);
  EXPECT_EQ(offsetof(LinuxStat, st_blksize), 56u);
  EXPECT_EQ(offsetof(LinuxStat, st_blocks), 64u);
  EXPECT_EQ(offsetof(LinuxStat, st_atime_sec), 72u);
  EXPECT_EQ(offsetof(LinuxStat, st_ctime_nsec), 112u);
  EXPECT_EQ(offsetof(LinuxStatfs, f_namelen), 64u);
  EXPECT_EQ(offsetof(LinuxSysinfo, procs), 80u);
  EXPECT_EQ(offsetof(LinuxSysinfo, mem_unit), 104u);
  EXPECT_EQ(offsetof(LinuxDirent64, d_type), 18u);
  EXPECT_EQ(offsetof(LinuxFlock, l_start), 8u);
  EXPECT_EQ(offsetof(LinuxTermios, c_cc), 17u);
}

}  // namespace
}  // namespace kheap::kernel
