// SPDX-License-Identifier: Apache-2.0
#include "runner/guest_library.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

namespace kheap {

namespace {

constexpr char kFolder[] = "third_party/musl/";

// Where Bazel puts the files that a program needs at run time: beside it, or
// where a test is told. Each holds this workspace's tree under its name.
std::vector<std::string> RunfilesFolders() {
  std::vector<std::string> folders;
  for (const char* const name : {"RUNFILES_DIR", "TEST_SRCDIR"}) {
    if (const char* const folder = std::getenv(name)) folders.push_back(folder);
  }
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) folders.push_back(program.string() + ".runfiles");
  return folders;
}

std::string Find(const char* name) {
  std::string path;
  for (const std::string& folder : RunfilesFolders()) {
    path = folder + "/kheap/" + kFolder + name;
    if (std::filesystem::exists(path)) break;
  }
  return path;
}

}  // namespace

std::string GuestLibraryFile() { return Find("libc.bc"); }
std::string GuestIncludeFolder() { return Find("include"); }

bool TellsTime(const llvm::Module& program) {
  // All others that show a time call one of these.
  for (const char* const name : {"__clock_gettime", "fstatat", "getrusage",
                                 "__lsysinfo", "times", "syscall"}) {
    const llvm::Function* const function = program.getFunction(name);
    if (function != nullptr && !function->isDeclaration()) return true;
  }
  return false;
}

}  // namespace kheap
