// SPDX-License-Identifier: Apache-2.0
#include "heap/memory_layout.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bitshift/bits.h"
#include "heap/code_pages.h"

namespace kheap {

namespace {

// The directory describes the arena in pieces of equal size, so its own size
// follows from the capacity: one byte in 64, and room for what does not grow.
constexpr std::uint64_t kDirectoryShare = 64;
constexpr std::uint64_t kDirectoryBytesMin = 128 * 1024;

// Where the allocators' objects begin is one bit for each 8 bytes of the arena,
// whose its pages are is two bytes each; and there is room for what does not
// grow.
constexpr std::uint64_t kObjectBitShare = 64;
constexpr std::uint64_t kOwnerShare = 2048;
constexpr std::uint64_t kAllocatorBytesMin = 64 * 1024;

// However large the regions below are, blocks of any alignment up to this lie
// at the same distances from the heap's begin.
constexpr std::uint64_t kHeapAlignment = 65536;

std::uint64_t DirectoryBytes(std::uint64_t capacity_bytes) {
  return capacity_bytes / kDirectoryShare + kDirectoryBytesMin;
}

std::uint64_t AllocatorBytes(std::uint64_t capacity_bytes) {
  return capacity_bytes / kObjectBitShare + capacity_bytes / kOwnerShare +
         kAllocatorBytesMin;
}

// The records take what lies before the first page.
std::uint64_t CodeBytes(std::uint64_t code_bytes) {
  if (code_bytes == 0) return 0;
  constexpr std::uint64_t kRecordBytes =
      kCodePagesBegin.offset() - kControlBase.offset() - kRegionAlignment;
  return kRecordBytes +
         bits::AlignUp(std::min(code_bytes, kCapacityBytesMax), kCodePageBytes);
}

}  // namespace

std::string_view ToString(Region region) {
  static constexpr std::array<std::string_view, kRegionCount> kNames = {
      "null guard", "control", "code",    "symbols",   "directory",
      "allocators", "kernel",  "library", "read-only", "stack guard",
      "stack",      "data",    "heap",
  };
  return kNames[IndexOf(region)];
}

absl::StatusOr<MemoryLayout> MemoryLayout::Create(
    const LayoutOptions& options) {
  const std::uint64_t capacity =
      bits::AlignDown(options.capacity_bytes, kRegionAlignment);
  if (capacity > kCapacityBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("a capacity of ", options.capacity_bytes,
                     " bytes is above the limit of ", kCapacityBytesMax));
  }
  if (options.code_bytes > kCodePageCountMax * kCodePageBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        options.code_bytes, " bytes of code are above the limit of ",
        kCodePageCountMax * kCodePageBytes));
  }
  const std::array<std::uint64_t, kRegionCount - 1> sizes = {
      kControlBase.offset(),
      kRegionAlignment,
      CodeBytes(options.code_bytes),
      options.symbol_bytes,
      DirectoryBytes(capacity),
      options.allocators ? AllocatorBytes(capacity) : 0,
      options.kernel_bytes,
      kLibraryBytes,
      options.read_only_bytes,
      kStackGuardBytes,
      options.stack_bytes,
      options.data_bytes,
  };
  MemoryLayout layout;
  std::uint64_t bound = 0;
  for (int i = 0; i + 1 < kRegionCount; ++i) {
    layout.bounds_[i] = Address(bound);
    // No sum overflows: each term is at most 2^40, and there are twelve.
    bound +=
        bits::AlignUp(std::min(sizes[i], kCapacityBytesMax), kRegionAlignment);
  }
  bound = bits::AlignUp(bound, kHeapAlignment);
  if (bound > capacity || capacity - bound < kHeapBytesMin) {
    return absl::InvalidArgumentError(
        absl::StrCat("a capacity of ", options.capacity_bytes,
                     " bytes leaves no heap: the regions below it take ", bound,
                     " bytes and the heap needs ", kHeapBytesMin));
  }
  layout.bounds_[IndexOf(Region::kHeap)] = Address(bound);
  layout.bounds_[kRegionCount] = Address(capacity);
  return layout;
}

Region MemoryLayout::RegionOf(Address address) const {
  const auto above =
      std::upper_bound(bounds_.begin(), bounds_.end() - 1, address);
  return static_cast<Region>(above - bounds_.begin() - 1);
}

}  // namespace kheap
