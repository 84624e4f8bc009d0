// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_STATUS_CALLS_H_
#define KHEAP_KERNEL_STATUS_CALLS_H_

// System calls that tell about files. Each is Linux's call of that name (the
// man pages, section 2).
//
// Of a host file the guest sees type, permissions, size and names. Its owner is
// the guest itself, its times are the clock's start unless the clock is the
// host's, and its inode number follows from its path.

#include <cstdint>
#include <string_view>

#include "kernel/kernel_state.h"

namespace kheap::kernel {

Result Fstat(KernelState& state, const Arguments& arguments);
Result Newfstatat(KernelState& state, const Arguments& arguments);
Result Statfs(KernelState& state, const Arguments& arguments);
Result Fstatfs(KernelState& state, const Arguments& arguments);
Result Faccessat(KernelState& state, const Arguments& arguments);
Result Faccessat2(KernelState& state, const Arguments& arguments);
Result Readlinkat(KernelState& state, const Arguments& arguments);

std::uint64_t HostInodeOf(std::uint32_t mount, std::string_view path);

// The directory that a path is relative to: `descriptor`, or AT_FDCWD. -EBADF.
// Paths that begin at the root need none.
Result FindStart(KernelState& state, std::int32_t descriptor,
                 std::string_view path, Place& start);

// Reads the path at `address` and finds what is there.
Result FindPath(KernelState& state, std::int32_t descriptor, Address address,
                bool follow_last, Location& location);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_STATUS_CALLS_H_
