// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_FILE_SYSTEM_CHECK_H_
#define KHEAP_KERNEL_FILE_SYSTEM_CHECK_H_

// What fsck does for a disk: every rule of the file system, looked at from the
// inodes, from the bitmap and from the root.

#include "absl/status/status.h"
#include "kernel/kernel_state.h"

namespace kheap::kernel {

// OK, or the first broken rule and where. docs/design/kernel.md lists them.
absl::Status CheckFileSystem(KernelState& state);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_FILE_SYSTEM_CHECK_H_
