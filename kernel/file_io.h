// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_FILE_IO_H_
#define KHEAP_KERNEL_FILE_IO_H_

// Reading and writing what an open file description stands for: a file in the
// arena, a host file, a pipe, a device or the console.

#include <cstdint>
#include <span>

#include "heap/address.h"
#include "kernel/kernel_state.h"
#include "kernel/linux_errno.h"

namespace kheap::kernel {

// Guest memory that may be written to, or read from.
struct Buffer {
  Address address;
  std::uint64_t size_bytes;
};
using Buffers = std::span<const Buffer>;

// Moves bytes at `offset` of the file, where it has one, and returns how many.
// The buffers have been checked; they hold at most kTransferBytesMax bytes. The
// description may be read (or written).
Result ReadFile(KernelState& state, OpenFile& file, std::uint64_t offset,
                Buffers buffers);
Result WriteFile(KernelState& state, OpenFile& file, std::uint64_t offset,
                 Buffers buffers);

// Whether the file has no positions: a pipe or a stream of the console.
bool IsSequential(KernelState& state, const OpenFile& file);
bool IsHostFile(KernelState& state, const OpenFile& file);
// The console's stream, where a file leads to one; `input` says which of them
// the terminal is.
bool FindStream(KernelState& state, const OpenFile& file, bool input,
                Stream& stream);
// Where the file ends.
Result EndOf(KernelState& state, const OpenFile& file);
// The host's descriptor of a host file.
Result HostDescriptorOf(KernelState& state, const OpenFile& file);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_FILE_IO_H_
