// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KMALLOC_ARENA_H_
#define KHEAP_TESTS_KMALLOC_ARENA_H_

// An arena with an allocator in it, for each way to set one up.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kmalloc/kmalloc.h"
#include "tests/support/heaps.h"

namespace kheap {

struct Setting {
  MallocPolicy policy;
  bool checked;
};

inline std::string NameOf(const Setting& setting) {
  return std::string(setting.policy == MallocPolicy::kPages ? "Pages"
                                                            : "Tags") +
         (setting.checked ? "Checked" : "Fast");
}

inline std::ostream& operator<<(std::ostream& out, const Setting& setting) {
  return out << NameOf(setting);
}

inline constexpr Setting kPagesFast = {MallocPolicy::kPages, false};
inline constexpr Setting kTagsFast = {MallocPolicy::kTags, false};
inline constexpr Setting kPagesChecked = {MallocPolicy::kPages, true};
inline constexpr Setting kTagsChecked = {MallocPolicy::kTags, true};
inline constexpr std::array<Setting, 4> kEverySetting = {
    kPagesFast, kTagsFast, kPagesChecked, kTagsChecked};

// More requests of one small size than any class needs to get its cache.
inline constexpr int kEnoughToBeHot = 300;

inline HeapOptions ArenaOptions(bool checked, std::uint64_t capacity_bytes) {
  return {.layout = {.capacity_bytes = capacity_bytes,
                     .stack_bytes = 4096,
                     .data_bytes = 4096,
                     .read_only_bytes = 4096,
                     .symbol_bytes = 4096},
          .checked = checked};
}

class MallocArena {
 public:
  // At least 64 KiB of heap at 320 KiB of capacity, its smallest.
  static constexpr std::uint64_t kSmallest = 320 * 1024;

  explicit MallocArena(const Setting& setting,
                       std::uint64_t capacity_bytes = 1024 * 1024)
      : heap_(MakeHeap(ArenaOptions(setting.checked, capacity_bytes))),
        malloc_(KMalloc::Create(*heap_, setting.policy).value()) {}

  GlobalHeap& heap() { return *heap_; }
  KMalloc& malloc() { return malloc_; }

  Address heap_begin() const { return heap_->layout().begin(Region::kHeap); }
  std::uint64_t heap_bytes() const {
    return heap_->layout().size_bytes(Region::kHeap);
  }

  // Every byte up to the break, but for the guest's errno.
  std::vector<std::byte> BytesButErrno() {
    const std::int32_t guest_errno = heap_->guest_errno();
    heap_->set_guest_errno(0);
    std::vector<std::byte> bytes = BytesOf(*heap_);
    heap_->set_guest_errno(guest_errno);
    return bytes;
  }

  // Gives the class of a size its cache and its first page (policy kPages, fast
  // mode; elsewhere it does nothing that lasts).
  void Heat(std::uint64_t size_bytes) {
    for (int i = 0; i < kEnoughToBeHot; ++i) {
      malloc_.Free(malloc_.Malloc(size_bytes));
    }
  }

  // All the memory there is, in blocks that shrink down to none.
  std::vector<Address> Exhaust() {
    std::vector<Address> blocks;
    for (std::uint64_t size = heap_bytes(); size != 0; size /= 2) {
      for (;;) {
        const Address block = malloc_.Malloc(size);
        if (block.is_null()) break;
        blocks.push_back(block);
      }
    }
    heap_->set_guest_errno(0);
    return blocks;
  }

 private:
  const std::unique_ptr<GlobalHeap> heap_;
  KMalloc malloc_;
};

// A suite that runs in every setting.
class InEverySetting : public testing::TestWithParam<Setting> {
 protected:
  InEverySetting() : arena_(GetParam()) {}

  GlobalHeap& heap() { return arena_.heap(); }
  KMalloc& malloc() { return arena_.malloc(); }
  void ExpectSound() {
    EXPECT_EQ(malloc().CheckInvariants(), absl::OkStatus());
  }

  MallocArena arena_;
};

inline std::string NameOfParam(const testing::TestParamInfo<Setting>& info) {
  return NameOf(info.param);
}

}  // namespace kheap

#endif  // KHEAP_TESTS_KMALLOC_ARENA_H_
