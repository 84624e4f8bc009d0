// SPDX-License-Identifier: Apache-2.0
// Prints the ratios of benchmark runs: for each CSV file that is named on the
// command line, the program's name and a table. A name that hides whose
// benchmark it is is an error, after the table.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "benchmarks/report/ratio_table.h"

namespace kheap::benchmarks {
namespace {

// Whether every name says whose benchmark it is.
bool Report(const std::string& program, std::istream& csv) {
  const std::vector<Measurement> medians = ReadMedians(csv);
  std::cout << program << "\n" << FormatRatios(medians) << "\n";
  const std::vector<std::string> misnamed = MisnamedAmong(medians);
  for (const std::string& name : misnamed) {
    std::cerr << "error: " << name << " has no peers, for no word of its name "
              << "begins with kheap: BM_<Function>_Kheap would\n";
  }
  return misnamed.empty();
}

}  // namespace
}  // namespace kheap::benchmarks

int main(int argc, char** argv) {
  bool all_named = true;
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i]);
    if (!in) {
      std::cerr << "cannot read " << argv[i] << "\n";
      return 2;
    }
    const std::string program = std::filesystem::path(argv[i]).stem().string();
    if (!kheap::benchmarks::Report(program, in)) all_named = false;
  }
  return all_named ? 0 : 1;
}
