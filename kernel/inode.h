// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_INODE_H_
#define KHEAP_KERNEL_INODE_H_

// An inode: all about a file except its names. It is in use if its mode is not
// zero, and lasts while it has a link (a name) or a holder (an open file
// description, or being the working directory).
//
// Where its bytes are: block i of the file is
//
//   i < 12                     direct[i]
//   the next 1024              in the block of block numbers indirect[0]
//   the next 1024 * 1024       two such steps below indirect[1]
//   the next 1024 ^ 3          three below indirect[2]
//
// A number of 0 is a hole: zeros that take no space.
//
// Source: D. Ritchie and K. Thompson, "The UNIX Time-Sharing System", CACM 17,
// 1974; the numbers of ext2.

#include <array>
#include <cstdint>

#include "kernel/kernel_page.h"

namespace kheap::kernel {

inline constexpr std::uint64_t kDirectCount = 12;
inline constexpr std::uint64_t kIndirectFanout = kBlockBytes / 4;
inline constexpr std::uint64_t kFileBlocksMax =
    kDirectCount + kIndirectFanout + kIndirectFanout * kIndirectFanout +
    kIndirectFanout * kIndirectFanout * kIndirectFanout;
inline constexpr std::uint64_t kFileBytesMax = kFileBlocksMax * kBlockBytes;

// The type, in a mode, of an inode whose content is the path of a host file:
// no file of the guest's, but the place an open description keeps it at.
inline constexpr std::uint32_t kHostPathMode = 65536;

struct Inode {
  Uint32 mode;
  Uint32 link_count;
  Uint32 holder_count;
  Uint32 block_count;  // direct and indirect
  Uint64 size_bytes;
  Int64 access_time;  // nanoseconds since 1970
  Int64 modify_time;
  Int64 change_time;
  Uint32 device;      // of a character device, kernel/devices.h
  Uint32 mount;       // of a mount point or host path: its number; else 0
  Uint32 pipe_begin;  // where the oldest byte of a pipe is
  Uint32 pipe_count;  // how many bytes are in it
  std::array<Uint32, kDirectCount> direct;
  std::array<Uint32, 3> indirect;
  Uint32 reserved;

  std::uint32_t type() const { return mode.get() / 4096 * 4096; }
  bool IsDirectory() const { return type() == kS_IFDIR; }
  bool IsRegular() const { return type() == kS_IFREG; }
  bool IsSymbolicLink() const { return type() == kS_IFLNK; }
};
static_assert(sizeof(Inode) == 128);
static_assert(kBlockBytes % sizeof(Inode) == 0);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_INODE_H_
