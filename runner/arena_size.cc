// SPDX-License-Identifier: Apache-2.0
#include "runner/arena_size.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "kmalloc/directory_layout.h"

namespace kheap {

namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} * 1024 * 1024;

bool Fits(LayoutOptions layout, std::uint64_t capacity_bytes) {
  layout.capacity_bytes = capacity_bytes;
  return MemoryLayout::Create(layout).ok();
}

}  // namespace

absl::Status ExplainRefusal(const LayoutOptions& layout,
                            const absl::Status& refusal) {
  if (Fits(layout, layout.capacity_bytes)) return refusal;
  // A larger arena has a larger directory, so the least one is searched for.
  std::uint64_t too_small = layout.capacity_bytes / kMebibyte;
  std::uint64_t enough = kAllocatorCapacityMax / kMebibyte;
  if (!Fits(layout, enough * kMebibyte)) return refusal;
  while (enough - too_small > 1) {
    const std::uint64_t middle = too_small + (enough - too_small) / 2;
    (Fits(layout, middle * kMebibyte) ? enough : too_small) = middle;
  }
  return absl::OutOfRangeError(
      absl::StrCat("an arena of ", layout.capacity_bytes,
                   " bytes is too small: with a stack of ", layout.stack_bytes,
                   " bytes the program takes at least ", enough * kMebibyte,
                   " bytes (", enough, "M)"));
}

}  // namespace kheap
