// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <array>
#include <new>

#include "cli/check_command.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/replay_command.h"
#include "cli/run_command.h"
#include "heap/memory_fault.h"

namespace kheap::cli {

namespace {

using Arguments = std::span<const std::string>;

// In the order of kheap --help.
const std::array<Command, 3>& Commands() {
  static const std::array<Command, 3> commands = {
      RunProgramCommand(), CheckCommand(), ReplayCommand()};
  return commands;
}

const Command* FindCommand(std::string_view name) {
  for (const Command& command : Commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::string HelpText() {
  std::string text =
      "Usage: kheap COMMAND [ARGUMENT…]\n"
      "\n"
      "A C program's whole memory in one byte array.\n"
      "\n";
  for (const Command& command : Commands()) {
    text += HelpRow(command.name, command.summary);
  }
  text += HelpRow("help COMMAND", "print what a command does and its options");
  text += "\n";
  text += HelpRow("-h, --help", "print this text");
  text += HelpRow("--version", "print the version");
  return text;
}

int Refuse(std::string_view message, Console& console) {
  console.err << "kheap: " << message << "; kheap --help lists what there is\n";
  return kExitUsage;
}

int RunCommand(const std::string& name, Arguments arguments, Console& console) {
  const Command* const command = FindCommand(name);
  if (command == nullptr) {
    return Refuse("unknown command '" + name + "'", console);
  }
  return command->run(arguments, console);
}

int RefuseWord(const std::string& word, Console& console) {
  return Refuse("unexpected argument '" + word + "'", console);
}

int RunHelp(Arguments arguments, Console& console) {
  if (arguments.size() > 1) return RefuseWord(arguments[1], console);
  // Help on help is the list of what there is help on.
  if (arguments.empty() || arguments.front() == "help" ||
      arguments.front() == "--help" || arguments.front() == "-h") {
    console.out << HelpText();
    return kExitSuccess;
  }
  const std::array<std::string, 1> help = {"--help"};
  return RunCommand(arguments.front(), help, console);
}

// Options in front of a command are kheap's own.
int RunOwnOptions(Arguments arguments, Console& console) {
  bool wants_version = false;
  const std::array<Option, 1> options = {
      Option{"version", "", "print the version", [&](std::string_view) {
               wants_version = true;
               return absl::OkStatus();
             }}};
  const absl::StatusOr<ParsedArguments> parsed =
      ParseArguments(arguments.first(1), options);
  if (!parsed.ok()) {
    return Refuse(std::string(parsed.status().message()), console);
  }
  if (parsed->wants_help) return RunHelp(arguments.subspan(1), console);
  if (!wants_version) return Refuse("expected a command", console);
  if (arguments.size() > 1) return RefuseWord(arguments[1], console);
  console.out << "kheap " << kVersion << "\n";
  return kExitSuccess;
}

int Dispatch(Arguments arguments, Console& console) {
  if (arguments.empty()) return Refuse("expected a command", console);
  const std::string& first = arguments.front();
  if (first.starts_with('-')) return RunOwnOptions(arguments, console);
  if (first == "help") return RunHelp(arguments.subspan(1), console);
  return RunCommand(first, arguments.subspan(1), console);
}

}  // namespace

int RunKheap(std::span<const std::string> arguments, Console& console) {
  try {
    return Dispatch(arguments, console);
  } catch (const MemoryFault& fault) {
    console.err << "kheap: " << fault << "\n";
    return static_cast<int>(fault.code);
  } catch (const std::bad_alloc&) {
    console.err << "kheap: the host has no memory left\n";
    return kExitFailure;
  }
}

}  // namespace kheap::cli
