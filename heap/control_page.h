// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_HEAP_CONTROL_PAGE_H_
#define KHEAP_HEAP_CONTROL_PAGE_H_

// What lies at kControlBase: the facts about the arena itself, and the few
// registers that a C program has besides its memory. The guest cannot reach
// this page; the runtime reads and writes it through GlobalHeap::control().

#include <array>
#include <cstddef>
#include <cstdint>

#include "heap/little_endian.h"
#include "heap/memory_layout.h"

namespace kheap {

struct ControlPage {
  // One region: where it begins, and where the bytes end that may differ from
  // zero. [used_end, the next region's begin) is zero. The heap's used end is
  // the break.
  struct RegionExtent {
    LittleEndian<std::uint64_t> begin;
    LittleEndian<std::uint64_t> used_end;
  };

  std::array<char, 8> magic;
  LittleEndian<std::uint32_t> version;
  LittleEndian<std::int32_t> guest_errno;
  LittleEndian<std::uint64_t> capacity_bytes;
  std::array<RegionExtent, kRegionCount> regions;
  LittleEndian<std::uint64_t> stack_pointer;  // lowest byte in use
  LittleEndian<std::uint64_t> stack_frame;    // newest frame's record, or 0
  LittleEndian<std::uint64_t> stack_depth;    // frames, a count
  LittleEndian<std::uint64_t> stack_serial;   // frames ever pushed, a count
  // Kept by gc/: where its spaces lie and how full they are.
  std::array<std::byte, 1024> collector;
};
static_assert(sizeof(ControlPage) == 24 + 16 * kRegionCount + 32 + 1024);
static_assert(sizeof(ControlPage) <= kRegionAlignment);

inline constexpr std::array<char, 8> kControlMagic = {'K', 'H', 'E', 'A', 'P'};
inline constexpr std::uint32_t kControlVersion = 1;

}  // namespace kheap

#endif  // KHEAP_HEAP_CONTROL_PAGE_H_
