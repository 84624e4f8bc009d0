// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_RUNNER_MODULE_MUTATOR_H_
#define KHEAP_TESTS_RUNNER_MODULE_MUTATOR_H_

// Modules that no compiler made: what one random change after another leaves of
// a good one.

#include <cstdint>
#include <string>

namespace kheap {

// Changes in the module itself: other operands, callees, constants and types of
// accesses; promises that do not hold, as flags, attributes and metadata. The
// result is LLVM assembly, valid for LLVM more often than not; "" if `bitcode`
// is none.
std::string MutateModule(const std::string& bitcode, std::uint64_t seed);

// The module as LLVM assembly.
std::string Disassemble(const std::string& bitcode);

}  // namespace kheap

#endif  // KHEAP_TESTS_RUNNER_MODULE_MUTATOR_H_
