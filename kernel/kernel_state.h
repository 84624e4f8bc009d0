// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_KERNEL_STATE_H_
#define KHEAP_KERNEL_KERNEL_STATE_H_

// The parts of a kernel, as the system calls use them, and the shape of a
// system call.

#include <array>
#include <cstdint>
#include <utility>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "kernel/console.h"
#include "kernel/descriptor_table.h"
#include "kernel/file_system.h"
#include "kernel/guest_memory.h"
#include "kernel/host_folders.h"
#include "kernel/kernel_page.h"
#include "kernel/linux_errno.h"
#include "kernel/path_walk.h"
#include "kernel/signals.h"
#include "kernel/virtual_clock.h"

namespace kheap::kernel {

struct KernelState {
  KernelState(GlobalHeap& heap_used, Console& console_used,
              HostFolders hosts_used, bool real_time)
      : heap(heap_used),
        console(console_used),
        hosts(std::move(hosts_used)),
        memory(heap),
        files(heap),
        descriptors(heap, files),
        walk(files, hosts),
        clock(heap, real_time),
        signals(heap) {}
  KernelState(const KernelState&) = delete;
  KernelState& operator=(const KernelState&) = delete;

  KernelPage& page() { return KernelPageOf(heap); }
  ProcessState& process() { return page().process; }

  GlobalHeap& heap;
  Console& console;
  HostFolders hosts;
  GuestMemory memory;
  FileSystem files;
  DescriptorTable descriptors;
  PathWalk walk;
  VirtualClock clock;
  Signals signals;
};

// The registers a0 … a5.
using Arguments = std::array<std::uint64_t, 6>;
using SystemCall = Result (*)(KernelState& state, const Arguments& arguments);

// Arguments as C declares them: an int is the lower half of its register.
inline std::int32_t ToInt(std::uint64_t argument) {
  return static_cast<std::int32_t>(argument);
}
inline std::uint32_t ToUnsigned(std::uint64_t argument) {
  return static_cast<std::uint32_t>(argument);
}
inline Address ToAddress(std::uint64_t argument) { return Address(argument); }

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_KERNEL_STATE_H_
