// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_KERNEL_PAGE_H_
#define KHEAP_KERNEL_KERNEL_PAGE_H_

// The first page of the kernel region: everything the kernel remembers besides
// files. What follows it in the region:
//
//   block 0              this page
//   descriptor_block     descriptor table, then open file descriptions
//   bitmap_block         one bit for each block of the region, set: in use
//   inode_block          inode table
//   data_block … end     directories and files
//
// A block is 4096 bytes; block n begins n blocks behind the region's begin.
// docs/design/kernel.md draws it and names the invariants.

#include <array>
#include <cstdint>

#include "heap/global_heap.h"
#include "heap/memory_layout.h"
#include "kernel/linux_abi.h"
#include "kernel/linux_process_abi.h"

namespace kheap::kernel {

inline constexpr std::uint64_t kBlockBytes = 4096;
static_assert(kBlockBytes == kRegionAlignment);

using BlockNumber = std::uint32_t;
using InodeNumber = std::uint32_t;
inline constexpr BlockNumber kNoBlock = 0;
inline constexpr InodeNumber kNoInode = 0;
inline constexpr InodeNumber kRootInode = 1;

struct Superblock {
  Uint32 block_count;
  Uint32 free_block_count;
  Uint32 first_free_block;  // no lower block is free
  Uint32 inode_count;       // numbered from 1
  Uint32 free_inode_count;
  Uint32 first_free_inode;  // no lower inode is free
  Uint32 descriptor_block;
  Uint32 bitmap_block;
  Uint32 inode_block;
  Uint32 data_block;
};

struct ClockState {
  Int64 busy_nanoseconds;
  Int64 slept_nanoseconds;
};

struct RandomState {
  std::array<Uint64, 4> words;
};

// How the process ended, if it did.
enum class EndKind : std::uint32_t { kRunning, kExited, kSignalled };

// What getpid and gettid yield.
inline constexpr std::int32_t kProcessId = 100;

struct ProcessState {
  Uint32 end_kind;
  Int32 end_value;  // exit status, or signal
  Uint32 umask;
  Uint32 working_directory;  // an inode, held
  Uint64 pending_signals;    // bit n - 1 for signal n
  Uint64 directed_signals;   // of these, those that tkill has sent
  Uint64 blocked_signals;
  Uint64 suspended_mask;  // to block again after sigsuspend
  Uint32 is_suspended;    // whether there is one
  LinuxStack signal_stack;
  std::array<LinuxSigaction, kSignalCount> actions;  // of signal i + 1
  std::array<LinuxRlimit, kLimitCount> limits;
};

struct KernelPage {
  std::array<char, 8> magic;
  Uint32 version;
  Uint32 descriptor_count;  // of the table, in use or not
  Superblock files;
  ClockState clock;
  RandomState random;
  ProcessState process;
  Uint64 seed;  // what everything random follows from
};
static_assert(sizeof(KernelPage) <= kBlockBytes);

inline constexpr std::array<char, 8> kKernelMagic = {'K', 'E', 'R',
                                                     'N', 'E', 'L'};
inline constexpr std::uint32_t kKernelVersion = 2;

// The kernel region is at least one page.
inline KernelPage& KernelPageOf(GlobalHeap& heap) {
  return heap.RuntimeObject<KernelPage>(heap.layout().begin(Region::kKernel));
}
inline const KernelPage& KernelPageOf(const GlobalHeap& heap) {
  return heap.RuntimeObject<KernelPage>(heap.layout().begin(Region::kKernel));
}

inline Address AddressOfBlock(const GlobalHeap& heap, BlockNumber block) {
  return heap.layout().begin(Region::kKernel) + block * kBlockBytes;
}

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_KERNEL_PAGE_H_
