// SPDX-License-Identifier: Apache-2.0
#include "cli/replay_command.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/quantity.h"
#include "cli/replay.h"
#include "cli/replay_report.h"
#include "cli/trace.h"
#include "cli/trace_file.h"
#include "kmalloc/kmalloc.h"
#include "process/process.h"

namespace kheap::cli {

namespace {

constexpr std::uint64_t kArenaBytesDefault =
    std::uint64_t{1} * 1024 * 1024 * 1024;
constexpr std::uint64_t kRoundsDefault = 5;

constexpr std::string_view kUsage = R"(Usage: kheap replay [OPTION…] FILE|-

Repeats the heap calls of a recorded malloc trace (CS:APP's .rep format; - reads
standard input). First every block is filled with a pattern, and every byte of
it verified; then the calls alone are repeated and timed. Prints their speed,
the peak of live bytes, footprint, utilisation and the state of the bins.

)";

constexpr std::string_view kStatuses = R"(
The exit status is 0; 1 where the trace needs more memory, or the allocator is
found wrong; 2 for wrong arguments or a file that is no trace.
)";

struct Settings {
  ProcessOptions process = {
      .heap = {.layout = {.capacity_bytes = kArenaBytesDefault}}};
  CheckOptions checks;
  std::uint64_t round_count = kRoundsDefault;
  bool as_json = false;
};

absl::Status SetPolicy(std::string_view value, Settings& settings) {
  if (value == "pages") {
    settings.process.malloc_policy = MallocPolicy::kPages;
  } else if (value == "tags") {
    settings.process.malloc_policy = MallocPolicy::kTags;
  } else {
    return absl::InvalidArgumentError("is neither pages nor tags");
  }
  return absl::OkStatus();
}

absl::Status SetChecks(std::string_view value, Settings& settings) {
  constexpr std::string_view kEvery = "every:";
  if (value == "end" || value == "never") {
    settings.checks = {.interval = 0, .at_end = value == "end"};
    return absl::OkStatus();
  }
  if (value.starts_with(kEvery)) {
    const auto interval = ParseNumber(value.substr(kEvery.size()));
    if (interval.has_value() && *interval > 0) {
      settings.checks = {.interval = *interval, .at_end = true};
      return absl::OkStatus();
    }
  }
  return absl::InvalidArgumentError(
      "is not never, end or every:N with N above 0");
}

absl::Status SetMaxMemory(std::string_view value, Settings& settings) {
  const std::optional<std::uint64_t> bytes = ParseBytes(value);
  if (!bytes.has_value()) {
    return absl::InvalidArgumentError(WhyNoBytes(value));
  }
  settings.process.heap.layout.capacity_bytes = *bytes;
  return absl::OkStatus();
}

absl::Status SetRounds(std::string_view value, Settings& settings) {
  constexpr std::uint64_t kRoundsMax = 1000000;
  const std::optional<std::uint64_t> count = ParseNumber(value);
  if (!count.has_value() || *count == 0 || *count > kRoundsMax) {
    return absl::InvalidArgumentError("is not a number from 1 to 1000000");
  }
  settings.round_count = *count;
  return absl::OkStatus();
}

std::vector<Option> OptionsFor(Settings& settings) {
  const auto setter = [&settings](auto set) {
    return [&settings, set](std::string_view value) {
      return set(value, settings);
    };
  };
  return {
      {"policy", "pages|tags",
       "pages: small blocks in pages of equal slots (default);\n"
       "tags: a chunk with boundary tags for every block",
       setter(SetPolicy)},
      {"check", "WHEN",
       "check all invariants of the allocator: never, at the\n"
       "end (default), or every:N operations and at the end",
       setter(SetChecks)},
      {"checked", "",
       "checked mode: red zones, and a shadow that tells which\n"
       "bytes may be touched",
       [&settings](std::string_view) {
         settings.process.heap.checked = true;
         return absl::OkStatus();
       }},
      {"max-memory", "SIZE",
       "size of the arena in bytes, or with K, M or G (default\n"
       "1G); its memory is taken from the host as it is used",
       setter(SetMaxMemory)},
      {"rounds", "N", "timed rounds, of which the median is shown (default 5)",
       setter(SetRounds)},
      {"json", "", "print one JSON object",
       [&settings](std::string_view) {
         settings.as_json = true;
         return absl::OkStatus();
       }},
  };
}

absl::StatusOr<Trace> ReadOperand(const std::string& operand,
                                  Console& console) {
  return operand == "-" ? ReadTrace(console.in, "<stdin>")
                        : ReadTraceFile(operand);
}

absl::StatusOr<std::string> Replay(const Trace& trace, const Settings& settings,
                                   Console& console) {
  Progress progress(console.err_is_terminal ? &console.err : nullptr);
  const absl::StatusOr<VerifiedReplay> verified =
      ReplayVerified(trace, settings.process, settings.checks, progress);
  if (!verified.ok()) return verified.status();
  const absl::StatusOr<double> nanoseconds =
      TimeReplay(trace, settings.process, settings.round_count, progress);
  if (!nanoseconds.ok()) return nanoseconds.status();
  const ReplayReport report = {.trace = trace,
                               .options = settings.process,
                               .verified = *verified,
                               .round_nanoseconds = *nanoseconds,
                               .round_count = settings.round_count};
  return settings.as_json ? ToJson(report) : ToText(report);
}

int Fail(const absl::Status& status, int exit_status, Console& console) {
  console.err << "kheap replay: " << status.message() << "\n";
  return exit_status;
}

int RunReplay(std::span<const std::string> arguments, Console& console) {
  Settings settings;
  const std::vector<Option> options = OptionsFor(settings);
  const absl::StatusOr<ParsedArguments> parsed =
      ParseArguments(arguments, options);
  if (!parsed.ok()) return Fail(parsed.status(), kExitUsage, console);
  if (parsed->wants_help) {
    console.out << kUsage << DescribeOptions(options) << kStatuses;
    return kExitSuccess;
  }
  if (parsed->operands.size() != 1) {
    return Fail(absl::InvalidArgumentError(
                    "expected one trace file, or - for standard input"),
                kExitUsage, console);
  }
  const absl::StatusOr<Trace> trace =
      ReadOperand(parsed->operands.front(), console);
  if (!trace.ok()) return Fail(trace.status(), kExitUsage, console);
  const absl::StatusOr<std::string> text = Replay(*trace, settings, console);
  if (text.ok()) {
    console.out << *text;
    return kExitSuccess;
  }
  if (!absl::IsInvalidArgument(text.status())) {
    return Fail(text.status(), kExitFailure, console);
  }
  // The trace was read, so what is invalid is the size of the arena.
  return Fail(absl::InvalidArgumentError(
                  absl::StrCat("--max-memory: ", text.status().message())),
              kExitUsage, console);
}

}  // namespace

Command ReplayCommand() {
  return {.name = "replay",
          .summary = "repeat a recorded malloc trace: verify, measure",
          .run = RunReplay};
}

}  // namespace kheap::cli
