// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_RUNNER_REPORTS_H_
#define KHEAP_TESTS_RUNNER_REPORTS_H_

// What reports say, as tests ask for it.

#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {

// What the report of a fault in `int run(int n)` says of the object, at -O0 and
// at -O2: the same.
inline std::string ReportOf(const std::string& text, std::int32_t n) {
  std::string report;
  for (const int optimisation : {0, 2}) {
    CompileOptions options;
    options.optimisation = optimisation;
    const Program program =
        Compiled("#include <stdlib.h>\n#include <string.h>\n" + text, options);
    const auto process = Started(program);
    const auto result = process->Call<std::int32_t>("run", n);
    EXPECT_TRUE(result.ok()) << result.status();
    std::string object = "no fault";
    if (result->end.fault.has_value()) {
      const std::string words = process->Explain(*result->end.fault);
      object = words.substr(words.find("\n  0x") + 1);
    }
    if (optimisation != 0) {
      EXPECT_EQ(object, report);
    }
    report = object;
  }
  return report;
}

}  // namespace kheap

#endif  // KHEAP_TESTS_RUNNER_REPORTS_H_
