// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_DESCRIPTOR_CALLS_H_
#define KHEAP_KERNEL_DESCRIPTOR_CALLS_H_

// System calls that open, copy and close descriptors. Each is Linux's call of
// that name (the man pages, section 2).

#include "kernel/kernel_state.h"

namespace kheap::kernel {

Result Openat(KernelState& state, const Arguments& arguments);
Result Close(KernelState& state, const Arguments& arguments);
Result Dup(KernelState& state, const Arguments& arguments);
Result Dup3(KernelState& state, const Arguments& arguments);
Result Pipe2(KernelState& state, const Arguments& arguments);
// Locks are always granted: there is nobody to share a file with.
Result Fcntl(KernelState& state, const Arguments& arguments);
Result Flock(KernelState& state, const Arguments& arguments);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_DESCRIPTOR_CALLS_H_
