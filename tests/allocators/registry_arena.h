// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_ALLOCATORS_REGISTRY_ARENA_H_
#define KHEAP_TESTS_ALLOCATORS_REGISTRY_ARENA_H_

// A small arena with malloc and a registry in it, and a suite that runs in both
// modes.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "allocators/buffers.h"
#include "allocators/bump_allocator.h"
#include "allocators/memory_stats.h"
#include "allocators/page_allocator.h"
#include "allocators/pool.h"
#include "allocators/registry.h"
#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/support/faults.h"
#include "tests/support/heaps.h"

namespace kheap {

class RegistryArena {
 public:
  explicit RegistryArena(bool checked,
                         std::uint64_t capacity_bytes = 2 * 1024 * 1024)
      : heap_(MakeHeap({.layout = {.capacity_bytes = capacity_bytes,
                                   .stack_bytes = 4096,
                                   .data_bytes = 4096,
                                   .read_only_bytes = 4096,
                                   .symbol_bytes = 4096,
                                   .allocators = true},
                        .checked = checked})),
        malloc_(KMalloc::Create(*heap_).value()),
        registry_(Registry::Create(malloc_, clock_).value()) {}

  GlobalHeap& heap() { return *heap_; }
  KMalloc& malloc() { return malloc_; }
  Registry& registry() { return registry_; }
  Tally TallyOf(Holder holder) { return registry_.ledger().Of(holder); }
  // What time it is, in nanoseconds.
  void set_time(std::uint64_t time) { clock_.time = time; }
  std::uint64_t heap_bytes() const {
    return heap_->layout().size_bytes(Region::kHeap);
  }

 private:
  struct TestClock {
    std::uint64_t time = 0;
    std::uint64_t now() const { return time; }
  };

  TestClock clock_;
  std::unique_ptr<GlobalHeap> heap_;
  KMalloc malloc_;
  Registry registry_;
};

// Fast and checked.
class InBothModes : public testing::TestWithParam<bool> {
 protected:
  InBothModes() : arena_(GetParam()) {}

  bool checked() const { return GetParam(); }
  GlobalHeap& heap() { return arena_.heap(); }
  KMalloc& malloc() { return arena_.malloc(); }
  Registry& registry() { return arena_.registry(); }
  Tally TallyOf(Holder holder) { return arena_.TallyOf(holder); }

  // What a load of one byte there ends in.
  std::optional<FaultCode> CodeAt(Address address) {
    const auto fault = heap().FindFault(address, 1, Access::kLoad);
    if (!fault.has_value()) return std::nullopt;
    return fault->code;
  }

  // What checked mode says of an access that fast mode lets happen.
  std::optional<FaultCode> InChecked(FaultCode code) const {
    if (!checked()) return std::nullopt;
    return code;
  }

  RegistryArena arena_;
};

inline std::string NameOfMode(const testing::TestParamInfo<bool>& info) {
  return info.param ? "Checked" : "Fast";
}

inline MemoryFault FreeFault(FaultCode code, Address address) {
  return {code, Access::kFree, address, 0};
}

// What whoever reads the header of a page block says once it has changed.
inline MemoryFault OverwrittenFault(Address block) {
  return {FaultCode::kHeapCorruption, Access::kLoad, block, sizeof(PageHeader)};
}

// What CheckInvariants says of a page block whose header has changed.
inline absl::Status OverwrittenAt(Address block) {
  return absl::InternalError(
      absl::StrCat("pages.header: the header of the page block at ",
                   ToString(block), " was overwritten"));
}

}  // namespace kheap

#endif  // KHEAP_TESTS_ALLOCATORS_REGISTRY_ARENA_H_
