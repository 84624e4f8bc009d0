// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_KERNEL_H_
#define KHEAP_KERNEL_KERNEL_H_

// Kernel is the system under a guest: what a C library asks Linux for. There is
// one way in, Syscall, with RISC-V Linux's numbers, structures and errors.
//
// Its state is in the arena's kernel region: files, open descriptions, signals,
// the clock, the state of randomness, and how the process ended. So a Kernel is
// a view; what it has of its own are the host's console and folders, which
// Attach takes anew, and counts for reports.
//
// The same calls yield the same bytes, on every host. What is read from the
// console and from host folders is input.
//
// A call never raises a fault: a pointer that leads nowhere is EFAULT, and then
// nothing has changed.
//
// docs/design/kernel.md says more.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "heap/global_heap.h"
#include "heap/memory_fault.h"
#include "kernel/console.h"
#include "kernel/host_folders.h"
#include "kernel/signals.h"

namespace kheap {

namespace kernel {
struct KernelState;
}  // namespace kernel

struct KernelOptions {
  // Everything random follows from it: here what getrandom yields.
  std::uint64_t seed = 0;
  // Shows the host's clocks and waits when the guest sleeps.
  bool real_time = false;
  // RLIMIT_NOFILE, and how many descriptors there can be: 3 … 65535.
  std::uint32_t open_files_max = 1024;
  // How many files and directories there can be; 0: one for each 16 KiB of the
  // kernel region.
  std::uint32_t files_max = 0;
  std::vector<HostMount> mounts = {};
  // A guest path that exists: the root, or a mount.
  std::string working_directory = "/";
};

// How a process ended.
struct ProcessEnd {
  enum class Kind : std::uint8_t { kExited, kSignalled };
  Kind kind = Kind::kExited;
  int value = 0;  // the exit status, 0 … 255, or the signal

  friend bool operator==(const ProcessEnd&, const ProcessEnd&) = default;
};

class Kernel {
 public:
  // Below 0: an error number of Linux's, negated.
  using Arguments = std::array<std::uint64_t, 6>;

  // Writes a kernel into an arena whose LayoutOptions::kernel_bytes are not 0.
  // The file system has /tmp, /dev and the mounts; descriptors 0, 1 and 2 are
  // the console. `heap` and `console` outlive the kernel.
  //   FailedPrecondition  the arena has no kernel region, or has a kernel
  //   InvalidArgument     the region or a limit is too small or too large, a
  //                       mount or the working directory cannot be
  //   NotFound …          a host folder, see HostFolder
  static absl::StatusOr<Kernel> Create(GlobalHeap& heap, Console& console,
                                       const KernelOptions& options = {});
  // The kernel that an arena already holds. Of the options, only `real_time`
  // and `mounts` matter, which are in the order they had. FailedPrecondition
  // without a kernel.
  static absl::StatusOr<Kernel> Attach(GlobalHeap& heap, Console& console,
                                       const KernelOptions& options = {});

  // What getrandom yields from now on follows from this seed.
  void Reseed(std::uint64_t seed);
  std::uint64_t seed() const;

  Kernel(Kernel&& other) noexcept;
  Kernel& operator=(Kernel&& other) noexcept;
  ~Kernel();

  // Runs one system call to its end. After an exit or a deadly signal, end()
  // says so and the guest must not go on; after any call, TakeSignal may have
  // a handler to run first.
  std::int64_t Syscall(std::uint64_t number, const Arguments& arguments);

  // Lets time pass for work that the guest did.
  void Advance(std::uint64_t steps);
  // Nanoseconds since the start: the guest's CLOCK_MONOTONIC.
  std::uint64_t now() const;

  // Nothing while the process runs.
  std::optional<ProcessEnd> end() const;
  bool exited() const { return end().has_value(); }

  // Sends a signal, 1 … 64, as kill does.
  void Raise(int signal);
  // The next handler to call, if any. Its signals are blocked until
  // ReturnFromSignal, or until the guest unblocks them.
  std::optional<SignalDelivery> TakeSignal();
  // Writes Linux's siginfo_t, kSiginfoBytes, about a signal with a handler that
  // wants it. The place can be written.
  void WriteSiginfo(Address place, const SignalDelivery& delivery);
  static constexpr std::uint64_t kSiginfoBytes = 128;
  void ReturnFromSignal(const SignalDelivery& delivery);
  // The process's signal mask: bit n - 1 blocks signal n.
  std::uint64_t blocked_signals() const;
  void SetBlockedSignals(std::uint64_t mask);

  // ---- for reports ----------------------------------------------------------

  // Calls that the kernel does not know, by number, with how often each came.
  const std::map<std::uint64_t, std::uint64_t>& unknown_calls() const {
    return unknown_calls_;
  }
  // Why the last call was EFAULT: the fault that the guest would have had.
  std::optional<MemoryFault> bad_pointer() const;

  // OK, or the first broken rule and where.
  absl::Status CheckInvariants() const;

 private:
  explicit Kernel(std::unique_ptr<kernel::KernelState> state);

  static absl::StatusOr<Kernel> View(GlobalHeap& heap, Console& console,
                                     const KernelOptions& options);

  std::unique_ptr<kernel::KernelState> state_;
  std::map<std::uint64_t, std::uint64_t> unknown_calls_;
};

}  // namespace kheap

#endif  // KHEAP_KERNEL_KERNEL_H_
