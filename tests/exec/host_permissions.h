// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_EXEC_HOST_PERMISSIONS_H_
#define KHEAP_TESTS_EXEC_HOST_PERMISSIONS_H_

// What the host itself allows at a place in memory, where it tells.

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>

#include "machine/reserved_memory.h"

namespace kheap {

// As /proc/self/maps has it: "r-x" and the like, or empty.
inline std::string ListedPermissions(const std::byte* place) {
  const auto at = reinterpret_cast<std::uintptr_t>(place);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::size_t end = 0;
    const std::uintptr_t first = std::stoull(line, &end, 16);
    const std::string rest = line.substr(end + 1);
    const std::uintptr_t last = std::stoull(rest, &end, 16);
    if (first <= at && at < last) return rest.substr(end + 1, 3);
  }
  return "";
}

// "r-x" and the like; empty where the host does not tell. QEMU takes readable
// and executable pages side by side for one range, as they are one below it.
inline std::string HostPermissions(const std::byte* place) {
  constexpr std::size_t kStep = 65536;
  auto memory = machine::ReservedMemory::Reserve(2 * kStep);
  const bool tells =
      memory.has_value() && memory->Commit(2 * kStep) &&
      memory->Protect(0, kStep, machine::Protection::kRead) &&
      memory->Protect(kStep, 2 * kStep, machine::Protection::kReadExecute) &&
      ListedPermissions(memory->data() + kStep) == "r-x";
  return tells ? ListedPermissions(place) : "";
}

}  // namespace kheap

#endif  // KHEAP_TESTS_EXEC_HOST_PERMISSIONS_H_
