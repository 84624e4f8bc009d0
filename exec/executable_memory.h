// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_EXEC_EXECUTABLE_MEMORY_H_
#define KHEAP_EXEC_EXECUTABLE_MEMORY_H_

// Memory for code that the host's processor runs: writable, then executable,
// and never both.
//
//             Allocate             Seal                Free
//   (nothing) --------> writable --------> executable --------> freed
//                           |                                     ^
//                           +------------------ Free -------------+
//
//   auto code = ExecutableMemory::Create(heap).value();
//   const Address block = code.Allocate(bytes.size()).value();
//   … store the instructions through the heap …
//   code.Seal(block);
//   code.Run(block, 21);
//
// A block is whole pages between two that nobody may touch. A guest's store to
// a sealed block is fault 120, an access to a freed one fault 113, to a guard
// fault 111 (113 where a block was that is freed), in every mode; the host's
// own memory is protected alike. What is out of order is refused with a Status,
// and every call is in the log.
//
// Code that runs is the host's: it is not checked, and nothing here makes it
// deterministic. Where the log and the state lie is code_records.h; all of it
// is in the arena, and an ExecutableMemory is a view.

#include <cstdint>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "exec/code_records.h"
#include "heap/address.h"
#include "heap/global_heap.h"

namespace kheap {

enum class CodeAction : std::uint8_t {
  kAllocate,
  kSeal,
  kRun,
  kVerify,
  kFree,
};
std::string_view ToString(CodeAction action);

// A line of the log.
struct CodeEvent {
  std::uint64_t serial;  // 1 for the first event ever
  CodeAction action;
  absl::StatusCode outcome;
  Address block;             // null where there is none
  std::uint64_t size_bytes;  // as asked for, of kAllocate; else 0

  friend bool operator==(const CodeEvent&, const CodeEvent&) = default;
};

struct CodeBlock {
  Address begin;
  std::uint64_t size_bytes;  // as asked for
  CodeState state;
  Digest hash;  // of its whole pages, once sealed
};

struct CodeOptions {
  // The most bytes that live blocks may have, in whole pages; the region's size
  // if that is less.
  std::uint64_t quota_bytes = kCodePageCountMax * kCodePageBytes;
};

class ExecutableMemory {
 public:
  // FailedPrecondition in an arena whose LayoutOptions::code_bytes are 0, and
  // if it was made before.
  static absl::StatusOr<ExecutableMemory> Create(
      GlobalHeap& heap, const CodeOptions& options = {});
  // A view of what Create made. FailedPrecondition without it.
  static absl::StatusOr<ExecutableMemory> Attach(GlobalHeap& heap);

  // A writable, uninitialised block, at a multiple of kCodePageBytes.
  //   InvalidArgument    a size of 0
  //   ResourceExhausted  above the quota, or no run of pages is long enough
  absl::StatusOr<Address> Allocate(std::uint64_t size_bytes);

  // The four below name a block by its begin: NotFound elsewhere.

  // Makes a writable block executable, for good, and takes its pages' hash.
  // FailedPrecondition for any other.
  absl::Status Seal(Address block);
  // Calls the function that a sealed block begins with. FailedPrecondition for
  // any other.
  absl::StatusOr<std::uint64_t> Run(Address block, std::uint64_t argument);
  // DataLoss if a byte of a sealed block's pages is not what was sealed.
  // FailedPrecondition for any other.
  absl::Status Verify(Address block);
  // Gives the block's pages back, zeroed. Nothing happens to a freed one.
  // Unavailable if the host refuses: to make them writable, then nothing has
  // changed; or unwritable again, then the block is writable, zero, still live,
  // and to be freed once more.
  absl::Status Free(Address block);

  std::uint64_t quota_bytes() const { return records().header.quota_bytes; }
  std::uint64_t live_bytes() const { return records().header.live_bytes; }
  // Every block, also freed ones whose pages nobody has taken; lowest first.
  void ForEach(absl::FunctionRef<void(const CodeBlock&)> visit) const;
  // The last kAuditRecordCount events, oldest first.
  void ForEachEvent(absl::FunctionRef<void(const CodeEvent&)> visit) const;

  // OK, or the first broken rule and where.
  absl::Status CheckInvariants() const;

 private:
  explicit ExecutableMemory(GlobalHeap& heap) : heap_(&heap) {}

  CodeRecords& records() const {
    return *reinterpret_cast<CodeRecords*>(
        heap_->base() + heap_->layout().begin(Region::kCode).offset());
  }
  CodeRecord& record(Address block) const {
    return records().blocks[CodePageOf(block)];
  }
  std::uint64_t page_count() const {
    return (heap_->layout().end(Region::kCode) - kCodePagesBegin) /
           kCodePageBytes;
  }
  CodeState StateOf(Address block) const {
    return heap_->code_state(CodePageOf(block));
  }
  bool IsLive(std::uint64_t page) const;
  // Whether its pages are those of its size, all in its state, and guarded.
  bool IsWhole(const CodeBlock& block) const;
  absl::Status Require(Address block) const;
  absl::Status RequireState(Address block, CodeState state,
                            std::string_view wanted) const;
  // The first page of the lowest run of that many with a guard on both sides.
  absl::StatusOr<std::uint64_t> FindPages(std::uint64_t count) const;
  absl::StatusOr<Address> TakePages(std::uint64_t size_bytes);
  Digest HashOf(Address block) const;
  // Do what their namesakes do, and write nothing into the log.
  absl::Status SealBlock(Address block);
  absl::Status VerifyBlock(Address block) const;
  absl::Status FreeBlock(Address block);
  void Log(CodeAction action, const absl::Status& outcome, Address block,
           std::uint64_t size_bytes);

  GlobalHeap* heap_;
};

}  // namespace kheap

#endif  // KHEAP_EXEC_EXECUTABLE_MEMORY_H_
