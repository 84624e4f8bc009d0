// SPDX-License-Identifier: Apache-2.0
#include "process/process.h"

#include "kmalloc/directory.h"

namespace kheap {

absl::StatusOr<Process> Process::Create(const ProcessOptions& options) {
  absl::StatusOr<std::unique_ptr<GlobalHeap>> heap =
      GlobalHeap::Create(options.heap);
  if (!heap.ok()) return heap.status();
  const absl::StatusOr<GlobalData> data = GlobalData::Create(**heap);
  if (!data.ok()) return data.status();
  const absl::StatusOr<KMalloc> malloc =
      KMalloc::Create(**heap, options.malloc_policy);
  if (!malloc.ok()) return malloc.status();
  return Process(*std::move(heap), *data);
}

absl::StatusOr<Process> Process::Attach(std::unique_ptr<GlobalHeap> heap) {
  const absl::StatusOr<GlobalData> data = GlobalData::Attach(*heap);
  if (!data.ok()) return data.status();
  // An allocator has a top from its first moment on.
  if (Directory(*heap).header().top == 0) {
    return absl::FailedPreconditionError("the arena has no allocator");
  }
  return Process(std::move(heap), *data);
}

absl::Status Process::CheckInvariants() const {
  if (absl::Status status = data_.CheckInvariants(); !status.ok()) {
    return status;
  }
  if (absl::Status status = stack_.CheckInvariants(); !status.ok()) {
    return status;
  }
  return malloc_.CheckInvariants();
}

}  // namespace kheap
