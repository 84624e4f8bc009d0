// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_RUNNER_PROGRAMS_H_
#define KHEAP_TESTS_RUNNER_PROGRAMS_H_

// C programs as tests write them: a text, compiled.

#include <memory>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "runner/program.h"

namespace kheap {

// The program of one source text; the test's failure says why there is none.
inline Program Compiled(std::string text, CompileOptions options = {}) {
  if (!options.optimisation.has_value()) options.optimisation = 1;
  auto program = Program::Compile(options, {{"test.c", std::move(text)}});
  EXPECT_TRUE(program.ok()) << program.status();
  return *std::move(program);
}

inline std::unique_ptr<GuestProcess> Started(const Program& program) {
  auto process = program.Start();
  EXPECT_TRUE(process.ok()) << process.status();
  return *std::move(process);
}

}  // namespace kheap

#endif  // KHEAP_TESTS_RUNNER_PROGRAMS_H_
