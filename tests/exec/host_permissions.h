// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_EXEC_HOST_PERMISSIONS_H_
#define KHEAP_TESTS_EXEC_HOST_PERMISSIONS_H_

// What the host itself allows at a place in memory, where it tells.

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "heap/global_heap.h"
#include "machine/reserved_memory.h"

namespace kheap {

// /proc/self/maps as it is now.
class HostPermissions {
 public:
  HostPermissions() {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      std::size_t end = 0;
      const std::uintptr_t first = std::stoull(line, &end, 16);
      const std::string rest = line.substr(end + 1);
      const std::uintptr_t last = std::stoull(rest, &end, 16);
      ranges_.push_back({first, last, rest.substr(end + 1, 3)});
    }
  }

  // "r-x" and the like, or empty.
  std::string At(const std::byte* place) const {
    const auto at = reinterpret_cast<std::uintptr_t>(place);
    for (const Range& range : ranges_) {
      if (range.first <= at && at < range.last) return range.permissions;
    }
    return "";
  }

 private:
  struct Range {
    std::uintptr_t first;
    std::uintptr_t last;
    std::string permissions;
  };
  std::vector<Range> ranges_;
};

// QEMU takes readable and executable pages side by side for one range, as they
// are one below it.
inline bool HostTellsPermissions() {
  constexpr std::size_t kStep = 65536;
  auto memory = machine::ReservedMemory::Reserve(2 * kStep);
  return memory.has_value() && memory->Commit(2 * kStep) &&
         memory->Protect(0, kStep, machine::Protection::kRead) &&
         memory->Protect(kStep, 2 * kStep, machine::Protection::kReadExecute) &&
         HostPermissions().At(memory->data() + kStep) == "r-x";
}
inline constexpr char kHostTellsNoPermissions[] =
    "the host does not tell what its page tables allow";

inline std::string PermissionsOf(CodeState state) {
  return state == CodeState::kWritable ? "rw-"
         : state == CodeState::kSealed ? "r-x"
                                       : "r--";
}

// The third invariant of docs/design/exec.md: the host's page tables agree with
// the states. Empty if they do, else the first page that has other permissions,
// and these.
inline std::string HostDisagreement(const GlobalHeap& heap) {
  const HostPermissions permissions;
  for (Address at = kCodePagesBegin; at < heap.layout().end(Region::kCode);
       at += kCodePageBytes) {
    const std::uint64_t page = CodePageOf(at);
    for (const std::uint64_t offset : {std::uint64_t{0}, kCodePageBytes - 1}) {
      const std::string found =
          permissions.At(heap.base() + (at + offset).offset());
      if (found != PermissionsOf(heap.code_state(page))) {
        return absl::StrCat("page ", page, " of code is ", found);
      }
    }
  }
  return "";
}

}  // namespace kheap

#endif  // KHEAP_TESTS_EXEC_HOST_PERMISSIONS_H_
