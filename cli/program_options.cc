// SPDX-License-Identifier: Apache-2.0
#include "cli/program_options.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/compile_arguments.h"
#include "cli/quantity.h"
#include "kmalloc/directory_layout.h"
#include "runner/arena_size.h"

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
    settings.compile.limits_steps = true;
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

absl::StatusOr<std::string> ReadToEnd(std::FILE* input) {
  std::string text;
  std::array<char, 65536> bytes;
  while (true) {
    errno = 0;
    const std::size_t count = std::fread(bytes.data(), 1, bytes.size(), input);
    if (std::ferror(input) != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("<stdin>: cannot be read: ", std::strerror(errno)));
    }
    if (count == 0) return text;
    text.append(bytes.data(), count);
  }
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
      {"max-stack", "SIZE",
       absl::StrCat("of it, the stack (default 8M, at least ",
                    kStackBytesMin / 1024, "K)"),
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
       "a folder that the program sees, to work in (default /)\n"
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
  bool has_input = false;
  for (const std::string& file : parsed->operands) {
    if (file.empty()) return absl::InvalidArgumentError("'' is no file");
    if (file == "-" && std::exchange(has_input, true)) {
      return absl::InvalidArgumentError(
          "- is there twice; standard input can be read once");
    }
  }
  settings.compile.compiler_arguments = std::move(split->compiler);
  settings.compile.optimisation = split->optimisation;
  return ProgramArguments{.wants_help = parsed->wants_help,
                          .files = std::move(parsed->operands),
                          .arguments = std::move(split->program)};
}

absl::StatusOr<std::vector<Source>> SourcesOf(
    std::span<const std::string> files, std::FILE* input) {
  std::vector<Source> sources;
  for (const std::string& file : files) {
    if (file != "-") {
      sources.push_back({file});
      continue;
    }
    absl::StatusOr<std::string> text = ReadToEnd(input);
    if (!text.ok()) return text.status();
    sources.push_back({"<stdin>", *std::move(text)});
  }
  return sources;
}

absl::StatusOr<std::unique_ptr<GuestProcess>> StartProgram(
    const Program& program, const RunOptions& options) {
  auto process = program.Start(options);
  if (process.ok()) return process;
  // An option is the cause if the program starts without it.
  const auto refusal_of = [&](const char* option) {
    return absl::Status(process.status().code(),
                        absl::StrCat(option, ": ", process.status().message()));
  };
  RunOptions other = options;
  other.kernel.working_directory = "/";
  if (options.kernel.working_directory != "/" && program.Start(other).ok()) {
    return refusal_of("--cwd");
  }
  other.kernel.mounts.clear();
  if (!options.kernel.mounts.empty() && program.Start(other).ok()) {
    return refusal_of("--dir");
  }
  return process;
}

std::string RefusalReason(const absl::Status& status) {
  const std::string message(status.message());
  if (!absl::IsOutOfRange(status)) return message;
  return (IsAboutStack(status) ? "--max-stack: " : "--max-memory: ") + message;
}

std::string RefusalText(const absl::Status& status, std::string_view command) {
  const std::string reason = RefusalReason(status);
  if (reason.ends_with('\n')) return reason;
  return absl::StrCat("kheap ", std::string(command), ": ", reason, "\n");
}

}  // namespace kheap::cli
