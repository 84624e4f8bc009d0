// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_GUEST_FUNCTION_H_
#define KHEAP_RUNNER_GUEST_FUNCTION_H_

// A function of a process as a callable of C++. It is looked up and its type
// checked once, so that a call costs nanoseconds.
//
// Threads: as its process, one at a time.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "heap/memory_fault.h"
#include "runner/guest_call.h"
#include "runner/machine.h"

namespace kheap {

// How a run, or a call, ended. At most one of the three is there; none means
// that it returned.
struct RunEnd {
  std::optional<MemoryFault> fault;
  std::optional<int> exit_status;  // exit was called, or main returned
  bool steps_used_up = false;
};

template <typename R>
struct CallResult {
  RunEnd end;
  std::optional<R> value;  // if the function returned
};
template <>
struct CallResult<void> {
  RunEnd end;
};

// Runs guest code and says how it ended.
RunEnd RunGuarded(
    Machine& machine,
    absl::FunctionRef<void(std::byte* base, std::uint64_t sp)> call);

template <typename Type>
class GuestFunction;

// GuestProcess::Find makes it; the process outlives it.
template <typename R, typename... A>
class GuestFunction<R(A...)> {
 public:
  CallResult<R> operator()(A... arguments) const {
    CallResult<R> result;
    result.end = RunGuarded(*machine_, [&](std::byte* base, std::uint64_t sp) {
      if constexpr (std::is_void_v<R>) {
        CallVoidEntry(entry_, machine_->heap(), base, sp, arguments...);
      } else {
        result.value =
            CallEntry<R>(entry_, machine_->heap(), base, sp, arguments...);
      }
    });
    return result;
  }

 private:
  friend class GuestProcess;

  GuestFunction(Machine& machine, void* entry)
      : machine_(&machine), entry_(entry) {}
  static std::string Signature() { return SignatureOf<R, A...>(); }

  Machine* machine_;
  void* entry_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_GUEST_FUNCTION_H_
