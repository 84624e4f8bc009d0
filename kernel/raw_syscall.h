// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_RAW_SYSCALL_H_
#define KHEAP_KERNEL_RAW_SYSCALL_H_

// A system call by its number, as C's syscall(2): to the virtual kernel of a
// process, never to the host.
//
//   RawSyscall(kernel, 64, 1, address, 5)   // write(1, address, 5)
//
// Numbers are RISC-V Linux's. Arguments are integers and addresses; those left
// out are 0. What comes back is the kernel's answer, below 0 a negated error
// number (ENOSYS for a number that it does not know); there is no errno.
//
// The same calls yield the same answers on every host.

#include <concepts>
#include <cstdint>

#include "heap/address.h"
#include "kernel/kernel.h"

namespace kheap {

namespace kernel {

// Negative numbers keep their sign.
template <std::integral T>
constexpr std::uint64_t RawArgument(T value) {
  return static_cast<std::uint64_t>(value);
}
constexpr std::uint64_t RawArgument(Address address) {
  return address.offset();
}

}  // namespace kernel

template <typename... Arguments>
std::int64_t RawSyscall(Kernel& kernel, std::uint64_t number,
                        Arguments... arguments) {
  static_assert(sizeof...(Arguments) <= 6, "a system call takes six at most");
  return kernel.Syscall(number, {kernel::RawArgument(arguments)...});
}

}  // namespace kheap

#endif  // KHEAP_KERNEL_RAW_SYSCALL_H_
