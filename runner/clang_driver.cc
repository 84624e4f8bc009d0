// SPDX-License-Identifier: Apache-2.0
#include "runner/clang_driver.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "kernel/virtual_clock.h"
#include "runner/files.h"
#include "runner/guest_library.h"

extern char** environ;

namespace kheap {

namespace {

constexpr char kClang[] = "clang-19";
constexpr char kNothing[] = "/dev/null";
// Preprocessed C and modules read no headers; the options are the same for all.
constexpr char kUnusedIsFine[] = "-Wno-unused-command-line-argument";
// clang has gcc's own jumps for some processors only; here they are as any
// others, on a buffer of five pointers.
constexpr char kBuiltinSetjmp[] =
    "-D__builtin_setjmp(buffer)=(__extension__({"
    "int __kheap_setjmp(void*)__asm__(\"_setjmp\")"
    "__attribute__((returns_twice));"
    "__kheap_setjmp(buffer);}))";
constexpr char kBuiltinLongjmp[] =
    "-D__builtin_longjmp(buffer,value)=(__extension__({"
    "void __kheap_longjmp(void*,int)__asm__(\"_longjmp\")"
    "__attribute__((noreturn));"
    "__kheap_longjmp(buffer,value);}))";

// The host's environment, but for what would lead headers or the time of day
// into the program: __DATE__ is the day on which the guest's clock starts.
std::vector<std::string> CompilerEnvironment() {
  std::vector<std::string> variables = {
      absl::StrCat("SOURCE_DATE_EPOCH=",
                   kernel::kClockStart / kernel::kNanosecondsPerSecond)};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (text.starts_with("CPATH=") || text.starts_with("C_INCLUDE_PATH=") ||
        text.starts_with("SOURCE_DATE_EPOCH=")) {
      continue;
    }
    variables.emplace_back(text);
  }
  return variables;
}

std::vector<char*> PointersTo(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) {
    pointers.push_back(const_cast<char*>(text.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

// Runs a program with its output and its errors in files; its exit status, or
// -1 if it cannot be started.
int RunProgram(const std::vector<std::string>& arguments,
               const std::string& output, const std::string& errors) {
  if (output != kNothing) std::ofstream(output, std::ios::trunc);
  std::ofstream(errors, std::ios::trunc);
  const std::vector<std::string> environment = CompilerEnvironment();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, kNothing, O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY, 0);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, arguments[0].c_str(), &actions,
                                  nullptr, PointersTo(arguments).data(),
                                  PointersTo(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

bool EndsWithAnyOf(const std::string& path,
                   std::initializer_list<const char*> endings) {
  const std::string ending = std::filesystem::path(path).extension().string();
  for (const char* const candidate : endings) {
    if (ending == candidate) return true;
  }
  return false;
}

std::vector<std::string> GuestFlags(const CompileOptions& options) {
  std::vector<std::string> flags = {"--target=riscv64-linux-musl",
                                    "-march=rv64gc",
                                    "-mabi=lp64d",
                                    "-fsigned-char",
                                    "-Xclang",
                                    "-mlong-double-64",
                                    "-ffp-contract=off",
                                    "-fmath-errno",
                                    "-fwrapv",
                                    "-fno-strict-aliasing",
                                    "-fno-delete-null-pointer-checks",
                                    "-fno-builtin-memcpy",
                                    "-O2",
                                    "-Xclang",
                                    "-disable-llvm-passes",
                                    "-g",
                                    "-fno-color-diagnostics",
                                    "-fno-crash-diagnostics",
                                    kUnusedIsFine,
                                    kBuiltinSetjmp,
                                    kBuiltinLongjmp,
                                    "-nostdlibinc",
                                    "-isystem",
                                    GuestIncludeFolder()};
  // What a checked program finds uninitialised is zero in a fast one.
  return flags;
}

// LLVM reads its own formats with little suspicion. So a module goes through
// another process first, and ours reads what LLVM itself has written.
std::vector<std::string> ModuleFlags() {
  return {"--target=riscv64-linux-musl",
          "-O1",
          "-Xclang",
          "-disable-llvm-passes",
          "-fno-color-diagnostics",
          "-fno-crash-diagnostics",
          kUnusedIsFine,
          "-Wno-override-module"};
}

absl::Status CheckReadable(const std::string& path) {
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is a folder, not a C source"));
  }
  if (access(path.c_str(), R_OK) == 0) return absl::OkStatus();
  if (errno == ENOENT) {
    return absl::NotFoundError(absl::StrCat(path, ": no such file"));
  }
  const std::string problem =
      absl::StrCat(path, ": cannot be read: ", std::strerror(errno));
  return errno == EACCES ? absl::PermissionDeniedError(problem)
                         : absl::InvalidArgumentError(problem);
}

// The names in a make rule as clang -MD writes it.
std::vector<std::string> FilesOfRule(const std::string& rule) {
  std::vector<std::string> files;
  std::string word;
  const auto finish = [&] {
    if (!word.empty() && word.back() != ':') files.push_back(word);
    word.clear();
  };
  for (std::size_t i = 0; i < rule.size(); ++i) {
    if (rule[i] == '\\' && i + 1 < rule.size()) {
      ++i;
      if (rule[i] == '\n') {
        finish();
      } else {
        word += rule[i];
      }
    } else if (rule[i] == ' ' || rule[i] == '\n') {
      finish();
    } else {
      word += rule[i];
    }
  }
  finish();
  return files;
}

bool IsModule(const Source& source) {
  return EndsWithAnyOf(source.path, {".bc", ".ll"});
}

absl::Status CheckKind(const Source& source) {
  if (EndsWithAnyOf(source.path,
                    {".cc", ".cpp", ".cxx", ".C", ".c++", ".hpp", ".hh"})) {
    return absl::InvalidArgumentError(
        absl::StrCat(source.path, ": C++ is not supported, only C"));
  }
  if (source.text.has_value()) {
    return EndsWithAnyOf(source.path, {".bc"})
               ? absl::InvalidArgumentError(absl::StrCat(
                     source.path, ": bitcode is read from a file, not a text"))
               : absl::OkStatus();
  }
  const absl::Status status = CheckReadable(source.path);
  if (!status.ok()) return status;
  if (!IsModule(source) && !EndsWithAnyOf(source.path, {".c", ".i"})) {
    return absl::InvalidArgumentError(
        absl::StrCat(source.path,
                     ": not a C source (.c, .i), bitcode (.bc) or LLVM "
                     "assembly (.ll)"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ClangVersion() {
  auto folder = TemporaryFolder::Make();
  if (!folder.ok()) return folder.status();
  const std::string output = folder->File("version");
  if (RunProgram({kClang, "--version"}, output, folder->File("errors")) != 0) {
    return absl::NotFoundError(
        absl::StrCat(kClang, " is not installed; tools/setup installs it"));
  }
  const std::string text = ReadFile(output).value_or("");
  return text.substr(0, text.find('\n'));
}

absl::StatusOr<CompiledSource> CompileToBitcode(const Source& source,
                                                const CompileOptions& options) {
  const absl::Status kind = CheckKind(source);
  if (!kind.ok()) return kind;
  const bool is_module = IsModule(source);
  auto folder = TemporaryFolder::Make();
  if (!folder.ok()) return folder.status();
  std::vector<std::string> arguments = {kClang};
  for (const std::string& flag :
       is_module ? ModuleFlags() : GuestFlags(options)) {
    arguments.push_back(flag);
  }
  if (!is_module) {
    for (const std::string& flag : options.compiler_arguments) {
      arguments.push_back(flag);
    }
  }
  std::string path = source.path;
  if (source.text.has_value()) {
    path = folder->File(is_module ? "source.ll" : "source.c");
    // Messages and lines name the path that the user gave.
    const std::string first =
        is_module ? "" : absl::StrCat("#line 1 \"", source.path, "\"\n");
    if (!WriteFile(path, first + *source.text)) {
      return absl::UnavailableError(absl::StrCat("cannot write ", path));
    }
    // A header in quotes lies beside the file that there could have been.
    const auto beside = std::filesystem::path(source.path).parent_path();
    arguments.push_back("-iquote");
    arguments.push_back(beside.empty() ? "." : beside.string());
  }
  const std::string output = folder->File("out.bc");
  const std::string rule = folder->File("rule");
  const std::string errors = folder->File("errors");
  for (const std::string& argument :
       {std::string("-MD"), std::string("-MF"), rule, std::string("-emit-llvm"),
        std::string("-c"), std::string("-o"), output, path}) {
    arguments.push_back(argument);
  }
  const int status = RunProgram(arguments, kNothing, errors);
  if (status == -1) {
    return absl::NotFoundError(
        absl::StrCat(kClang, " is not installed; tools/setup installs it"));
  }
  std::string messages = ReadFile(errors).value_or("");
  if (is_module)
    messages = absl::StrReplaceAll(messages, {{path, source.path}});
  if (status != 0) {
    return absl::InvalidArgumentError(
        messages.empty() || absl::StrContains(messages, "PLEASE submit a bug")
            ? absl::StrCat(source.path, ": ", kClang, " crashes on it")
            : messages);
  }
  return CompiledSource{ReadFile(output).value_or(""),
                        is_module ? std::vector<std::string>{source.path}
                                  : FilesOfRule(ReadFile(rule).value_or("")),
                        std::move(messages)};
}

}  // namespace kheap
