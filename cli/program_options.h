// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_PROGRAM_OPTIONS_H_
#define KHEAP_CLI_PROGRAM_OPTIONS_H_

// What every command that compiles and runs C programs understands: how a
// program is to be compiled, and the machine that it runs on.

#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/options.h"
#include "runner/program.h"

namespace kheap::cli {

// A line of a command's usage, for the options that are not in its table.
inline constexpr std::string_view kCompilerOptionsHelp =
    "Options for the compiler: -I -D -U -include -std -ansi -W -w -pedantic, "
    "and\n"
    "-O0 … -O3 (-O and -Og are -O1, -Os and -Oz are -O2). -g, -lc, -lm and "
    "-lrt are\n"
    "always on. A FILE that is - is C from standard input.\n";

struct ProgramSettings {
  CompileOptions compile;
  RunOptions run;
  std::vector<std::string> environment;
};

// The shared options; they write to `settings`, which outlives them.
std::vector<Option> ProgramOptions(ProgramSettings& settings);

// An Option's `set` for a flag that gives `target` a value.
std::function<absl::Status(std::string_view)> SetFlag(bool& target, bool value);

struct ProgramArguments {
  bool wants_help = false;
  std::vector<std::string> files;      // at least one, unless help is wanted
  std::vector<std::string> arguments;  // the program's own, behind "--"
};

// Reads a command line with these options and the compiler's. InvalidArgument
// where it is wrong, names no file, or standard input more than once.
absl::StatusOr<ProgramArguments> ReadProgramArguments(
    std::span<const std::string> arguments, std::span<const Option> options,
    ProgramSettings& settings);

// The sources that a command line names: "-" is C from `input`, up to its end.
// An error where that cannot be read.
absl::StatusOr<std::vector<Source>> SourcesOf(
    std::span<const std::string> files, std::FILE* input);

// Starts it. An error that --cwd or --dir causes begins with it.
absl::StatusOr<std::unique_ptr<GuestProcess>> StartProgram(
    const Program& program, const RunOptions& options);

// Why there is no program or no run: the message, behind the option that gives
// the size that it is about, if it is about one.
std::string RefusalReason(const absl::Status& status);

// The same for the user: the compiler's words, or one line that begins with the
// command.
std::string RefusalText(const absl::Status& status, std::string_view command);

}  // namespace kheap::cli

#endif  // KHEAP_CLI_PROGRAM_OPTIONS_H_
