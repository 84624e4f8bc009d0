// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_SCOPE_STACK_H_
#define KHEAP_ALLOCATORS_SCOPE_STACK_H_

// Whose scopes are open (AllocationScope in bump_allocator.h), outermost first,
// as it lies in the registry's header:
//
//   scopes     of a   of b   of c, which has ended   of a, and one more of a
//   records  |  a   |  b   |           0           |           a           |
//                                                     innermost, depth = 4
//
// The innermost entry is never 0, all behind it are. A scope within another of
// the same allocator has no entry of its own, so a recursion that opens one at
// each level stays flat.

#include <algorithm>
#include <array>
#include <cstdint>

#include "heap/little_endian.h"
#include "machine/check.h"

namespace kheap {

inline constexpr std::uint64_t kScopeDepthMax = 2048;

struct ScopeStack {
  LittleEndian<std::uint64_t> depth;
  // Numbers of records; 0, which is no bump allocator's, where one has ended.
  std::array<std::uint8_t, kScopeDepthMax> records;

  // The allocator of the innermost scope, or 0.
  std::uint8_t innermost() const { return depth == 0 ? 0 : records[depth - 1]; }

  // The scope that is opened here is closed by going back to `depth`.
  void Open(std::uint8_t record) {
    if (innermost() == record) return;
    KHEAP_CHECK(depth < kScopeDepthMax, "scopes nest at most 2048 deep");
    records[depth] = record;
    depth += 1;
  }
  // Scopes that were opened within it and are still open close, too.
  void CloseTo(std::uint64_t outer_depth) {
    while (depth > outer_depth) DropInnermost();
    while (depth != 0 && innermost() == 0) DropInnermost();
  }
  // All scopes of an allocator end; their entries stay in their places.
  void End(std::uint8_t record) {
    std::replace(records.begin(), records.begin() + depth.get(), record,
                 std::uint8_t{0});
    CloseTo(depth);
  }

 private:
  void DropInnermost() {
    depth -= 1;
    records[depth] = 0;
  }
};

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_SCOPE_STACK_H_
