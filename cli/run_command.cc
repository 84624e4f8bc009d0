// SPDX-License-Identifier: Apache-2.0
#include "cli/run_command.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/options.h"
#include "cli/program_options.h"
#include "cli/quantity.h"
#include "cli/signal_name.h"
#include "kernel/console.h"
#include "kernel/linux_errno.h"
#include "kernel/syscall_name.h"
#include "runner/leaks.h"
#include "runner/program.h"
#include "runner/program_compiler.h"

namespace kheap::cli {

namespace {

constexpr std::string_view kUsage =
    R"(Usage: kheap run [OPTION…] FILE… [-- ARGUMENT…]

Compiles a C program (C, LLVM bitcode or LLVM assembly), runs it inside one
arena, and explains the memory error that it ends in.
)";

constexpr std::string_view kStatuses = R"(
The exit status is the program's own; 2 where it does not compile; 110 to 123
for a memory error (its report goes to standard error); 124 where the steps are
used up; 128 and the signal's number where a signal killed it; 1 instead of 0
where its output cannot be written.
)";

constexpr int kExitStepsUsedUp = 124;

using Clock = std::chrono::steady_clock;

struct Settings {
  ProgramSettings program;
  std::optional<EmittedForm> emit;
  bool shows_digest = false;
  bool shows_leaks = false;
  bool shows_stats = false;
  bool shows_time = false;
  bool is_verbose = false;
};

absl::Status SetEmit(std::string_view value, Settings& settings) {
  if (value == "ir") {
    settings.emit = EmittedForm::kAssembly;
  } else if (value == "bitcode") {
    settings.emit = EmittedForm::kBitcode;
  } else {
    return absl::InvalidArgumentError("is neither ir nor bitcode");
  }
  return absl::OkStatus();
}

std::vector<Option> OptionsFor(Settings& settings) {
  std::vector<Option> options = ProgramOptions(settings.program);
  const std::initializer_list<Option> own = {
      {"leaks", "", "list the blocks that are not freed at the end",
       SetFlag(settings.shows_leaks, true)},
      {"stats", "", "print what malloc did",
       SetFlag(settings.shows_stats, true)},
      {"verbose", "", "list the system calls that are not supported",
       SetFlag(settings.is_verbose, true)},
      {"digest", "", "print a digest of the arena at the end",
       SetFlag(settings.shows_digest, true)},
      {"time", "", "print how long each part took",
       SetFlag(settings.shows_time, true)},
      {"emit", "ir|bitcode",
       "do not run; print the translated program as LLVM\n"
       "assembly, to read, or the compiled one as\n"
       "bitcode, to run",
       [&settings](std::string_view text) { return SetEmit(text, settings); }},
  };
  options.insert(options.end(), own);
  return options;
}

// The host's streams, and what became of the output.
class RunConsole : public HostConsole {
 public:
  kernel::Result Write(Stream stream,
                       std::span<const std::byte> from) override {
    const kernel::Result result = HostConsole::Write(stream, from);
    // A full pipe that does not block is no loss: the program tries again.
    if (stream == Stream::kOutput && result < 0 && result != -kernel::kEAGAIN &&
        output_error_ == 0) {
      output_error_ = static_cast<int>(-result);
    }
    return result;
  }
  // Why some of it did not arrive, or 0.
  int output_error() const { return output_error_; }

 private:
  int output_error_ = 0;
};

int Fail(const absl::Status& status, Console& console) {
  console.err << RefusalText(status, "run");
  return kExitUsage;
}

// Some of the blocks that were not freed.
struct LeakTotal {
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;

  void Add(const Leak& leak) {
    blocks += 1;
    bytes += leak.block.size_bytes;
  }
  std::string Text() const {
    return absl::StrCat(Count(blocks, "block"), ", ", Count(bytes, "byte"));
  }
};

void ReportLeaks(GuestProcess& process, Console& console) {
  LeakTotal all;
  LeakTotal kept;
  std::string text;
  for (const Leak& leak : FindLeaks(process.machine())) {
    all.Add(leak);
    absl::StrAppend(&text, "leak: ", Count(leak.block.size_bytes, "byte"),
                    " at ", ToString(leak.block.begin));
    const BlockHistory history =
        process.machine().HistoryOf(leak.block.sequence);
    if (history.allocated.has_value()) {
      absl::StrAppend(&text, ", allocated at ", *history.allocated);
    }
    if (leak.is_kept) {
      kept.Add(leak);
      absl::StrAppend(&text, ", still kept by ",
                      leak.keeper.empty()
                          ? "the C library"
                          : absl::StrCat("`", leak.keeper, "`"));
    }
    text += '\n';
  }
  absl::StrAppend(&text, "leaks: ", all.Text());
  if (kept.blocks > 0) absl::StrAppend(&text, "; still kept: ", kept.Text());
  text += '\n';
  console.err << text;
}

void ReportStats(GuestProcess& process, Console& console) {
  const MallocStats stats = process.process().malloc().Stats();
  console.err << "malloc: " << Count(stats.live_blocks, "block") << " of "
              << Count(stats.live_bytes, "byte") << " live, at most "
              << stats.peak_blocks << " of " << stats.peak_bytes
              << "; footprint " << Count(stats.footprint_bytes, "byte") << "\n";
}

int StatusOf(const RunEnd& end, GuestProcess& process, Console& console) {
  if (end.fault.has_value()) {
    console.err << process.Explain(*end.fault);
    return static_cast<int>(end.fault->code);
  }
  if (end.steps_used_up) {
    console.err << "kheap run: the steps are used up\n"
                << ToString(process.machine().fault_place().calls);
    return kExitStepsUsedUp;
  }
  if (const auto killed = KilledBy(process.machine().kernel().end())) {
    console.err << "kheap run: " << *killed << "\n";
  }
  return end.exit_status.value_or(0);
}

int Run(const Settings& settings, const std::vector<Source>& sources,
        std::vector<std::string> arguments, Console& console) {
  const auto begin = Clock::now();
  const absl::StatusOr<Program> program =
      Program::Compile(settings.program.compile, sources);
  if (!program.ok()) return Fail(program.status(), console);
  console.err << program->messages();
  const auto compiled = Clock::now();
  RunConsole streams;
  RunOptions run = settings.program.run;
  run.console = &streams;
  console.out.flush();
  auto process = StartProgram(*program, run);
  if (!process.ok()) return Fail(process.status(), console);
  const auto started = Clock::now();
  arguments.insert(arguments.begin(), sources.front().path);
  const auto end = (*process)->RunMain(arguments, settings.program.environment);
  if (!end.ok()) {
    return Fail(absl::Status(end.status().code(),
                             absl::StrCat(sources.front().path, ": ",
                                          end.status().message())),
                console);
  }
  const auto ended = Clock::now();
  console.output_error = streams.output_error();
  const int status = StatusOf(*end, **process, console);
  if (settings.shows_leaks) ReportLeaks(**process, console);
  if (settings.shows_stats) ReportStats(**process, console);
  if (settings.is_verbose) {
    for (const auto& [number, count] :
         (*process)->machine().kernel().unknown_calls()) {
      const std::string name(kernel::SyscallName(number));
      console.err << "system call " << number
                  << (name.empty() ? "" : absl::StrCat(" (", name, ")"))
                  << " is not supported, called " << Count(count, "time")
                  << "\n";
    }
  }
  if (settings.shows_digest) {
    console.err << "digest: " << ToString((*process)->heap().ComputeDigest())
                << "\n";
  }
  if (settings.shows_time) {
    const auto ms = [](Clock::duration duration) {
      return absl::StrFormat(
          "%.1f ms",
          std::chrono::duration<double, std::milli>(duration).count());
    };
    console.err << "time: compile " << ms(compiled - begin) << ", start "
                << ms(started - compiled) << ", run " << ms(ended - started)
                << "\n";
  }
  return status;
}

int RunRun(std::span<const std::string> arguments, Console& console) {
  Settings settings;
  const std::vector<Option> options = OptionsFor(settings);
  const absl::StatusOr<ProgramArguments> parsed =
      ReadProgramArguments(arguments, options, settings.program);
  if (!parsed.ok()) {
    console.err << "kheap run: " << std::string(parsed.status().message())
                << "\n";
    return kExitUsage;
  }
  if (parsed->wants_help) {
    console.out << kUsage << kCompilerOptionsHelp << "\n"
                << DescribeOptions(options) << kStatuses;
    return kExitSuccess;
  }
  const absl::StatusOr<std::vector<Source>> sources =
      SourcesOf(parsed->files, console.in);
  if (!sources.ok()) return Fail(sources.status(), console);
  if (settings.emit.has_value()) {
    const auto text =
        EmitProgram(settings.program.compile, *sources, *settings.emit);
    if (!text.ok()) return Fail(text.status(), console);
    console.out << *text;
    return kExitSuccess;
  }
  return Run(settings, *sources, parsed->arguments, console);
}

}  // namespace

Command RunProgramCommand() {
  return {.name = "run",
          .summary = "run a C program and explain its memory errors",
          .run = RunRun};
}

}  // namespace kheap::cli
