// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_EXEC_HOST_PERMISSIONS_H_
#define KHEAP_TESTS_EXEC_HOST_PERMISSIONS_H_

// What the host itself allows at a place in memory, where it tells.

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

namespace kheap {

// "r-x" and the like; empty where the host does not tell.
inline std::string HostPermissions(const std::byte* place) {
  std::ifstream maps("/proc/self/maps");
  const auto at = reinterpret_cast<std::uintptr_t>(place);
  for (std::string line; std::getline(maps, line);) {
    std::size_t end = 0;
    const std::uintptr_t first = std::stoull(line, &end, 16);
    const std::string rest = line.substr(end + 1);
    const std::uintptr_t last = std::stoull(rest, &end, 16);
    if (first <= at && at < last) return rest.substr(end + 1, 3);
  }
  return "";
}

}  // namespace kheap

#endif  // KHEAP_TESTS_EXEC_HOST_PERMISSIONS_H_
