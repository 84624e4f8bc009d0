// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_HOST_ERROR_H_
#define KHEAP_KERNEL_HOST_ERROR_H_

// The host's errors as the guest hears of them.

#include <cerrno>

#include "kernel/linux_errno.h"

namespace kheap::kernel {

// The negative Linux error for a host's errno; -EIO for one that has no place
// in what the guest may know.
Result ErrorFromHost(int host_errno);

// Calls a POSIX function until no signal interrupts it. Its result, or the
// negative Linux error for -1.
template <typename Call>
Result RetryInterrupted(Call&& call) {
  while (true) {
    const auto result = call();
    if (result >= 0) return static_cast<Result>(result);
    if (errno != EINTR) return ErrorFromHost(errno);
  }
}

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_HOST_ERROR_H_
