// SPDX-License-Identifier: Apache-2.0
#include "machine/proc_cpuinfo.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace kheap::machine {

std::string ProcCpuInfo(std::string_view key) {
  std::ifstream file("/proc/cpuinfo");
  return CpuInfoOf(file, key);
}

std::string CpuInfoOf(std::istream& text, std::string_view key) {
  for (std::string line; std::getline(text, line);) {
    const std::size_t colon = line.find(": ");
    if (colon == line.npos || !line.starts_with(key)) continue;
    if (line.find_first_not_of(" \t", key.size()) == colon) {
      return line.substr(colon + 2);
    }
  }
  return "";
}

void AddFeatures(const std::string& text, std::vector<std::string>& features) {
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const auto known = std::find(features.begin(), features.end(), word);
    if (known == features.end()) features.push_back(word);
  }
}

}  // namespace kheap::machine
