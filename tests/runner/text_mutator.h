// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_RUNNER_TEXT_MUTATOR_H_
#define KHEAP_TESTS_RUNNER_TEXT_MUTATOR_H_

// What random changes leave of a text or of bytes, whatever they mean.

#include <cstdint>
#include <string>

namespace kheap {

// LLVM assembly with other types, operations, names and lines.
std::string MutateAssembly(const std::string& assembly, std::uint64_t seed);

std::string MutateBytes(const std::string& bytes, std::uint64_t seed);

}  // namespace kheap

#endif  // KHEAP_TESTS_RUNNER_TEXT_MUTATOR_H_
