// SPDX-License-Identifier: Apache-2.0
#include "cli/program_options.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/compile_arguments.h"
#include "cli/quantity.h"
#include "kmalloc/directory_layout.h"

namespace kheap::cli {

namespace {

using Set = std::function<absl::Status(std::string_view)>;

constexpr std::uint64_t kStackBytesMin = 4096;

Set SetBytes(std::uint64_t& target, std::uint64_t least, std::uint64_t most) {
  return [&target, least, most](std::string_view value) {
    const std::optional<std::uint64_t> parsed = ParseBytes(value);
    if (!parsed.has_value()) {
      return absl::InvalidArgumentError(WhyNoBytes(value));
    }
    if (*parsed < least) {
      return absl::InvalidArgumentError(
          absl::StrCat("is too small: at least ", least, " bytes"));
    }
    if (*parsed > most) {
      return absl::InvalidArgumentError(
          absl::StrCat("is too large: at most ", most, " bytes"));
    }
    target = *parsed;
    return absl::OkStatus();
  };
}

Set SetNumber(std::uint64_t& target) {
  return [&target](std::string_view value) {
    const std::optional<std::uint64_t> parsed = ParseNumber(value);
    if (!parsed.has_value()) {
      return absl::InvalidArgumentError(WhyNoNumber(value));
    }
    target = *parsed;
    return absl::OkStatus();
  };
}

Set SetSteps(ProgramSettings& settings) {
  return [&settings](std::string_view value) {
    settings.compile.counts_steps = true;
    return SetNumber(settings.run.max_steps)(value);
  };
}

Set AddMount(ProgramSettings& settings) {
  return [&settings](std::string_view value) {
    auto mount = ParseHostMount({value.data(), value.size()});
    if (!mount.ok()) return mount.status();
    std::error_code error;
    std::filesystem::directory_iterator(mount->host, error);
    if (error) {
      return absl::InvalidArgumentError("cannot be shown: " + error.message());
    }
    settings.run.kernel.mounts.push_back(*std::move(mount));
    return absl::OkStatus();
  };
}

Set SetWorkingDirectory(ProgramSettings& settings) {
  return [&settings](std::string_view value) {
    if (!value.starts_with('/')) {
      return absl::InvalidArgumentError(
          "is no path of the program's that begins with \"/\"");
    }
    settings.run.kernel.working_directory = value;
    return absl::OkStatus();
  };
}

// Of two with the same name the later one holds.
Set AddVariable(ProgramSettings& settings) {
  return [&settings](std::string_view value) {
    const std::size_t equals = value.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return absl::InvalidArgumentError("is not NAME=VALUE");
    }
    const std::string_view start = value.substr(0, equals + 1);
    std::erase_if(settings.environment, [&](const std::string& variable) {
      return variable.starts_with(start);
    });
    settings.environment.emplace_back(value);
    return absl::OkStatus();
  };
}

}  // namespace

Set SetFlag(bool& target, bool value) {
  return [&target, value](std::string_view) {
    target = value;
    return absl::OkStatus();
  };
}

std::vector<Option> ProgramOptions(ProgramSettings& settings) {
  return {
      {"checked", "",
       "find accesses outside of every object, use after free\n"
       "and uninitialised reads (default); overflow from one\n"
       "member of an object into another is not found",
       SetFlag(settings.compile.checked, true)},
      {"fast", "", "only keep accesses within the program's memory",
       SetFlag(settings.compile.checked, false)},
      {"seed", "N", "everything random comes from this number (default 0)",
       SetNumber(settings.run.kernel.seed)},
      {"max-memory", "SIZE",
       "size of the arena in bytes, or with K, M or G (default 1G)",
       SetBytes(settings.compile.memory_bytes, 0, kAllocatorCapacityMax)},
      {"max-stack", "SIZE", "of it, the stack (default 8M, at least 4K)",
       SetBytes(settings.compile.stack_bytes, kStackBytesMin,
                kAllocatorCapacityMax)},
      {"max-steps", "N",
       "end the program when this many blocks of its code have\n"
       "run, at the same point every time",
       SetSteps(settings)},
      {"dir", "HOST[:GUEST][:rw]",
       "show the program a folder of the host, read-only or :rw;\n"
       "at HOST below / where GUEST is left out, at /work for .",
       AddMount(settings)},
      {"cwd", "GUEST",
       "the program's working directory, / or in a --dir\n"
       "(--dir=.:/work --cwd=/work)",
       SetWorkingDirectory(settings)},
      {"real-time", "", "show the host's clocks, and wait where it sleeps",
       SetFlag(settings.run.kernel.real_time, true)},
      {"env", "NAME=VALUE", "put a variable into its environment (else empty)",
       AddVariable(settings)},
      {"no-cache", "", "compile anew, and keep nothing for the next time",
       [&settings](std::string_view) {
         settings.compile.cache_folder.clear();
         return absl::OkStatus();
       }},
  };
}

absl::StatusOr<ProgramArguments> ReadProgramArguments(
    std::span<const std::string> arguments, std::span<const Option> options,
    ProgramSettings& settings) {
  settings.compile.cache_folder = CacheFolder();
  absl::StatusOr<SplitArguments> split = Split(arguments);
  if (!split.ok()) return split.status();
  absl::StatusOr<ParsedArguments> parsed = ParseArguments(split->ours, options);
  if (!parsed.ok()) return parsed.status();
  if (!parsed->wants_help && parsed->operands.empty()) {
    return absl::InvalidArgumentError(
        split->has_dashes
            ? "expected a C file before \"--\"; behind it are the program's "
              "own arguments"
            : "expected a C file, or - for standard input");
  }
  for (const std::string& file : parsed->operands) {
    if (file.empty()) return absl::InvalidArgumentError("'' is no file");
  }
  settings.compile.compiler_arguments = std::move(split->compiler);
  settings.compile.optimisation = split->optimisation;
  return ProgramArguments{.wants_help = parsed->wants_help,
                          .files = std::move(parsed->operands),
                          .arguments = std::move(split->program)};
}

Source SourceOf(const std::string& file, std::FILE* input) {
  if (file != "-") return {file};
  std::string text;
  std::array<char, 65536> bytes;
  while (const std::size_t count =
             std::fread(bytes.data(), 1, bytes.size(), input)) {
    text.append(bytes.data(), count);
  }
  return {"<stdin>", std::move(text)};
}

absl::StatusOr<std::unique_ptr<GuestProcess>> StartProgram(
    const Program& program, const RunOptions& options) {
  auto process = program.Start(options);
  if (process.ok()) return process;
  const KernelOptions& kernel = options.kernel;
  if (kernel.mounts.empty() && kernel.working_directory == "/") return process;
  RunOptions at_root = options;
  at_root.kernel.working_directory = "/";
  const char* const option =
      program.Start(at_root).ok() ? "--cwd: " : "--dir: ";
  return absl::Status(process.status().code(),
                      absl::StrCat(option, process.status().message()));
}

std::string InLines(const absl::Status& status, std::string_view command) {
  const std::string message(status.message());
  if (message.ends_with('\n')) return message;
  return absl::StrCat("kheap ", std::string(command), ": ",
                      absl::IsOutOfRange(status) ? "--max-memory: " : "",
                      message, "\n");
}

}  // namespace kheap::cli
