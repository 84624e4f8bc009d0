// SPDX-License-Identifier: Apache-2.0
#include "kernel/syscall_table.h"

#include <algorithm>
#include <array>

#include "kernel/descriptor_calls.h"
#include "kernel/file_calls.h"
#include "kernel/path_calls.h"
#include "kernel/process_calls.h"
#include "kernel/status_calls.h"
#include "kernel/time_calls.h"

namespace kheap::kernel {

namespace {

constexpr auto kSystemCalls = std::to_array<SystemCallEntry>({
    {17, "getcwd", Getcwd},
    {23, "dup", Dup},
    {24, "dup3", Dup3},
    {25, "fcntl", Fcntl},
    {29, "ioctl", Ioctl},
    {32, "flock", Flock},
    {34, "mkdirat", Mkdirat},
    {35, "unlinkat", Unlinkat},
    {36, "symlinkat", Symlinkat},
    {37, "linkat", Linkat},
    {43, "statfs", Statfs},
    {44, "fstatfs", Fstatfs},
    {45, "truncate", Truncate},
    {46, "ftruncate", Ftruncate},
    {48, "faccessat", Faccessat},
    {49, "chdir", Chdir},
    {50, "fchdir", Fchdir},
    {52, "fchmod", Fchmod},
    {53, "fchmodat", Fchmodat},
    {54, "fchownat", Fchownat},
    {55, "fchown", Fchown},
    {56, "openat", Openat},
    {57, "close", Close},
    {59, "pipe2", Pipe2},
    {61, "getdents64", Getdents64},
    {62, "lseek", Lseek},
    {63, "read", Read},
    {64, "write", Write},
    {65, "readv", Readv},
    {66, "writev", Writev},
    {67, "pread64", Pread64},
    {68, "pwrite64", Pwrite64},
    {69, "preadv", Preadv},
    {70, "pwritev", Pwritev},
    {72, "pselect6", Pselect6},
    {73, "ppoll", Ppoll},
    {78, "readlinkat", Readlinkat},
    {79, "newfstatat", Newfstatat},
    {80, "fstat", Fstat},
    {81, "sync", Sync},
    {82, "fsync", Fsync},
    {83, "fdatasync", Fsync},
    {88, "utimensat", Utimensat},
    {93, "exit", Exit},
    {94, "exit_group", Exit},
    {95, "waitid", Wait4},
    {96, "set_tid_address", Getpid},
    {98, "futex", Futex},
    {99, "set_robust_list", SetRobustList},
    {101, "nanosleep", Nanosleep},
    {112, "clock_settime", ClockSettime},
    {113, "clock_gettime", ClockGettime},
    {114, "clock_getres", ClockGetres},
    {115, "clock_nanosleep", ClockNanosleep},
    {124, "sched_yield", SchedYield},
    {129, "kill", Kill},
    {130, "tkill", Tkill},
    {131, "tgkill", Tgkill},
    {132, "sigaltstack", Sigaltstack},
    {133, "rt_sigsuspend", RtSigsuspend},
    {134, "rt_sigaction", RtSigaction},
    {135, "rt_sigprocmask", RtSigprocmask},
    {136, "rt_sigpending", RtSigpending},
    {137, "rt_sigtimedwait", RtSigtimedwait},
    {140, "setpriority", Setpriority},
    {141, "getpriority", Getpriority},
    {153, "times", Times},
    {155, "getpgid", Getpgid},
    {156, "getsid", Getpgid},
    {158, "getgroups", Getgroups},
    {160, "uname", Uname},
    {163, "getrlimit", Getrlimit},
    {164, "setrlimit", Setrlimit},
    {165, "getrusage", Getrusage},
    {166, "umask", Umask},
    {169, "gettimeofday", Gettimeofday},
    {170, "settimeofday", Settimeofday},
    {172, "getpid", Getpid},
    {173, "getppid", Getppid},
    {174, "getuid", GetRootId},
    {175, "geteuid", GetRootId},
    {176, "getgid", GetRootId},
    {177, "getegid", GetRootId},
    {178, "gettid", Getpid},
    {179, "sysinfo", Sysinfo},
    {214, "brk", Brk},
    {215, "munmap", Munmap},
    {222, "mmap", Mmap},
    {260, "wait4", Wait4},
    {261, "prlimit64", Prlimit64},
    {276, "renameat2", Renameat2},
    {278, "getrandom", Getrandom},
    {439, "faccessat2", Faccessat2},
});

}  // namespace

std::span<const SystemCallEntry> SystemCalls() { return kSystemCalls; }

const SystemCallEntry* FindSystemCall(std::uint64_t number) {
  const auto* const found = std::ranges::lower_bound(kSystemCalls, number, {},
                                                     &SystemCallEntry::number);
  return found != kSystemCalls.end() && found->number == number ? found
                                                                : nullptr;
}

}  // namespace kheap::kernel
