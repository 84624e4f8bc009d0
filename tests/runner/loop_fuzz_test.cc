// SPDX-License-Identifier: Apache-2.0
// Random loops end the same, fault for fault, whether each access is checked
// where it happens or all of them are before the loop.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runner/program.h"
#include "tests/runner/child.h"
#include "tests/runner/loop_writer.h"

namespace kheap {
namespace {

// In words: a value, or a fault and its place.
std::string EndOf(const Program& program, int function) {
  const auto process = program.Start();
  if (!process.ok()) return process.status().ToString();
  const auto result =
      (*process)->Call<std::int64_t>(absl::StrCat("run", function));
  if (!result.ok()) return result.status().ToString();
  const auto& fault = result->end.fault;
  if (!fault.has_value()) return absl::StrCat("value ", *result->value);
  // The second line says where.
  const std::string words = (*process)->Explain(*fault);
  const std::size_t begin = std::min(words.find('\n'), words.size() - 1) + 1;
  return absl::StrCat(ToString(*fault), "\n",
                      words.substr(begin, words.find('\n', begin) - begin));
}

// What is not as it should be, or "".
std::string Compare(const std::string& text, bool checked, int level) {
  CompileOptions options;
  options.checked = checked;
  options.memory_bytes = 128 * 1024 * 1024;
  options.optimisation = 0;
  const auto plain = Program::Compile(options, {{"loops.c", text}});
  if (!plain.ok()) return plain.status().ToString();
  options.optimisation = level;
  const auto optimised = Program::Compile(options, {{"loops.c", text}});
  if (!optimised.ok()) return optimised.status().ToString();
  for (int i = 0; i < kLoopFunctions; ++i) {
    const std::string expected = EndOf(*plain, i);
    const std::string found = EndOf(*optimised, i);
    if (found != expected) {
      return absl::StrCat("run", i, checked ? " checked" : " fast", " at -O",
                          level, ": ", found, "\nbut at -O0: ", expected);
    }
  }
  return "";
}

// A program that shows a difference stays for whoever looks.
void Keep(const std::string& text) {
  const char* const folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  if (folder == nullptr) return;
  std::ofstream(absl::StrCat(folder, "/loops.c"), std::ios::binary) << text;
}

void Try(bool checked) {
  Seeds seeds(6);
  while (const std::uint64_t seed = seeds.Next()) {
    const std::string text = RandomLoops(seed);
    const std::string problem = RunInChild(
        [&] { return Compare(text, checked, 1 + static_cast<int>(seed % 3)); });
    EXPECT_EQ(problem, "") << "KHEAP_FUZZ_SEED=" << seed;
    if (!problem.empty()) return Keep(text);
  }
}

TEST(LoopFuzzTest, LoopsEndTheSameWithBoundsAlone) { Try(/*checked=*/false); }

TEST(LoopFuzzTest, LoopsEndTheSameInCheckedMode) { Try(/*checked=*/true); }

}  // namespace
}  // namespace kheap
