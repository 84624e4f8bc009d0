// SPDX-License-Identifier: Apache-2.0
#include "runner/program.h"

#include <algorithm>

#include "bitshift/bits.h"
#include "runner/fault_report.h"
#include "runner/program_compiler.h"
#include "runner/signature.h"

namespace kheap {

namespace {

constexpr std::uint64_t kArgumentBytesMax = 128 * 1024;

// Strings and the arrays of pointers to them at the upper end of the stack, as
// Linux leaves them for a new process.
class StartStack {
 public:
  StartStack(GlobalHeap& heap, std::uint64_t sp) : heap_(heap), sp_(sp) {}

  // The guest address of an array that ends in a null pointer.
  std::uint64_t Push(const std::vector<std::string>& texts) {
    std::vector<std::uint64_t> pointers;
    for (const std::string& text : texts) {
      pointers.push_back(PushText(text));
    }
    pointers.push_back(0);
    sp_ = bits::AlignDown(sp_ - 8 * pointers.size(), 16);
    for (std::size_t i = 0; i < pointers.size(); ++i) {
      Put(sp_ + 8 * i, 8);
      heap_.Store<std::uint64_t>(Address(sp_ + 8 * i), pointers[i]);
    }
    return sp_;
  }
  std::uint64_t sp() const { return sp_; }

 private:
  std::uint64_t PushText(const std::string& text) {
    sp_ -= text.size() + 1;
    Put(sp_, text.size() + 1);
    for (std::size_t i = 0; i <= text.size(); ++i) {
      heap_.Store<std::uint8_t>(Address(sp_ + i),
                                static_cast<std::uint8_t>(text.c_str()[i]));
    }
    return sp_;
  }
  void Put(std::uint64_t begin, std::uint64_t size_bytes) {
    if (Shadow* const shadow = heap_.shadow()) {
      shadow->Set(Address(begin), size_bytes, ShadowByte::kUninitialised);
    }
  }

  GlobalHeap& heap_;
  std::uint64_t sp_;
};

std::uint64_t BytesOf(const std::vector<std::string>& texts) {
  std::uint64_t bytes = 16;
  for (const std::string& text : texts) bytes += text.size() + 1 + 8;
  return bytes;
}

}  // namespace

absl::StatusOr<Program> Program::Compile(const CompileOptions& options,
                                         const std::vector<Source>& sources) {
  if (sources.empty()) {
    return absl::InvalidArgumentError("a program needs a source");
  }
  auto compiled = CompileProgram(options, sources);
  if (!compiled.ok()) return compiled.status();
  auto code = LoadedProgram::Load(compiled->object);
  if (!code.ok()) return code.status();
  return Program(*std::move(code), std::move(compiled->messages));
}

absl::StatusOr<std::unique_ptr<GuestProcess>> Program::Start(
    const RunOptions& options) const {
  auto start = processes_->NewProcess(*code_, options.kernel);
  if (!start.ok()) return start.status();
  auto machine = Machine::Create(code_, *std::move(start), options);
  if (!machine.ok()) return machine.status();
  return std::unique_ptr<GuestProcess>(new GuestProcess(*std::move(machine)));
}

absl::StatusOr<void*> GuestProcess::FindEntry(
    std::string_view name, const std::string& signature) const {
  const absl::string_view shown(name.data(), name.size());
  const LoadedProgram::Function* const function =
      machine_->program().FindFunction(name);
  if (function == nullptr) {
    return absl::NotFoundError(absl::StrCat("the program has no function `",
                                            shown, "` that is not static"));
  }
  if (function->signature != signature || function->entry == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", shown, "` is `", function->prototype,
                     "`, and was asked for as `", PrototypeOf(signature), "`"));
  }
  return function->entry;
}

absl::StatusOr<Address> GuestProcess::FindVariable(
    std::string_view name, const std::string& letters,
    std::uint64_t size_bytes) const {
  const absl::string_view shown(name.data(), name.size());
  const auto symbol = machine_->process().data().Find(name);
  if (!symbol.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("the program has no global `", shown, "`"));
  }
  const std::vector<ImageGlobal>& globals = machine_->program().image().globals;
  const auto global = std::ranges::find(globals, name, &ImageGlobal::name);
  std::string_view type;
  if (global != globals.end()) type = global->type;
  const bool is_array = type.starts_with('[');
  const std::string_view element = type.substr(is_array ? 1 : 0);
  const std::string_view asked =
      std::string_view(letters).substr(letters[0] == '[' ? 1 : 0);
  const bool agrees = type == letters || element == letters;
  const bool lies_over_numbers =
      is_array && asked[0] == '{' && element[0] != '{';
  if (!type.empty() && !agrees && !lies_over_numbers) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", shown, "` is `", global->c_type,
                     "`, and was asked for as `", TypeNameOf(letters), "`"));
  }
  if (size_bytes == 0 || symbol->size_bytes % size_bytes != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", shown, "` has ", symbol->size_bytes,
                     " bytes, no multiple of ", size_bytes));
  }
  return symbol->address;
}

RunEnd RunGuarded(
    Machine& machine,
    absl::FunctionRef<void(std::byte* base, std::uint64_t sp)> call) {
  RunEnd end;
  try {
    machine.SyncLimits();
    machine.RunGuest(call);
  } catch (const MemoryFault& fault) {
    end.fault = fault;
  } catch (const GuestExit& exit) {
    end.exit_status = exit.status;
  } catch (const StepsUsedUp&) {
    end.steps_used_up = true;
  }
  return end;
}

absl::StatusOr<RunResult> Program::Run(
    const std::vector<std::string>& arguments, const std::string& input,
    const RunOptions& options) const {
  CapturedConsole console(input);
  RunOptions captured = options;
  captured.console = &console;
  const auto process = Start(captured);
  if (!process.ok()) return process.status();
  const auto end = (*process)->RunMain(arguments);
  if (!end.ok()) return end.status();
  RunResult result = {*end, console.output(), console.error(), ""};
  if (end->fault.has_value()) result.report = (*process)->Explain(*end->fault);
  return result;
}

absl::StatusOr<RunEnd> GuestProcess::RunMain(
    const std::vector<std::string>& arguments,
    const std::vector<std::string>& environment) {
  const LoadedProgram::Function* const start =
      machine_->program().FindFunction("__kheap_start");
  if (start == nullptr || start->entry == nullptr) {
    return absl::FailedPreconditionError("the program has no main");
  }
  if (BytesOf(arguments) + BytesOf(environment) > kArgumentBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("arguments and environment have more than ",
                     kArgumentBytesMax, " bytes"));
  }
  return RunGuarded(*machine_, [&](std::byte* base, std::uint64_t sp) {
    StartStack stack(machine_->heap(), sp);
    const std::uint64_t envp = stack.Push(environment);
    const std::uint64_t argv = stack.Push(arguments);
    using Entry =
        void (*)(std::byte*, std::uint64_t, int, std::uint64_t, std::uint64_t);
    reinterpret_cast<Entry>(start->entry)(
        base, stack.sp(), static_cast<int>(arguments.size()), argv, envp);
  });
}

std::string GuestProcess::Explain(const MemoryFault& fault) const {
  try {
    return FaultReport(*machine_, fault);
  } catch (const MemoryFault& broken) {
    // What the report looks up lies in the arena, and may be broken too.
    return absl::StrCat(ToString(fault),
                        "\n  no more is known: ", ToString(broken), "\n");
  }
}

}  // namespace kheap
