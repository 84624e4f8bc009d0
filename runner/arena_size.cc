// SPDX-License-Identifier: Apache-2.0
#include "runner/arena_size.h"

#include <cstdint>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "kmalloc/directory_layout.h"

namespace kheap {

namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} * 1024 * 1024;
// The payload of a status that is about the stack; it has no bytes.
constexpr char kAboutStack[] = "kheap/stack_bytes";

bool Fits(LayoutOptions layout, std::uint64_t capacity_bytes) {
  layout.capacity_bytes = capacity_bytes;
  return MemoryLayout::Create(layout).ok();
}

// Of a program that the largest arena has no room for.
absl::Status ExplainStack(LayoutOptions layout, const absl::Status& refusal) {
  const std::uint64_t stack_bytes = std::exchange(layout.stack_bytes, 0);
  if (!Fits(layout, kAllocatorCapacityMax)) return refusal;
  absl::Status status = absl::OutOfRangeError(
      absl::StrCat("a stack of ", stack_bytes,
                   " bytes leaves no room in the largest arena, of ",
                   kAllocatorCapacityMax, " bytes"));
  status.SetPayload(kAboutStack, absl::Cord());
  return status;
}

}  // namespace

absl::Status ExplainRefusal(const LayoutOptions& layout,
                            const absl::Status& refusal) {
  if (Fits(layout, layout.capacity_bytes)) return refusal;
  // A larger arena has a larger directory, so the least one is searched for.
  std::uint64_t too_small = layout.capacity_bytes / kMebibyte;
  std::uint64_t enough = kAllocatorCapacityMax / kMebibyte;
  if (!Fits(layout, enough * kMebibyte)) return ExplainStack(layout, refusal);
  if (too_small >= enough) return refusal;
  while (enough - too_small > 1) {
    const std::uint64_t middle = too_small + (enough - too_small) / 2;
    (Fits(layout, middle * kMebibyte) ? enough : too_small) = middle;
  }
  return absl::OutOfRangeError(
      absl::StrCat("an arena of ", layout.capacity_bytes,
                   layout.capacity_bytes == 1 ? " byte" : " bytes",
                   " is too small: with a stack of ", layout.stack_bytes,
                   layout.stack_bytes == 1 ? " byte" : " bytes",
                   " the program takes at least ", enough * kMebibyte,
                   " bytes (", enough, "M)"));
}

bool IsAboutStack(const absl::Status& status) {
  return status.GetPayload(kAboutStack).has_value();
}

}  // namespace kheap
