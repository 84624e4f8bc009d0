// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_PATH_CALLS_H_
#define KHEAP_KERNEL_PATH_CALLS_H_

// System calls that make, change and take away names. Each is Linux's call of
// that name (the man pages, section 2).

#include "kernel/kernel_state.h"

namespace kheap::kernel {

Result Mkdirat(KernelState& state, const Arguments& arguments);
Result Unlinkat(KernelState& state, const Arguments& arguments);
Result Symlinkat(KernelState& state, const Arguments& arguments);
Result Linkat(KernelState& state, const Arguments& arguments);
Result Renameat2(KernelState& state, const Arguments& arguments);

Result Chdir(KernelState& state, const Arguments& arguments);
Result Fchdir(KernelState& state, const Arguments& arguments);
Result Getcwd(KernelState& state, const Arguments& arguments);

Result Truncate(KernelState& state, const Arguments& arguments);
Result Utimensat(KernelState& state, const Arguments& arguments);
Result Fchmod(KernelState& state, const Arguments& arguments);
Result Fchmodat(KernelState& state, const Arguments& arguments);
// Every file is the guest's own: these look for the file and change nothing.
Result Fchown(KernelState& state, const Arguments& arguments);
Result Fchownat(KernelState& state, const Arguments& arguments);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_PATH_CALLS_H_
