// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_OPTIONS_H_
#define KHEAP_CLI_OPTIONS_H_

// Options of a command line, as getopt_long of the C library reads them: long
// names only, values as --name=value or --name value, options and operands in
// any order, "--" before operands that look like options. Every command has -h
// and --help besides its own.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace kheap::cli {

struct Option {
  std::string name;   // without the dashes
  std::string value;  // what help shows for its value: "SIZE"; "" for a flag
  std::string help;
  // Takes the value, "" for a flag. The message of an error follows the option
  // in what the user reads: "is not a size".
  std::function<absl::Status(std::string_view)> set;
};

struct ParsedArguments {
  bool wants_help = false;
  std::vector<std::string> operands;
};

// Applies the options, left to right, up to the first --help. InvalidArgument
// for one that is unknown, lacks its value, has one it does not take, or whose
// `set` refuses it. Not for use by two threads at once: getopt_long has state.
absl::StatusOr<ParsedArguments> ParseArguments(
    std::span<const std::string> arguments, std::span<const Option> options);

// "  name        help", and further lines of the help below its first one.
std::string HelpRow(std::string_view name, std::string_view help);

// The options, one or more aligned lines each, -h included.
std::string DescribeOptions(std::span<const Option> options);

}  // namespace kheap::cli

#endif  // KHEAP_CLI_OPTIONS_H_
