// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_GC_WORLD_H_
#define KHEAP_TESTS_GC_WORLD_H_

// A small arena with a collector, a ledger and a few types, for tests.

#include <cstdint>
#include <memory>
#include <vector>

#include "gc/collector.h"
#include "gc/mutator.h"
#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "kmalloc/kmalloc.h"
#include "tests/support/heaps.h"

namespace kheap::gc {

// The smallest nursery, and room for 30 blocks of old objects.
inline constexpr std::uint64_t kSmallNurseryBytes = 65536;
inline constexpr CollectorOptions kSmallOptions = {
    .nursery_bytes = kSmallNurseryBytes,
    .limit_bytes = std::uint64_t{1024} * 1024,
    .root_slots = 1024,
    .mark_stack_slots = 1024};

// What these ask malloc for beside the space, by hand: 1024 words of roots and
// of work, 30 blocks of 16 bytes, and 2 bytes for each 512 of the space. Each
// list comes on top: it begins with 16 words, and doubles.
inline constexpr std::uint64_t kSmallTableBytes =
    std::uint64_t{2} * 1024 * 8 + 30 * 16 + 2 * 2048;
inline constexpr std::uint64_t kListBytes = 16 * 8;

class World {
 public:
  explicit World(const CollectorOptions& options = kSmallOptions,
                 bool checked = false)
      : heap_(MakeHeap(
            {.layout = {.capacity_bytes = 8 * 1024 * 1024, .allocators = true},
             .checked = checked})) {
    EXPECT_EQ(KMalloc::Create(*heap_).status(), absl::OkStatus());
    collector_ = Collector::Create(*heap_, options).value();
    constexpr std::uint64_t kBoth[] = {0, 8};
    node_ = Register({.size_bytes = 24, .reference_offsets = kBoth});
    references_ = Register({.shape = TypeShape::kArray,
                            .size_bytes = 8,
                            .reference_offsets = {kBoth, 1}});
    bytes_ = Register({.shape = TypeShape::kArray, .size_bytes = 1});
  }

  GlobalHeap& heap() { return *heap_; }
  Collector& collector() { return *collector_; }
  Mutator mutator() { return collector_->mutator(); }
  // Two references, at 0 and 8, and a number of 8 bytes at 16.
  const GcType& node() const { return node_; }
  const GcType& references() const { return references_; }
  const GcType& bytes() const { return bytes_; }

  GcType Register(const TypeOptions& options) {
    return collector_->RegisterType(options).value();
  }

  Address Left(Address node) { return heap_->Load<Address>(node); }
  Address Right(Address node) { return heap_->Load<Address>(node + 8); }
  std::uint64_t Number(Address node) {
    return heap_->Load<std::uint64_t>(node + 16);
  }
  // A node without successors.
  Address Leaf(std::uint64_t number) {
    return mutator().New(node_, nullptr, nullptr, number);
  }
  // A list whose nodes hold count - 1 … 0, linked by their left references.
  void MakeList(Local list, std::uint64_t count) {
    list = kNullAddress;
    for (std::uint64_t i = 0; i < count; ++i) {
      list = mutator().New(node_, list, nullptr, i);
    }
  }
  std::uint64_t ListLength(Address list) {
    std::uint64_t length = 0;
    for (; !list.is_null(); list = Left(list)) {
      length += 1;
      EXPECT_EQ(Number(list), ListNumber(list));
    }
    return length;
  }
  std::uint64_t ListNumber(Address list) {
    const Address next = Left(list);
    return next.is_null() ? 0 : Number(next) + 1;
  }
  // Allocates `size_bytes` worth of nodes that nothing refers to.
  void Litter(std::uint64_t size_bytes) {
    for (std::uint64_t i = 0; i < size_bytes / 32; ++i) Leaf(i);
  }
  bool IsOld(Address object) {
    return !collector_->HeaderOf(object)->in_nursery();
  }
  // Until malloc has nothing left; the block to free so that it has again.
  Address TakeAllMemory() {
    KMalloc malloc(*heap_);
    const Address first = malloc.Malloc(4096);
    for (std::uint64_t size = 1024 * 1024; size != 0;) {
      if (malloc.Malloc(size).is_null()) size /= 2;
    }
    return first;
  }
  void ExpectIntact() {
    EXPECT_EQ(collector_->CheckInvariants(), absl::OkStatus());
  }

 private:
  std::unique_ptr<GlobalHeap> heap_;
  std::unique_ptr<Collector> collector_;
  GcType node_;
  GcType references_;
  GcType bytes_;
};

}  // namespace kheap::gc

#endif  // KHEAP_TESTS_GC_WORLD_H_
