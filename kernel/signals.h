// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_SIGNALS_H_
#define KHEAP_KERNEL_SIGNALS_H_

// Signals of the one process: what is pending, what is blocked, and what each
// does. A signal waits until it is not blocked; then it is ignored, ends the
// process, or is handed to whoever runs the guest, who calls its handler.
//
// A stop signal does nothing: nobody is there who could continue the process.

#include <cstdint>
#include <optional>

#include "heap/global_heap.h"
#include "kernel/kernel_page.h"
#include "kernel/linux_errno.h"

namespace kheap {

// A handler to be called as handler(signal), or with two arguments more where
// it wants information, and then ReturnFromSignal.
struct SignalDelivery {
  int signal = 0;
  std::uint64_t handler = 0;  // as the guest gave it
  bool wants_info = false;    // has SA_SIGINFO
  std::int32_t code = 0;      // si_code
  // What ReturnFromSignal puts back; not if the handler left by longjmp.
  std::uint64_t mask_before = 0;

  friend bool operator==(const SignalDelivery&,
                         const SignalDelivery&) = default;
};

}  // namespace kheap

namespace kheap::kernel {

class Signals {
 public:
  explicit Signals(GlobalHeap& heap) : heap_(&heap) {}

  // `signal` is 1 … kSignalCount. One that is pending already stays what it is.
  void Raise(int signal, std::int32_t code = kSI_USER);
  // Lets pending signals do what needs no handler.
  void Deliver();
  // The next handler to call, if any, with its signals blocked.
  std::optional<SignalDelivery> Take();

  LinuxSigaction& ActionOf(int signal) const;
  // Takes a new action; a signal that it ignores is pending no longer.
  void SetAction(int signal, const LinuxSigaction& action);
  std::uint64_t pending() const { return process().pending_signals; }
  std::uint64_t blocked() const { return process().blocked_signals; }
  // Takes the lowest pending signal of the mask away, so that no handler
  // hears of it: its number and code, or nothing if there is none.
  std::optional<LinuxSiginfo> Accept(std::uint64_t mask);
  // What a handler, or who waits, hears of a signal.
  static LinuxSiginfo InfoOf(int signal, std::int32_t code);
  // SIGKILL and SIGSTOP stay out of it.
  void SetBlocked(std::uint64_t mask);
  // Blocks these until a signal has been delivered.
  void SuspendWith(std::uint64_t mask);

 private:
  ProcessState& process() const { return KernelPageOf(*heap_).process; }
  // The lowest pending signal that is not blocked, or 0.
  int FindDeliverable() const;
  bool IsIgnored(int signal) const;
  void Clear(int signal);
  std::int32_t CodeOf(int signal) const;

  GlobalHeap* heap_;
};

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_SIGNALS_H_
