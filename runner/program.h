// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_PROGRAM_H_
#define KHEAP_RUNNER_PROGRAM_H_

// C programs as values of C++:
//
//   auto program = Program::Compile({}, {{"list.c"}}).value();
//   auto run = program.Start().value();
//   auto sum = run->Call<std::int32_t>("sum", head).value();
//   auto add = run->Find<int(int, int)>("add").value();
//   *add(1, 2).value;                       // 3, in nanoseconds
//
// A Program is compiled once; each Start makes a process of its own, with the
// program's globals in place. Processes share nothing: any number, of any
// programs, may be used side by side, each by one thread at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "heap/memory_fault.h"
#include "runner/guest_function.h"
#include "runner/initial_state.h"
#include "runner/machine.h"
#include "runner/sources.h"
#include "scalars/c_array.h"
#include "scalars/guest_type.h"
#include "scalars/ptr.h"

namespace kheap {

// A run from start to end.
struct RunResult {
  RunEnd end;
  std::string output;
  std::string error;   // what it wrote to standard error
  std::string report;  // the fault in words, if there is one
};

// A T as ImageGlobal's type has it.
template <typename T>
struct VariableSignature {
  static std::string Letters() {
    if constexpr (GuestStruct<T>) {
      return absl::StrCat("{", SizeOf<T>(), "}");
    } else {
      return SignatureOf<T>();
    }
  }
};
template <typename T, std::uint64_t N>
struct VariableSignature<CArray<T, N>> {
  static std::string Letters() {
    const std::string element = VariableSignature<T>::Letters();
    return element[0] == '[' ? element : "[" + element;
  }
};

class GuestProcess {
 public:
  // Runs main with these arguments (the first is the program's name) and this
  // environment ("NAME=value"). FailedPrecondition without a main. Once.
  absl::StatusOr<RunEnd> RunMain(
      const std::vector<std::string>& arguments,
      const std::vector<std::string>& environment = {});

  // A function of the program, ready to be called: Find<int(int, int)>("add").
  // Parameters may be numbers, Address, Ptr<T> and structs (guest_value.h).
  // What must agree is what C's ABI tells apart: `int` and `unsigned` are the
  // same.
  //   NotFound         the program defines no such function, or it is static
  //   InvalidArgument  its type is another one
  template <typename Type>
  absl::StatusOr<GuestFunction<Type>> Find(std::string_view name) {
    const auto entry = FindEntry(name, GuestFunction<Type>::Signature());
    if (!entry.ok()) return entry.status();
    return GuestFunction<Type>(*machine_, *entry);
  }
  // Finds it, and calls it once.
  template <typename R, typename... A>
  absl::StatusOr<CallResult<R>> Call(std::string_view name, A... arguments) {
    const auto function = Find<R(A...)>(name);
    if (!function.ok()) return function.status();
    return (*function)(arguments...);
  }

  // A global of the program: a T, or an array of Ts, of which this is the
  // first; T may be a CArray, as int[3] is the row of an int[2][3]. Of numbers
  // the size and the kind count, as in C's ABI, and not the sign; of structs
  // the size; of arrays that whole ones fill the global. A class may also be
  // laid over an array of numbers.
  //   NotFound         there is no such global
  //   InvalidArgument  its type is another one
  template <typename T>
  absl::StatusOr<Ptr<T>> Symbol(std::string_view name) {
    const auto address =
        FindVariable(name, VariableSignature<T>::Letters(), SizeOf<T>());
    if (!address.ok()) return address.status();
    return Ptr<T>(machine_->heap(), *address);
  }

  Process& process() { return machine_->process(); }
  GlobalHeap& heap() { return machine_->heap(); }
  Machine& machine() { return *machine_; }

  // What it has written so far, where RunOptions name no console.
  const std::string& output() const {
    return machine_->captured_console().output();
  }
  const std::string& error() const {
    return machine_->captured_console().error();
  }

  // The last fault in words, as `kheap run` prints it.
  std::string Explain(const MemoryFault& fault) const;

 private:
  friend class Program;

  explicit GuestProcess(std::unique_ptr<Machine> machine)
      : machine_(std::move(machine)) {}

  absl::StatusOr<void*> FindEntry(std::string_view name,
                                  const std::string& signature) const;
  // The global of this name, if it is what the letters say.
  absl::StatusOr<Address> FindVariable(std::string_view name,
                                       const std::string& letters,
                                       std::uint64_t size_bytes) const;

  std::unique_ptr<Machine> machine_;
};

class Program {
 public:
  //   kInvalidArgument    a source does not compile, in the compiler's words;
  //                       two define one name; there is none; no arena has the
  //                       sizes that the options ask for
  //   kNotFound           there is no such file, no clang, or no C library
  //   kPermissionDenied   a source may not be read
  //   kUnimplemented      a source uses what is not supported, or a name that
  //                       nobody defines
  //   kOutOfRange         the arena is too small for the program
  //   kResourceExhausted  the host has no memory for it
  //   kUnavailable        the host has no room for temporary files
  static absl::StatusOr<Program> Compile(const CompileOptions& options,
                                         const std::vector<Source>& sources);

  // A process with the program's globals in place and its C library ready.
  // The first two of these options take longest.
  absl::StatusOr<std::unique_ptr<GuestProcess>> Start(
      const RunOptions& options = {}) const;

  // Starts a process, runs main and returns what came of it. The console of the
  // options is not used: the standard input is `input`.
  absl::StatusOr<RunResult> Run(const std::vector<std::string>& arguments,
                                const std::string& input = {},
                                const RunOptions& options = {}) const;

  // The compiler's warnings.
  const std::string& messages() const { return messages_; }
  const LoadedProgram& code() const { return *code_; }

 private:
  Program(std::shared_ptr<const LoadedProgram> code, std::string messages)
      : code_(std::move(code)),
        processes_(std::make_shared<ProcessSource>()),
        messages_(std::move(messages)) {}

  std::shared_ptr<const LoadedProgram> code_;
  std::shared_ptr<ProcessSource> processes_;
  std::string messages_;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_PROGRAM_H_
