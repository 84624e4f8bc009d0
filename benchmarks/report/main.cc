// SPDX-License-Identifier: Apache-2.0
// Prints the ratios of benchmark runs: for each CSV file that is named on the
// command line, the program's name and a table.
#include <filesystem>
#include <fstream>
#include <iostream>

#include "benchmarks/report/ratio_table.h"

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i]);
    if (!in) {
      std::cerr << "cannot read " << argv[i] << "\n";
      return 2;
    }
    std::cout << std::filesystem::path(argv[i]).stem().string() << "\n"
              << kheap::benchmarks::FormatRatios(
                     kheap::benchmarks::ReadMedians(in))
              << "\n";
  }
  return 0;
}
