// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_PROGRAM_COMPILER_H_
#define KHEAP_RUNNER_PROGRAM_COMPILER_H_

// From sources to one compiled object: clang, the guest's C library, the
// translation, LLVM.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "runner/object_cache.h"
#include "runner/sources.h"

namespace kheap {

absl::StatusOr<CompiledProgram> CompileProgram(
    const CompileOptions& options, const std::vector<Source>& sources);

// The translated program as LLVM assembly, or the guest's as bitcode, for those
// who want to look.
enum class EmittedForm { kAssembly, kBitcode };
absl::StatusOr<std::string> EmitProgram(const CompileOptions& options,
                                        const std::vector<Source>& sources,
                                        EmittedForm form);

}  // namespace kheap

#endif  // KHEAP_RUNNER_PROGRAM_COMPILER_H_
