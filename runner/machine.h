// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_MACHINE_H_
#define KHEAP_RUNNER_MACHINE_H_

// One run of a program: its process, and what the host keeps beside the arena
// while compiled code works in it. Builtins find it through the context that
// lies before the arena.

#include <csetjmp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "kernel/console.h"
#include "kernel/kernel.h"
#include "process/process.h"
#include "runner/call_stack.h"
#include "runner/guest_abi.h"
#include "runner/initial_state.h"
#include "runner/loaded_program.h"

namespace kheap {

struct RunOptions {
  KernelOptions kernel = {};
  std::uint64_t max_steps = 0;  // in a program that counts them
  // Where the standard streams lead; nullptr: no input, captured output. It
  // outlives the process.
  Console* console = nullptr;
};

// Why a run ended other than by returning.
struct GuestExit {
  int status;
};
struct StepsUsedUp {};

// What led to a bad target (fault 121).
enum class TargetKind : std::uint8_t { kPointer, kJump, kHandler };

// Where compiled code was when it faulted.
struct FaultPlace {
  std::optional<SiteRecord> site;
  CallStack calls;
  TargetKind target = TargetKind::kPointer;
};

// Where a block of malloc came from and went, as far as it is known.
struct BlockHistory {
  std::optional<std::string> allocated;
  std::optional<std::string> freed;
  bool is_moved = false;  // freed by a realloc that gave another
};

class Machine {
 public:
  // `start` is one of the program's, with these options.
  static absl::StatusOr<std::unique_ptr<Machine>> Create(
      std::shared_ptr<const LoadedProgram> program, ProcessSource::Start start,
      const RunOptions& options);
  ~Machine();

  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  Process& process() { return process_; }
  GlobalHeap& heap() { return process_.heap(); }
  KMalloc& malloc() { return process_.malloc(); }
  Kernel& kernel() { return *kernel_; }
  const CapturedConsole& captured_console() const { return captured_console_; }
  const LoadedProgram& program() const { return *program_; }
  GuestContext& context() const {
    return *reinterpret_cast<GuestContext*>(process_.heap().context());
  }
  const FaultPlace& fault_place() const { return fault_place_; }

  static Machine& Of(std::byte* base) {
    const auto* const context =
        reinterpret_cast<const GuestContext*>(base - GlobalHeap::kContextBytes);
    return *reinterpret_cast<Machine*>(context->machine);
  }

  // Runs `call` with a stack of its own for the host's frames. A MemoryFault,
  // a GuestExit or a StepsUsedUp that it throws comes through.
  void RunGuest(
      absl::FunctionRef<void(std::byte* base, std::uint64_t sp)> call);

  // Puts the limits of the arena where compiled code looks for them. After
  // everything that may move the break.
  void SyncLimits();

  // ---- for builtins ---------------------------------------------------------

  [[noreturn]] void RaiseAt(std::uint32_t site, Address address,
                            std::uint64_t sp);
  // Notes where the guest is, for the report, and throws.
  [[noreturn]] void Raise(const MemoryFault& fault,
                          TargetKind target = TargetKind::kPointer);

  // Where the host's setjmp for the guest's call at `site` is to put what it
  // keeps. The guest's buffer gets its number, so a copy is as good. With
  // `keeps_mask` a jump there sets today's signal mask again.
  std::jmp_buf& SetjmpBuffer(Address buffer, std::uint64_t site,
                             std::uint64_t caller_sp, std::uint64_t sp,
                             bool keeps_mask);
  void LeaveSetjmp(std::uint64_t caller_sp);
  [[noreturn]] void Longjmp(Address buffer, int value, std::uint64_t sp);

  // Runs a system call, and the handlers of the signals that it leaves.
  std::int64_t Syscall(std::uint64_t number, const Kernel::Arguments& arguments,
                       std::uint64_t sp);

  const std::uint64_t errno_cell;  // the guest address of errno
  // After a failure: what the arena's own functions set is the guest's errno.
  void PassErrno();

  // In checked mode, around malloc and free: notes where the guest called them.
  void NoteAllocation(Address block);
  void NoteFree(Address block);
  void NoteRealloc(Address block, std::uint64_t size_bytes);
  BlockHistory HistoryOf(std::uint64_t sequence) const;

 private:
  struct Landing {
    std::jmp_buf host;
    std::uint64_t site;
    std::uint64_t caller_sp;
    std::uint64_t sp;
    std::optional<std::uint64_t> signal_mask;  // if it is to be set again
  };

  Machine(std::shared_ptr<const LoadedProgram> program,
          ProcessSource::Start start);

  [[noreturn]] void Throw(MemoryFault fault) const;
  // Lets the kernel's clock pass by the steps since the last time.
  void PassTime();
  std::uint64_t NumberIn(Address buffer);
  // Throws GuestExit if the process has ended.
  void LeaveIfEnded();
  void RunSignalHandlers(std::uint64_t sp);
  // Calls the handler; false if there is no function that can be one.
  bool CallHandler(const SignalDelivery& delivery, std::uint64_t sp);
  // Writes what the handler wants to know below `sp`, and says where.
  Address PushSiginfo(const SignalDelivery& delivery, std::uint64_t sp);

  std::shared_ptr<const LoadedProgram> program_;
  std::shared_ptr<InitialState> origin_;
  mutable Process process_;
  CapturedConsole captured_console_;
  std::optional<Kernel> kernel_;
  std::uint64_t last_steps_left_ = 0;  // when time passed
  FaultPlace fault_place_;
  // By the number in the guest's buffer.
  std::map<std::uint64_t, std::unique_ptr<Landing>> landings_;
  std::uint64_t landing_count_ = 0;
  // By the number of the allocation: sites, or 0. A report's, not the run's.
  struct BlockSites {
    std::uint32_t allocated = 0;
    std::uint32_t freed = 0;
    bool is_moved = false;
  };
  BlockSites* FreedSites(Address block);
  std::vector<BlockSites> block_sites_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_MACHINE_H_
