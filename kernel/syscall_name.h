// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_SYSCALL_NAME_H_
#define KHEAP_KERNEL_SYSCALL_NAME_H_

#include <cstdint>
#include <string_view>

namespace kheap::kernel {

// What Linux calls a system call of this number, "openat" and the like, whether
// the kernel has it or not; "" for a number that Linux 6.1 gives to none.
std::string_view SyscallName(std::uint64_t number);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_SYSCALL_NAME_H_
