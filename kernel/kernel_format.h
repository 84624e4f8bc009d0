// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_KERNEL_FORMAT_H_
#define KHEAP_KERNEL_KERNEL_FORMAT_H_

// The state of a kernel at the start of a process, and where its parts lie.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "heap/global_heap.h"
#include "kernel/kernel.h"
#include "kernel/kernel_page.h"
#include "kernel/kernel_state.h"

namespace kheap::kernel {

bool HasKernel(const GlobalHeap& heap);

// The superblock that fits the region and the limits. Writes nothing.
absl::StatusOr<Superblock> PlanKernel(const GlobalHeap& heap,
                                      const KernelOptions& options);

// Writes the state. If the mounts or the working directory cannot be, the arena
// is to be thrown away.
absl::Status FormatKernel(KernelState& state, const KernelOptions& options,
                          const Superblock& plan);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_KERNEL_FORMAT_H_
