// SPDX-License-Identifier: Apache-2.0
// Programs that try to leave their arena: each ends in the fault that its first
// line foretells, and no byte of the host's is another one afterwards.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "runner/program.h"
#include "tests/runner/canary.h"

namespace kheap {
namespace {

constexpr char kFolder[] = "tests/runner/escape";

// What the first line of a program says:
//
//   // fault 110 111 in cases 0 to 25
//   // no fault in cases 0 to 7
struct Expectation {
  std::set<int> faults;  // one of them; none if empty
  int first_case = 0;
  int last_case = -1;
};

std::optional<Expectation> ReadExpectation(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  words >> word >> word;
  const bool faults = word == "fault";
  if (!faults && !(word == "no" && words >> word)) return std::nullopt;
  Expectation expected;
  while (words >> word && word != "in") {
    if (!faults || word.size() != 3) return std::nullopt;
    expected.faults.insert(std::stoi(word));
  }
  std::string cases;
  std::string to;
  words >> cases >> expected.first_case >> to >> expected.last_case;
  if (words.fail() || cases != "cases" || to != "to" ||
      faults == expected.faults.empty() ||
      expected.last_case < expected.first_case) {
    return std::nullopt;
  }
  return expected;
}

// One case, between canaries that are older and younger than its arena; what
// it did that it may not, or "".
std::string RunCase(const Program& program, const std::string& path, int number,
                    const Expectation& expected) {
  const Canary before;
  auto process = program.Start();
  const Canary after;
  if (!process.ok()) return process.status().ToString();
  const auto end = (*process)->RunMain({path, std::to_string(number)});
  if (!end.ok()) return end.status().ToString();
  std::string report;
  if (end->fault.has_value()) report = (*process)->Explain(*end->fault);
  const bool intact_in_life = before.IsIntact() && after.IsIntact();
  process->reset();
  if (!intact_in_life || !before.IsIntact() || !after.IsIntact()) {
    return "the host's memory was changed\n" + report;
  }
  if (end->fault.has_value()) {
    const bool foretold =
        expected.faults.contains(static_cast<int>(end->fault->code));
    return foretold ? "" : report;
  }
  if (!expected.faults.empty()) {
    return "no fault, status " + std::to_string(end->exit_status.value_or(-1));
  }
  return end->exit_status == 0 ? "" : "not status 0";
}

std::vector<std::string> EscapePrograms() {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry :
       std::filesystem::directory_iterator(kFolder, missing)) {
    if (entry.path().extension() == ".c") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

using NameAndMode = std::tuple<std::string, bool>;

class EscapeTest : public testing::TestWithParam<NameAndMode> {};

TEST_P(EscapeTest, EveryCaseStaysInItsArena) {
  const auto& [name, checked] = GetParam();
  const std::string path = std::string(kFolder) + "/" + name + ".c";
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  const auto expected = ReadExpectation(line);
  ASSERT_TRUE(expected.has_value()) << line;
  const auto program =
      Program::Compile({.checked = checked, .optimisation = 1}, {{path}});
  ASSERT_TRUE(program.ok()) << program.status();
  // A process beside them that never runs: its arena is the host's, too.
  const auto neighbour = program->Start();
  ASSERT_TRUE(neighbour.ok()) << neighbour.status();
  const Digest untouched = (*neighbour)->heap().ComputeDigest();
  for (int number = expected->first_case; number <= expected->last_case;
       ++number) {
    EXPECT_EQ(RunCase(*program, path, number, *expected), "")
        << name << " case " << number;
  }
  EXPECT_EQ((*neighbour)->heap().ComputeDigest(), untouched);
}

INSTANTIATE_TEST_SUITE_P(Programs, EscapeTest,
                         testing::Combine(testing::ValuesIn(EscapePrograms()),
                                          testing::Bool()),
                         [](const testing::TestParamInfo<NameAndMode>& test) {
                           return std::get<0>(test.param) +
                                  (std::get<1>(test.param) ? "_checked"
                                                           : "_fast");
                         });

}  // namespace
}  // namespace kheap
