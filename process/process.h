// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_PROCESS_PROCESS_H_
#define KHEAP_PROCESS_PROCESS_H_

// A Process is one C program's memory: an arena, and the views of it that keep
// globals, blocks and frames. It is the one place that makes them for each
// other, so whoever holds a Process holds an arena in which all of them work.
//
// Move-only. The views stay good when the Process moves, for the arena does
// not. Threads: as for GlobalHeap, one at a time.
//
// docs/design/process.md says more.

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "globaldata/global_data.h"
#include "heap/global_heap.h"
#include "kmalloc/kmalloc.h"
#include "kstack/kstack.h"

namespace kheap {

struct ProcessOptions {
  HeapOptions heap = {};
  MallocPolicy malloc_policy = MallocPolicy::kPages;
};

class Process {
 public:
  // A process without globals, blocks or frames.
  //   InvalidArgument    sizes that do not fit (see MemoryLayout), or a
  //                      capacity above the allocator's
  //   ResourceExhausted  the host lacks the address space or memory, or there
  //                      is no room for a symbol table
  static absl::StatusOr<Process> Create(const ProcessOptions& options = {});

  // The process that an arena already holds, as it was left.
  // FailedPrecondition, and the arena is gone, if it holds none.
  static absl::StatusOr<Process> Attach(std::unique_ptr<GlobalHeap> heap);

  GlobalHeap& heap() { return *heap_; }
  const GlobalHeap& heap() const { return *heap_; }
  GlobalData& data() { return data_; }
  const GlobalData& data() const { return data_; }
  KMalloc& malloc() { return malloc_; }
  const KMalloc& malloc() const { return malloc_; }
  KStack& stack() { return stack_; }
  const KStack& stack() const { return stack_; }

  // OK, or the first rule that any of the parts finds broken, and where.
  absl::Status CheckInvariants() const;

 private:
  Process(std::unique_ptr<GlobalHeap> heap, const GlobalData& data)
      : heap_(std::move(heap)), data_(data), malloc_(*heap_), stack_(*heap_) {}

  std::unique_ptr<GlobalHeap> heap_;
  GlobalData data_;
  KMalloc malloc_;
  KStack stack_;
};

}  // namespace kheap

#endif  // KHEAP_PROCESS_PROCESS_H_
