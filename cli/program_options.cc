// SPDX-License-Identifier: Apache-2.0
#include "cli/program_options.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "cli/compile_arguments.h"
#include "cli/quantity.h"

namespace kheap::cli {

namespace {

using Set = std::function<absl::Status(std::string_view)>;

Set SetBytes(std::uint64_t& target) {
  return [&target](std::string_view value) {
    const std::optional<std::uint64_t> parsed = ParseBytes(value);
    if (!parsed.has_value()) {
      return absl::InvalidArgumentError(
          "is not a number of bytes, alone or with K, M or G");
    }
    target = *parsed;
    return absl::OkStatus();
  };
}

Set SetNumber(std::uint64_t& target) {
  return [&target](std::string_view value) {
    const std::optional<std::uint64_t> parsed = ParseNumber(value);
    if (!parsed.has_value()) {
      return absl::InvalidArgumentError("is not a number");
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
    settings.run.kernel.mounts.push_back(*std::move(mount));
    return absl::OkStatus();
  };
}

Set AddVariable(ProgramSettings& settings) {
  return [&settings](std::string_view value) {
    if (value.find('=') == std::string_view::npos) {
      return absl::InvalidArgumentError("is not NAME=VALUE");
    }
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
       SetBytes(settings.compile.memory_bytes)},
      {"max-stack", "SIZE", "of it, the stack (default 8M)",
       SetBytes(settings.compile.stack_bytes)},
      {"max-steps", "N",
       "end the program when this many blocks of its code have\n"
       "run, at the same point every time",
       SetSteps(settings)},
      {"dir", "HOST[:GUEST][:rw]",
       "show the program a folder of the host, read-only or :rw",
       AddMount(settings)},
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
    return absl::InvalidArgumentError("expected a C file");
  }
  settings.compile.compiler_arguments = std::move(split->compiler);
  settings.compile.optimisation = split->optimisation;
  return ProgramArguments{.wants_help = parsed->wants_help,
                          .files = std::move(parsed->operands),
                          .arguments = std::move(split->program)};
}

}  // namespace kheap::cli
