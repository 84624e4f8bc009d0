// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <getopt.h>

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace kheap::cli {

namespace {

// What getopt_long returns for option i is kFirstOption + i, out of the way of
// characters.
constexpr int kFirstOption = 256;

std::vector<option> LongOptions(std::span<const Option> options) {
  std::vector<option> long_options;
  for (std::size_t i = 0; i < options.size(); ++i) {
    long_options.push_back(
        {options[i].name.c_str(),
         options[i].value.empty() ? no_argument : required_argument, nullptr,
         kFirstOption + static_cast<int>(i)});
  }
  long_options.push_back({"help", no_argument, nullptr, 'h'});
  long_options.push_back({nullptr, 0, nullptr, 0});
  return long_options;
}

// The word that is refused, without its value.
std::string_view NameIn(std::string_view word) {
  return word.substr(0, word.find('='));
}

absl::Status RefusalOf(int result, std::span<const Option> options,
                       std::string_view word) {
  const std::string name(NameIn(word));
  if (result == ':') {
    const std::size_t index = static_cast<std::size_t>(optopt - kFirstOption);
    return absl::InvalidArgumentError(
        absl::StrCat("option '", name, "' needs a value: --",
                     options[index].name, "=", options[index].value));
  }
  if (optopt >= kFirstOption || (optopt == 'h' && word.starts_with("--"))) {
    return absl::InvalidArgumentError(
        absl::StrCat("option '", name, "' takes no value"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("unknown option '", name, "'"));
}

// Where the word that is refused is. It is the last one that was read, or,
// inside a word of several letters, the one that is being read.
int RefusedWord(char* const* argv, int before) {
  if (optind == before) return optind;
  const std::string_view last = argv[optind - 1];
  return last.size() > 1 && last.starts_with('-') ? optind - 1 : optind;
}

absl::Status Apply(const Option& chosen, std::string_view value) {
  absl::Status status = chosen.set(value);
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat(
      "--", chosen.name, "=", std::string(value), " ", status.message()));
}

}  // namespace

absl::StatusOr<ParsedArguments> ParseArguments(
    std::span<const std::string> arguments, std::span<const Option> options) {
  std::vector<std::string> words = {"kheap"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const std::vector<option> long_options = LongOptions(options);

  ParsedArguments parsed;
  const int count = static_cast<int>(words.size());
  optind = 0;  // begins anew
  opterr = 0;
  while (true) {
    const int before = std::max(optind, 1);
    const int result =
        getopt_long(count, argv.data(), ":h", long_options.data(), nullptr);
    if (result == -1) break;
    if (result == 'h') {
      parsed.wants_help = true;
      return parsed;
    }
    if (result < kFirstOption) {
      return RefusalOf(result, options, argv[RefusedWord(argv.data(), before)]);
    }
    absl::Status status =
        Apply(options[static_cast<std::size_t>(result - kFirstOption)],
              optarg == nullptr ? "" : optarg);
    if (!status.ok()) return status;
  }
  for (int i = optind; i < count; ++i) parsed.operands.emplace_back(argv[i]);
  return parsed;
}

std::string HelpRow(std::string_view name, std::string_view help) {
  constexpr int kNameColumns = 24;
  std::string text;
  for (const absl::string_view line :
       absl::StrSplit(absl::string_view(help.data(), help.size()), '\n')) {
    absl::StrAppendFormat(&text, "  %-*s%s\n", kNameColumns, name, line);
    name = "";
  }
  return text;
}

std::string DescribeOptions(std::span<const Option> options) {
  std::string text;
  for (const Option& each : options) {
    const std::string value = each.value.empty() ? "" : "=" + each.value;
    text += HelpRow(absl::StrCat("--", each.name, value), each.help);
  }
  return text + HelpRow("-h, --help", "print this text");
}

}  // namespace kheap::cli
