// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_FILE_CALLS_H_
#define KHEAP_KERNEL_FILE_CALLS_H_

// System calls on file descriptors. Each is Linux's call of that name (the man
// pages, section 2).

#include "kernel/kernel_state.h"

namespace kheap::kernel {

Result Read(KernelState& state, const Arguments& arguments);
Result Write(KernelState& state, const Arguments& arguments);
Result Readv(KernelState& state, const Arguments& arguments);
Result Writev(KernelState& state, const Arguments& arguments);
Result Pread64(KernelState& state, const Arguments& arguments);
Result Pwrite64(KernelState& state, const Arguments& arguments);
Result Preadv(KernelState& state, const Arguments& arguments);
Result Pwritev(KernelState& state, const Arguments& arguments);
Result Lseek(KernelState& state, const Arguments& arguments);
Result Ftruncate(KernelState& state, const Arguments& arguments);
Result Fsync(KernelState& state, const Arguments& arguments);
Result Sync(KernelState& state, const Arguments& arguments);
Result Getdents64(KernelState& state, const Arguments& arguments);
Result Ioctl(KernelState& state, const Arguments& arguments);
Result Ppoll(KernelState& state, const Arguments& arguments);
Result Pselect6(KernelState& state, const Arguments& arguments);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_FILE_CALLS_H_
