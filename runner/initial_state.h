// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_INITIAL_STATE_H_
#define KHEAP_RUNNER_INITIAL_STATE_H_

// What every process of a program begins with: its globals in place, an empty
// heap, a formatted kernel. Where it comes from, cheapest last:
//
//   set up     the first process
//   an image   a further one: as much work as there are bytes that are not zero
//   used ones  a process that has ended gets the bytes that it began with back,
//              in memory that the host has mapped already
//
// Threads: any number.

#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/statusor.h"
#include "heap/address.h"
#include "heap/heap_image.h"
#include "kernel/kernel.h"
#include "process/process.h"
#include "runner/loaded_program.h"

namespace kheap {

// A process that has not run, and holds a kernel; its seed is left open.
struct FreshProcess {
  // As Process::Create, GlobalData and Kernel::Create fail.
  static absl::StatusOr<FreshProcess> SetUp(const LoadedProgram& program,
                                            const KernelOptions& options);

  Process process;
  Address errno_cell;  // where the guest finds errno
};

class InitialState {
 public:
  static absl::StatusOr<std::shared_ptr<InitialState>> Of(
      const FreshProcess& fresh);

  absl::StatusOr<FreshProcess> NewProcess();
  // For a process of NewProcess that has ended: may be used again.
  void TakeBack(Process process);

 private:
  InitialState(HeapImage image, Address errno_cell)
      : image_(std::move(image)), errno_cell_(errno_cell) {}

  // Whether a used process is as the image says again.
  [[nodiscard]] bool Restore(GlobalHeap& heap) const;

  const HeapImage image_;
  const Address errno_cell_;
  std::mutex mutex_;
  std::vector<Process> used_;  // and restored
};

// The processes of one program.
class ProcessSource {
 public:
  struct Start {
    FreshProcess fresh;
    // Who takes the process back, or null.
    std::shared_ptr<InitialState> origin;
  };
  absl::StatusOr<Start> NewProcess(const LoadedProgram& program,
                                   const KernelOptions& options);

 private:
  // The state that processes with these options begin with, which is kept for
  // the newest options only; null where none has begun with them.
  absl::StatusOr<std::shared_ptr<InitialState>> StateFor(
      const LoadedProgram& program, const KernelOptions& options);

  std::mutex mutex_;
  bool has_begun_ = false;  // a process with these options
  KernelOptions options_;
  std::shared_ptr<InitialState> state_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_INITIAL_STATE_H_
