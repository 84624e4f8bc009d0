// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_PIPE_H_
#define KHEAP_KERNEL_PIPE_H_

// Pipes: a ring of kPipeBytes in the blocks of an inode without a name.
//
//   | free | pipe_count bytes from pipe_begin on | free |
//
// There is one process, so a pipe that would make it wait makes it wait for
// ever: -EDEADLK instead (-EAGAIN with O_NONBLOCK).
//
// Source: pipe(7) of the Linux man pages for sizes and what is atomic.

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/kernel_state.h"
#include "kernel/linux_errno.h"

namespace kheap::kernel {

inline constexpr std::uint64_t kPipeBytes = 65536;
inline constexpr std::uint64_t kPipeAtomicBytes = 4096;

// A new pipe, held once; -ENFILE without room for its bytes.
Result CreatePipe(FileSystem& files);

// How many bytes a read finds: 0 at the end of the input; -EAGAIN, -EDEADLK.
Result AwaitPipeBytes(KernelState& state, const OpenFile& file);
// 0 if a write of that size may put some of it into the pipe; -EAGAIN,
// -EDEADLK, and -EPIPE with SIGPIPE where there is no reader.
Result AwaitPipeRoom(KernelState& state, const OpenFile& file,
                     std::uint64_t size_bytes);

// Both move as many bytes as they can.
Result TakeFromPipe(FileSystem& files, InodeNumber pipe,
                    std::span<std::byte> to);
Result PutIntoPipe(FileSystem& files, InodeNumber pipe,
                   std::span<const std::byte> from);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_PIPE_H_
