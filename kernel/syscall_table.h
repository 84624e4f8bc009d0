// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_SYSCALL_TABLE_H_
#define KHEAP_KERNEL_SYSCALL_TABLE_H_

// The system calls that the kernel knows, by Linux's generic numbers
// (include/uapi/asm-generic/unistd.h), which RISC-V uses.

#include <cstdint>
#include <span>
#include <string_view>

#include "kernel/kernel_state.h"

namespace kheap::kernel {

struct SystemCallEntry {
  std::uint64_t number;
  std::string_view name;
  SystemCall call;
};

// In order of their numbers.
std::span<const SystemCallEntry> SystemCalls();

// Null for a number that is not there.
const SystemCallEntry* FindSystemCall(std::uint64_t number);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_SYSCALL_TABLE_H_
