// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_HEAP_MEMORY_LAYOUT_H_
#define KHEAP_HEAP_MEMORY_LAYOUT_H_

// The memory map: which region of the arena begins where, and what the guest
// may do there. From low to high addresses:
//
//   region        kept by      the guest may
//   null guard    –            do nothing: address 0 is null
//   control       heap         do nothing
//   code          exec         what its pages allow (code_pages.h)
//   symbols       globaldata   do nothing
//   directory     kmalloc      do nothing
//   allocators    allocators   do nothing
//   kernel        kernel       do nothing
//   library       clib         load
//   read-only     globaldata   load
//   stack guard   –            load zeros (nothing in checked mode); a store
//                              is an overflow of the stack above it
//   stack         kstack       load and store
//   data          globaldata   load and store
//   heap          kmalloc      load and store, up to the break
//
// So what the guest may load is one range, [library, break), and what it may
// store to is one range, [stack, break): one compare decides each. Every
// bound is a multiple of kRegionAlignment.
//
// docs/memory_map.md draws the map and gives the reasons.

#include <array>
#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "heap/address.h"

namespace kheap {

enum class Region : std::uint8_t {
  kNullGuard,
  kControl,
  kCode,
  kSymbols,
  kDirectory,
  kAllocators,
  kKernel,
  kLibrary,
  kReadOnly,
  kStackGuard,
  kStack,
  kData,
  kHeap,
};
inline constexpr int kRegionCount = 13;

// Row numbers of tables about regions, in address order.
constexpr int IndexOf(Region region) { return static_cast<int>(region); }

// "heap", "stack guard" …
std::string_view ToString(Region region);

inline constexpr std::uint64_t kRegionAlignment = 4096;
inline constexpr Address kControlBase{4096};
inline constexpr std::uint64_t kStackGuardBytes = 65536;
inline constexpr std::uint64_t kLibraryBytes = 4096;
inline constexpr std::uint64_t kHeapBytesMin = 65536;
inline constexpr std::uint64_t kCapacityBytesMax =
    std::uint64_t{1} * 1024 * 1024 * 1024 * 1024;

// How large each region is, in bytes. The regions' sizes are rounded up to a
// multiple of kRegionAlignment, the capacity down; what they leave of it is the
// heap.
struct LayoutOptions {
  std::uint64_t capacity_bytes = std::uint64_t{64} * 1024 * 1024;
  std::uint64_t stack_bytes = 1024 * 1024;
  std::uint64_t data_bytes = 1024 * 1024;
  std::uint64_t read_only_bytes = 64 * 1024;
  std::uint64_t symbol_bytes = 256 * 1024;
  // None unless there is a kernel: most of it is its file system.
  std::uint64_t kernel_bytes = 0;
  // Whether there are allocators beside malloc: their region's size follows
  // from the capacity.
  bool allocators = false;
  // Pages of memory that the host may run, guards included; above 0 there is a
  // page of records as well. At most kCodePageCountMax pages.
  std::uint64_t code_bytes = 0;
};

class MemoryLayout {
 public:
  // Fails with InvalidArgument if the regions leave less than kHeapBytesMin or
  // the capacity is above kCapacityBytesMax.
  static absl::StatusOr<MemoryLayout> Create(const LayoutOptions& options);

  Address begin(Region region) const { return bounds_[IndexOf(region)]; }
  // The first address behind the region; for the heap, the capacity.
  Address end(Region region) const { return bounds_[IndexOf(region) + 1]; }
  std::uint64_t size_bytes(Region region) const {
    return end(region) - begin(region);
  }
  std::uint64_t capacity_bytes() const { return end(Region::kHeap).offset(); }
  // The region that an address below the capacity lies in.
  Region RegionOf(Address address) const;

  friend bool operator==(const MemoryLayout&, const MemoryLayout&) = default;

 private:
  MemoryLayout() = default;

  // Bound i begins region i; the last one is the capacity.
  std::array<Address, kRegionCount + 1> bounds_;
};

}  // namespace kheap

#endif  // KHEAP_HEAP_MEMORY_LAYOUT_H_
