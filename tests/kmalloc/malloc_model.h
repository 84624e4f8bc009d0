// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_KMALLOC_MALLOC_MODEL_H_
#define KHEAP_TESTS_KMALLOC_MALLOC_MODEL_H_

// An allocator beside a plain map of what is live: random steps are applied to
// both, and laws about them are asserted (with RapidCheck) after each.

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "kmalloc/kmalloc.h"
#include "rapidcheck.h"
#include "tests/kmalloc/arena.h"
#include "tests/kmalloc/malloc_step.h"

namespace kheap {

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

  void Apply(const Step& step);

  // Live blocks are aligned, large enough, apart, and hold what was stored;
  // the allocator's rules hold, and it counts as we do.
  void Check();

  void FreeAll();

 private:
  using Position = std::map<Address, Block>::iterator;

  void Add(Address address, std::uint64_t size_bytes);
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

  void Calloc(const Step& step);
  void AllocateAligned(const Step& step);
  Position Pick(const Step& step);
  void Realloc(const Step& step);
  void Free(const Step& step);
  void FreeEverySecond();
  void Burst(const Step& step);

  MallocArena arena_;
  Address result_;  // where PosixMemalign stores; never freed
  std::map<Address, Block> blocks_;
  std::uint64_t serial_ = 0;
};

}  // namespace kheap

#endif  // KHEAP_TESTS_KMALLOC_MALLOC_MODEL_H_
