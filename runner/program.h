// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_PROGRAM_H_
#define KHEAP_RUNNER_PROGRAM_H_

// C programs as values of C++:
//
//   auto program = Program::Compile({}, {{"list.c"}}).value();
//   auto run = program.Start().value();
//   auto sum = run->Call<std::int32_t>("sum", head).value();
//
// A Program is compiled once; each Start makes a process of its own, with the
// program's globals in place. Processes share nothing: any number, of any
// programs, may be used side by side, each by one thread at a time.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "heap/address.h"
#include "heap/memory_fault.h"
#include "runner/guest_call.h"
#include "runner/machine.h"
#include "runner/sources.h"
#include "scalars/ptr.h"

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

class GuestProcess {
 public:
  // Runs main with these arguments (the first is the program's name) and this
  // environment ("NAME=value"). FailedPrecondition without a main. Once.
  absl::StatusOr<RunEnd> RunMain(
      const std::vector<std::string>& arguments,
      const std::vector<std::string>& environment = {});

  // Calls a function of the program with numbers, addresses and Ptr<T>.
  //   NotFound         the program defines no such function, or it is static
  //   InvalidArgument  its type is another one
  template <typename R, typename... A>
  absl::StatusOr<CallResult<R>> Call(std::string_view name, A... arguments) {
    const auto entry = FindEntry(name, SignatureOf<R, A...>());
    if (!entry.ok()) return entry.status();
    CallResult<R> result;
    result.end = Guard([&](std::byte* base, std::uint64_t sp) {
      using Entry = Wire<R> (*)(std::byte*, std::uint64_t, Wire<A>...);
      const auto function = reinterpret_cast<Entry>(*entry);
      if constexpr (std::is_void_v<R>) {
        function(base, sp, ToWire(arguments)...);
      } else {
        result.value =
            FromWire<R>(heap(), function(base, sp, ToWire(arguments)...));
      }
    });
    return result;
  }

  // A global of the program. InvalidArgument if it is not of T's size.
  template <typename T>
  absl::StatusOr<Ptr<T>> Symbol(std::string_view name) {
    const auto symbol = machine_->process().data().Find(name);
    if (!symbol.has_value()) {
      return absl::NotFoundError(
          absl::StrCat("the program has no global `",
                       absl::string_view(name.data(), name.size()), "`"));
    }
    if (symbol->size_bytes % sizeof(T) != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "`", absl::string_view(name.data(), name.size()), "` has ",
          symbol->size_bytes, " bytes, no multiple of ", sizeof(T)));
    }
    return Ptr<T>(machine_->heap(), symbol->address);
  }

  Process& process() { return machine_->process(); }
  GlobalHeap& heap() { return machine_->heap(); }
  Machine& machine() { return *machine_; }

  // The last fault in words, as `kheap run` prints it.
  std::string Explain(const MemoryFault& fault) const;

 private:
  friend class Program;

  explicit GuestProcess(std::unique_ptr<Machine> machine)
      : machine_(std::move(machine)) {}

  absl::StatusOr<void*> FindEntry(std::string_view name,
                                  const std::string& signature) const;
  // Runs guest code and says how it ended.
  RunEnd Guard(absl::FunctionRef<void(std::byte* base, std::uint64_t sp)> call);

  std::unique_ptr<Machine> machine_;
};

class Program {
 public:
  // InvalidArgument where a source does not compile or does not link, with the
  // compiler's words; or names what is not supported.
  static absl::StatusOr<Program> Compile(const CompileOptions& options,
                                         const std::vector<Source>& sources);

  // A process with the program's globals in place and its C library ready.
  absl::StatusOr<std::unique_ptr<GuestProcess>> Start(
      const RunOptions& options = {}) const;

  // The compiler's warnings.
  const std::string& messages() const { return messages_; }
  const LoadedProgram& code() const { return *code_; }

 private:
  Program(std::shared_ptr<const LoadedProgram> code, std::string messages)
      : code_(std::move(code)), messages_(std::move(messages)) {}

  std::shared_ptr<const LoadedProgram> code_;
  std::string messages_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_PROGRAM_H_
