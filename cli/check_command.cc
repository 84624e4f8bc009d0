// SPDX-License-Identifier: Apache-2.0
#include "cli/check_command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cli/options.h"
#include "cli/program_options.h"
#include "cli/signal_name.h"
#include "kernel/console.h"
#include "runner/program.h"

namespace kheap::cli {

namespace {

constexpr std::string_view kUsage =
    R"(Usage: kheap check [OPTION…] FILE… [-- ARGUMENT…]

Compiles each file as a C program of its own (C, LLVM bitcode or LLVM assembly),
runs it inside one arena, and prints in one line how it ended. The programs'
output is not shown; without --input they have no input.
)";

constexpr std::string_view kStatuses = R"(
The exit status is 0 if every program ended by itself, without a memory error
and without a signal, whatever its own status; else 1; 2 for wrong arguments.
)";

// What a program reads; a path of "" where there is nothing to read.
struct Input {
  std::string path;
  std::string text;
};

// How it went with one program and one input. The first three are always in
// the summary, the others where there are any.
enum class Verdict {
  kOk,
  kFault,
  kNotCompiled,
  kNotStarted,
  kStepsUsedUp,
  kKilled
};
struct SummaryWords {
  std::string_view of_one;
  std::string_view of_many;
};
constexpr std::array<SummaryWords, 6> kSummaryWords = {{
    {"ok", "ok"},
    {"fault", "faults"},
    {"did not compile", "did not compile"},
    {"did not start", "did not start"},
    {"used up its steps", "used up their steps"},
    {"killed by a signal", "killed by signals"},
}};
constexpr std::size_t kAlwaysInSummary = 3;

struct Outcome {
  Verdict verdict;
  std::string text;
};

// Nobody looks at what a checked program prints, so that it costs no memory.
class UnseenConsole : public CapturedConsole {
 public:
  using CapturedConsole::CapturedConsole;
  kernel::Result Write(Stream, std::span<const std::byte> from) override {
    return static_cast<kernel::Result>(from.size());
  }
};

absl::Status AddFile(const std::string& path, std::vector<Input>& inputs) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  Input input = {
      path,
      {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}};
  if (!file.is_open() || file.bad()) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot be read: ", std::strerror(errno)));
  }
  inputs.push_back(std::move(input));
  return absl::OkStatus();
}

// The files of a folder, by name; folders in it are left out.
absl::Status AddFolder(const std::string& path, std::vector<Input>& inputs) {
  std::error_code error;
  std::vector<std::string> files;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator();
       entry.increment(error)) {
    std::error_code unknown;
    if (entry->is_regular_file(unknown)) files.push_back(entry->path());
  }
  if (error) {
    return absl::InvalidArgumentError("cannot be read: " + error.message());
  }
  if (files.empty()) return absl::InvalidArgumentError("holds no file");
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    if (const absl::Status status = AddFile(file, inputs); !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("holds ", file, ", which ", status.message()));
    }
  }
  return absl::OkStatus();
}

Option InputOption(std::vector<Input>& inputs) {
  return {"input", "FILE|DIR",
          "run each program once for this file on its standard\n"
          "input, or for each file of the folder; may be repeated",
          [&inputs](std::string_view value) {
            const std::string path(value);
            std::error_code unknown;
            return std::filesystem::is_directory(path, unknown)
                       ? AddFolder(path, inputs)
                       : AddFile(path, inputs);
          }};
}

std::string FirstLine(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

// The first line of what the compiler says, without the warnings before it.
std::string FirstError(std::string_view messages) {
  const std::size_t error = messages.find("error: ");
  if (error == std::string_view::npos) return FirstLine(messages);
  const std::size_t newline = messages.rfind('\n', error);
  return FirstLine(
      messages.substr(newline == std::string_view::npos ? 0 : newline + 1));
}

// The report's first line, and of the second one the place.
std::string FaultInOneLine(std::string_view report) {
  std::string line = FirstLine(report);
  report.remove_prefix(std::min(line.size() + 1, report.size()));
  if (report.starts_with("  at ")) {
    absl::StrAppend(&line, FirstLine(report.substr(1)));
  }
  return line;
}

Outcome NotStarted(const absl::Status& status) {
  return {Verdict::kNotStarted,
          "does not start: " + FirstLine(RefusalReason(status))};
}

Outcome NotCompiled(const std::string& file, const absl::Status& status) {
  const std::string reason = RefusalReason(status);
  // The compiler never saw it.
  if (absl::IsNotFound(status) || absl::IsPermissionDenied(status)) {
    return {Verdict::kNotCompiled,
            std::string(absl::StripPrefix(reason, file + ": "))};
  }
  return {Verdict::kNotCompiled, "does not compile: " + FirstError(reason)};
}

Outcome RunOnce(const Program& program, const std::string& file,
                const Input& input, const ProgramSettings& settings,
                std::vector<std::string> arguments) {
  UnseenConsole streams(input.text);
  RunOptions options = settings.run;
  options.console = &streams;
  const auto process = StartProgram(program, options);
  if (!process.ok()) return NotStarted(process.status());
  arguments.insert(arguments.begin(), file);
  const auto end = (*process)->RunMain(arguments, settings.environment);
  if (!end.ok()) return NotStarted(end.status());
  if (end->fault.has_value()) {
    return {Verdict::kFault, FaultInOneLine((*process)->Explain(*end->fault))};
  }
  if (end->steps_used_up) {
    return {Verdict::kStepsUsedUp, "the steps are used up"};
  }
  if (auto killed = KilledBy((*process)->machine().kernel().end())) {
    return {Verdict::kKilled, *std::move(killed)};
  }
  return {Verdict::kOk,
          absl::StrCat("ok, status ", end->exit_status.value_or(0))};
}

// Prints how each program ended, and counts.
class Checker {
 public:
  Checker(const ProgramSettings& settings, const std::vector<Input>& inputs,
          std::ostream& out)
      : settings_(settings), inputs_(inputs), out_(out) {}

  void Check(const Source& source, const std::vector<std::string>& arguments) {
    const std::string& file = source.path;
    const auto program = Program::Compile(settings_.compile, {source});
    if (absl::IsOutOfRange(program.status())) {
      Note(file, NotStarted(program.status()));
      return;
    }
    if (!program.ok()) {
      Note(file, NotCompiled(file, program.status()));
      return;
    }
    for (const Input& input : inputs_) {
      const std::string name =
          input.path.empty() ? file : absl::StrCat(file, " < ", input.path);
      Note(name, RunOnce(*program, file, input, settings_, arguments));
    }
  }

  bool AllOk() const {
    return std::all_of(counts_.begin() + 1, counts_.end(),
                       [](std::size_t count) { return count == 0; });
  }

  void PrintSummary() const { out_ << Summary() << "\n"; }

 private:
  // A line that is seen at once: the next program may take its time.
  void Note(const std::string& name, const Outcome& outcome) {
    ++counts_[static_cast<std::size_t>(outcome.verdict)];
    out_ << name << ": " << outcome.text << "\n" << std::flush;
  }

  std::string Summary() const {
    std::string text;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (i >= kAlwaysInSummary && counts_[i] == 0) continue;
      const SummaryWords& words = kSummaryWords[i];
      absl::StrAppend(
          &text, text.empty() ? "" : ", ", counts_[i], " ",
          std::string(counts_[i] == 1 ? words.of_one : words.of_many));
    }
    return text;
  }

  const ProgramSettings& settings_;
  const std::vector<Input>& inputs_;
  std::ostream& out_;
  std::array<std::size_t, kSummaryWords.size()> counts_ = {};
};

int RunCheck(std::span<const std::string> arguments, Console& console) {
  ProgramSettings settings;
  std::vector<Input> inputs;
  std::vector<Option> options = ProgramOptions(settings);
  options.push_back(InputOption(inputs));
  const absl::StatusOr<ProgramArguments> parsed =
      ReadProgramArguments(arguments, options, settings);
  if (!parsed.ok()) {
    console.err << "kheap check: " << std::string(parsed.status().message())
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
  if (!sources.ok()) {
    console.err << RefusalText(sources.status(), "check");
    return kExitUsage;
  }
  if (inputs.empty()) inputs.push_back({});
  Checker checker(settings, inputs, console.out);
  for (const Source& source : *sources) {
    checker.Check(source, parsed->arguments);
  }
  checker.PrintSummary();
  return checker.AllOk() ? kExitSuccess : kExitFailure;
}

}  // namespace

Command CheckCommand() {
  return {.name = "check",
          .summary = "run many C programs and tell of each how it ended",
          .run = RunCheck};
}

}  // namespace kheap::cli
