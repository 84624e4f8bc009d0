// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_LINUX_PROCESS_ABI_H_
#define KHEAP_KERNEL_LINUX_PROCESS_ABI_H_

// What linux_abi.h is for files and time, for processes and signals.
//
// Sources: include/uapi/asm-generic and include/uapi/linux of Linux 6.1.

#include <array>
#include <cstdint>

#include "kernel/linux_abi.h"

namespace kheap::kernel {

// ---- signals ----------------------------------------------------------------

inline constexpr int kSIGABRT = 6;
inline constexpr int kSIGKILL = 9;
inline constexpr int kSIGPIPE = 13;
inline constexpr int kSIGCHLD = 17;
inline constexpr int kSIGCONT = 18;
inline constexpr int kSIGSTOP = 19;
inline constexpr int kSIGTSTP = 20;
inline constexpr int kSIGTTIN = 21;
inline constexpr int kSIGTTOU = 22;
inline constexpr int kSIGURG = 23;
inline constexpr int kSIGWINCH = 28;
inline constexpr int kSignalCount = 64;  // numbered from 1

inline constexpr std::uint64_t kSIG_DFL = 0;
inline constexpr std::uint64_t kSIG_IGN = 1;

inline constexpr std::uint64_t kSA_SIGINFO = 4;
inline constexpr std::uint64_t kSA_NODEFER = 1073741824;
inline constexpr std::uint64_t kSA_RESETHAND = 2147483648;

inline constexpr std::uint64_t kSIG_BLOCK = 0;
inline constexpr std::uint64_t kSIG_UNBLOCK = 1;
inline constexpr std::uint64_t kSIG_SETMASK = 2;

// The kernel's struct sigaction; RISC-V has no restorer. Bit n - 1 of a mask is
// signal n.
struct LinuxSigaction {
  Uint64 handler;
  Uint64 flags;
  Uint64 mask;
};
static_assert(sizeof(LinuxSigaction) == 24);

// struct sigaltstack
struct LinuxStack {
  Uint64 ss_sp;
  Int32 ss_flags;
  Uint32 pad;
  Uint64 ss_size;
};
static_assert(sizeof(LinuxStack) == 24);

inline constexpr std::int32_t kSS_DISABLE = 2;
inline constexpr std::uint64_t kMINSIGSTKSZ = 2048;

// struct siginfo, of a signal that a process has sent
struct LinuxSiginfo {
  Int32 si_signo;
  Int32 si_errno;
  Int32 si_code;
  Int32 padding;
  Int32 pid;  // si_pid and si_uid are macros of the host's headers
  Int32 uid;
  std::array<Int32, 26> others;
};
static_assert(sizeof(LinuxSiginfo) == 128);

inline constexpr std::int32_t kSI_USER = 0;    // by kill, or by the kernel
inline constexpr std::int32_t kSI_TKILL = -6;  // to one thread, as raise does

// ---- limits -----------------------------------------------------------------

inline constexpr int kRLIMIT_STACK = 3;
inline constexpr int kRLIMIT_CORE = 4;
inline constexpr int kRLIMIT_NOFILE = 7;
inline constexpr int kLimitCount = 16;
inline constexpr std::uint64_t kRLIM_INFINITY = 18446744073709551615u;

// struct rlimit
struct LinuxRlimit {
  Uint64 rlim_cur;
  Uint64 rlim_max;
};

// struct rusage
struct LinuxRusage {
  LinuxTimeval ru_utime;
  LinuxTimeval ru_stime;
  std::array<Int64, 14> others;
};
static_assert(sizeof(LinuxRusage) == 144);

// ---- the system -------------------------------------------------------------

// struct new_utsname
struct LinuxUtsname {
  std::array<char, 65> sysname;
  std::array<char, 65> nodename;
  std::array<char, 65> release;
  std::array<char, 65> version;
  std::array<char, 65> machine;
  std::array<char, 65> domainname;
};
static_assert(sizeof(LinuxUtsname) == 390);

// struct sysinfo
struct LinuxSysinfo {
  Int64 uptime;
  std::array<Uint64, 3> loads;
  Uint64 totalram;
  Uint64 freeram;
  Uint64 sharedram;
  Uint64 bufferram;
  Uint64 totalswap;
  Uint64 freeswap;
  Uint16 procs;
  Uint16 pad;
  Uint32 pad2;
  Uint64 totalhigh;
  Uint64 freehigh;
  Uint32 mem_unit;
  Uint32 pad3;
};
static_assert(sizeof(LinuxSysinfo) == 112);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_LINUX_PROCESS_ABI_H_
