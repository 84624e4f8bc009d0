// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_INITIAL_STATE_H_
#define KHEAP_RUNNER_INITIAL_STATE_H_

// What every process of a program begins with: its globals in place, an empty
// heap, a formatted kernel. It is set up once and kept as an image, so that a
// further process costs as much as the bytes in it that are not zero.

#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "heap/address.h"
#include "heap/heap_image.h"
#include "kernel/kernel.h"
#include "process/process.h"
#include "runner/loaded_program.h"

namespace kheap {

class InitialState {
 public:
  // As Process::Create, GlobalData and Kernel::Create fail.
  static absl::StatusOr<InitialState> Build(const LoadedProgram& program,
                                            const KernelOptions& options);

  // A process that holds a kernel of these options; the seed is left open.
  absl::StatusOr<Process> NewProcess() const;
  Address errno_cell() const { return errno_cell_; }

 private:
  InitialState(HeapImage image, Address errno_cell)
      : image_(std::move(image)), errno_cell_(errno_cell) {}

  HeapImage image_;
  Address errno_cell_;
};

// Keeps the newest of a program's initial states. Threads: any number.
class InitialStateCache {
 public:
  absl::StatusOr<std::shared_ptr<const InitialState>> For(
      const LoadedProgram& program, const KernelOptions& options);

 private:
  std::mutex mutex_;
  KernelOptions options_;  // of the state
  std::shared_ptr<const InitialState> state_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_INITIAL_STATE_H_
