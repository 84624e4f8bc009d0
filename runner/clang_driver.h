// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_CLANG_DRIVER_H_
#define KHEAP_RUNNER_CLANG_DRIVER_H_

// Debian's clang 19, run as a program of its own: from C to LLVM bitcode for
// the guest's ABI (riscv64 lp64d, with 53-bit long double).

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "runner/sources.h"

namespace kheap {

struct CompiledSource {
  std::string bitcode;
  // Every file that the compiler read.
  std::vector<std::string> files;
  // What it said: warnings.
  std::string messages;
};

// InvalidArgument with what clang printed, where it refuses the source, or with
// one line where it is none that it may compile; NotFound without the file.
absl::StatusOr<CompiledSource> CompileToBitcode(const Source& source,
                                                const CompileOptions& options);

// "clang version 19.…", or NotFound where there is none.
absl::StatusOr<std::string> ClangVersion();

}  // namespace kheap

#endif  // KHEAP_RUNNER_CLANG_DRIVER_H_
