// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_PROCESS_CALLS_H_
#define KHEAP_KERNEL_PROCESS_CALLS_H_

// System calls about the process, its signals and the system that it runs on.
// Each is Linux's call of that name (the man pages, section 2). There is one
// process with one thread, and it is its own root.

#include <cstdint>

#include "kernel/kernel_state.h"

namespace kheap::kernel {

// Who the process is, beside kProcessId.
inline constexpr std::int32_t kParentProcessId = 1;

Result Exit(KernelState& state, const Arguments& arguments);
Result Getpid(KernelState& state, const Arguments& arguments);
Result Getppid(KernelState& state, const Arguments& arguments);
Result GetRootId(KernelState& state, const Arguments& arguments);
// It is in no other group.
Result Getgroups(KernelState& state, const Arguments& arguments);
Result Getpgid(KernelState& state, const Arguments& arguments);
// Of nobody else, and always the usual one.
Result Getpriority(KernelState& state, const Arguments& arguments);
Result Setpriority(KernelState& state, const Arguments& arguments);
// There are no children.
Result Wait4(KernelState& state, const Arguments& arguments);
Result Umask(KernelState& state, const Arguments& arguments);
Result Uname(KernelState& state, const Arguments& arguments);
Result Sysinfo(KernelState& state, const Arguments& arguments);
Result Getrlimit(KernelState& state, const Arguments& arguments);
Result Setrlimit(KernelState& state, const Arguments& arguments);
Result Prlimit64(KernelState& state, const Arguments& arguments);
Result Getrandom(KernelState& state, const Arguments& arguments);
Result SchedYield(KernelState& state, const Arguments& arguments);
Result SetRobustList(KernelState& state, const Arguments& arguments);
Result Futex(KernelState& state, const Arguments& arguments);
// Memory comes from malloc alone.
Result Brk(KernelState& state, const Arguments& arguments);
Result Mmap(KernelState& state, const Arguments& arguments);
Result Munmap(KernelState& state, const Arguments& arguments);

Result Kill(KernelState& state, const Arguments& arguments);
Result Tkill(KernelState& state, const Arguments& arguments);
Result Tgkill(KernelState& state, const Arguments& arguments);
Result RtSigaction(KernelState& state, const Arguments& arguments);
Result RtSigprocmask(KernelState& state, const Arguments& arguments);
Result RtSigpending(KernelState& state, const Arguments& arguments);
Result RtSigsuspend(KernelState& state, const Arguments& arguments);
Result RtSigtimedwait(KernelState& state, const Arguments& arguments);
// Remembers the stack; whether handlers run on it is the runner's matter.
Result Sigaltstack(KernelState& state, const Arguments& arguments);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_PROCESS_CALLS_H_
