// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KMALLOC_MALLOC_MODEL_H_
#define KHEAP_TESTS_KMALLOC_MALLOC_MODEL_H_

// An allocator beside a plain map of what is live: random steps are applied to
// both, and laws about them are asserted (with RapidCheck) after each.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <ostream>
#include <vector>

#include "kmalloc/kmalloc.h"
#include "rapidcheck/gtest.h"
#include "tests/kmalloc/arena.h"
#include "tests/support/bit_reference.h"

namespace kheap {

enum class Call {
  kMalloc,
  kCalloc,
  kRealloc,
  kReallocArray,
  kAlignedAlloc,
  kPosixMemalign,
  kFree,
  kFreeSized,
  kFreeMany,  // every second block
  kBurst,     // enough requests of one size to make its class hot
  kTrim,
};

struct Step {
  Call call;
  std::uint64_t size_bytes;
  std::uint64_t alignment;
  std::uint32_t pick;  // which block, or how many
};

inline std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << "{" << static_cast<int>(step.call) << ", " << step.size_bytes
             << ", " << step.alignment << ", " << step.pick << "}";
}

// Boundaries of every kind of size, and what lies around them.
inline rc::Gen<std::uint64_t> AnyRequestSize() {
  const auto at = [](std::vector<std::uint64_t> sizes) {
    return rc::gen::map(
        rc::gen::pair(rc::gen::elementOf(sizes), rc::gen::inRange(-1, 2)),
        [](const std::pair<std::uint64_t, int>& p) {
          return p.first + static_cast<std::uint64_t>(p.second);
        });
  };
  return rc::gen::weightedOneOf<std::uint64_t>(
      {{6, rc::gen::inRange<std::uint64_t>(0, 130)},
       {3, rc::gen::map(rc::gen::inRange<std::uint64_t>(1, 80),
                        [](std::uint64_t n) { return n * 16; })},
       {3, rc::gen::inRange<std::uint64_t>(0, 3000)},
       {3, at({1, 16, 1024, 1040, 4096, 16384, 65536, 65552})},
       {1, rc::gen::inRange<std::uint64_t>(0, 300000)},
       {1, at({std::uint64_t{1} << 20, kAllocatorCapacityMax,
               std::uint64_t{1} << 63, ~std::uint64_t{0}})}});
}

inline rc::Gen<Step> AnyStep() {
  return rc::gen::construct<Step>(
      rc::gen::weightedElement<Call>({{10, Call::kMalloc},
                                      {3, Call::kCalloc},
                                      {6, Call::kRealloc},
                                      {2, Call::kReallocArray},
                                      {3, Call::kAlignedAlloc},
                                      {2, Call::kPosixMemalign},
                                      {8, Call::kFree},
                                      {3, Call::kFreeSized},
                                      {2, Call::kFreeMany},
                                      {4, Call::kBurst},
                                      {1, Call::kTrim}}),
      AnyRequestSize(),
      rc::gen::map(rc::gen::inRange(0, 15),
                   [](int log2) { return std::uint64_t{1} << log2; }),
      rc::gen::arbitrary<std::uint32_t>());
}

// The blocks that are live, with the bytes they were given.
class MallocModel {
 public:
  struct Block {
    std::uint64_t requested_bytes;
    std::vector<std::byte> bytes;
  };

  explicit MallocModel(const Setting& setting) : arena_(setting) {
    result_ = malloc().Calloc(1, 8);
    blocks_[result_] = {8, std::vector<std::byte>(8)};
  }

  GlobalHeap& heap() { return arena_.heap(); }
  KMalloc& malloc() { return arena_.malloc(); }
  const std::map<Address, Block>& blocks() const { return blocks_; }

  void Apply(const Step& step) {
    switch (step.call) {
      case Call::kMalloc:
        return Allocate(step, [&] { return malloc().Malloc(step.size_bytes); });
      case Call::kCalloc:
        return Calloc(step);
      case Call::kRealloc:
      case Call::kReallocArray:
        return Realloc(step);
      case Call::kAlignedAlloc:
      case Call::kPosixMemalign:
        return AllocateAligned(step);
      case Call::kFree:
      case Call::kFreeSized:
        return Free(step);
      case Call::kFreeMany:
        return FreeEverySecond();
      case Call::kBurst:
        return Burst(step);
      case Call::kTrim:
        malloc().MallocTrim(step.size_bytes);
        return;
    }
  }

  // Live blocks are aligned, large enough, apart, and hold what was stored;
  // the allocator's rules hold, and it counts as we do.
  void Check() {
    const absl::Status status = malloc().CheckInvariants();
    if (!status.ok()) RC_FAIL(std::string(status.message()));
    Address end = arena_.heap_begin();
    std::uint64_t live_bytes = 0;
    for (const auto& [address, block] : blocks_) {
      const std::uint64_t usable = malloc().MallocUsableSize(address);
      RC_ASSERT(address >= end);
      RC_ASSERT(address.offset() % 16 == 0u);
      RC_ASSERT(usable >= block.requested_bytes);
      end = address + usable;
      live_bytes += usable;
      const auto bytes = heap().RuntimeSpan(address, block.bytes.size());
      RC_ASSERT(std::equal(bytes.begin(), bytes.end(), block.bytes.begin()));
    }
    RC_ASSERT(end <= heap().break_address());
    const MallocStats stats = malloc().Stats();
    RC_ASSERT(stats.live_blocks == blocks_.size());
    RC_ASSERT(stats.live_bytes == live_bytes);
    RC_ASSERT(stats.peak_bytes >= live_bytes);
    RC_ASSERT(stats.peak_blocks >= blocks_.size());
  }

  void FreeAll() {
    for (const auto& [address, block] : blocks_) malloc().Free(address);
    blocks_.clear();
  }

 private:
  using Position = std::map<Address, Block>::iterator;

  void Add(Address address, std::uint64_t size_bytes) {
    serial_ += 1;
    Block block = {size_bytes, PatternBytes(size_bytes, serial_)};
    if (size_bytes != 0) {
      std::copy(block.bytes.begin(), block.bytes.end(),
                heap().Span(address, size_bytes, Access::kStore).begin());
    }
    RC_ASSERT(blocks_.emplace(address, std::move(block)).second);
  }

  // Applies a request that yields a block or, with errno set and nothing else
  // changed, null.
  template <typename Request>
  Address Try(Request request) {
    heap().set_guest_errno(0);
    const Digest before = heap().ComputeDigest();
    const Address block = request();
    const std::int32_t error = heap().guest_errno();
    RC_ASSERT(error == (block.is_null() ? kErrnoNoMemory : 0));
    heap().set_guest_errno(0);
    if (block.is_null()) RC_ASSERT(heap().ComputeDigest() == before);
    return block;
  }

  template <typename Request>
  void Allocate(const Step& step, Request request) {
    const Address block = Try(request);
    if (!block.is_null()) Add(block, step.size_bytes);
  }

  void Calloc(const Step& step) {
    const std::uint64_t count = 1 + step.pick % 5;
    const Address block =
        Try([&] { return malloc().Calloc(count, step.size_bytes); });
    if (block.is_null()) return;
    const std::uint64_t size = count * step.size_bytes;
    for (const std::byte byte : heap().Span(block, size)) {
      RC_ASSERT(byte == std::byte{0});
    }
    Add(block, size);
  }

  void AllocateAligned(const Step& step) {
    const bool posix = step.call == Call::kPosixMemalign;
    const std::uint64_t alignment =
        posix ? std::max<std::uint64_t>(step.alignment, 8) : step.alignment;
    Address block;
    if (!posix) {
      block = Try(
          [&] { return malloc().AlignedAlloc(alignment, step.size_bytes); });
    } else {
      const Digest before = heap().ComputeDigest();
      const std::int32_t error =
          malloc().PosixMemalign(result_, alignment, step.size_bytes);
      RC_ASSERT(error == 0 || error == kErrnoNoMemory);
      if (error != 0) RC_ASSERT(heap().ComputeDigest() == before);
      if (error == 0) {
        block = heap().Load<Address>(result_);
        const auto stored = heap().Span(result_, 8);
        blocks_[result_].bytes.assign(stored.begin(), stored.end());
      }
    }
    if (block.is_null()) return;
    RC_ASSERT(block.offset() % alignment == 0u);
    Add(block, step.size_bytes);
  }

  Position Pick(const Step& step) {
    return std::next(blocks_.begin(), step.pick % blocks_.size());
  }

  void Realloc(const Step& step) {
    const Position old = Pick(step);
    const Address address = old->first;
    if (address == result_) return;
    if (step.size_bytes == 0) {
      RC_ASSERT(malloc().Realloc(address, 0).is_null());
      blocks_.erase(old);
      return;
    }
    const bool array = step.call == Call::kReallocArray;
    const std::uint64_t count = array ? 1 + step.pick % 3 : 1;
    const Address moved = Try([&] {
      return array ? malloc().ReallocArray(address, count, step.size_bytes)
                   : malloc().Realloc(address, step.size_bytes);
    });
    if (moved.is_null()) return;
    const std::uint64_t size = count * step.size_bytes;
    const auto bytes = std::move(old->second.bytes);
    blocks_.erase(old);
    const auto kept =
        heap().Span(moved, std::min<std::uint64_t>(bytes.size(), size));
    RC_ASSERT(std::equal(kept.begin(), kept.end(), bytes.begin()));
    Add(moved, size);
  }

  void Free(const Step& step) {
    const Position old = Pick(step);
    if (old->first == result_) return;
    if (step.call == Call::kFree) {
      malloc().Free(old->first);
    } else {
      malloc().FreeSized(old->first, old->second.requested_bytes);
    }
    blocks_.erase(old);
  }

  void FreeEverySecond() {
    bool free = false;
    for (Position block = blocks_.begin(); block != blocks_.end();) {
      free = !free;
      if (!free || block->first == result_) {
        ++block;
        continue;
      }
      malloc().Free(block->first);
      block = blocks_.erase(block);
    }
  }

  void Burst(const Step& step) {
    const std::uint64_t size = step.size_bytes % 2200;
    for (int i = 0; i < kEnoughToBeHot; ++i) {
      malloc().Free(malloc().Malloc(size));
    }
    for (std::uint32_t i = 0; i < step.pick % 200; ++i) {
      const Address block = malloc().Malloc(size);
      if (block.is_null()) break;
      Add(block, size);
    }
    heap().set_guest_errno(0);
  }

  MallocArena arena_;
  Address result_;  // where PosixMemalign stores; never freed
  std::map<Address, Block> blocks_;
  std::uint64_t serial_ = 0;
};

}  // namespace kheap

#endif  // KHEAP_TESTS_KMALLOC_MALLOC_MODEL_H_
