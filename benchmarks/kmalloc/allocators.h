// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BENCHMARKS_KMALLOC_ALLOCATORS_H_
#define KHEAP_BENCHMARKS_KMALLOC_ALLOCATORS_H_

// The allocators that are measured, each as the three functions of C. They live
// side by side in one program: glibc's is the program's own, jemalloc is linked
// under names of its own, mimalloc and tcmalloc are loaded as libraries that
// keep their names to themselves, Boost.Interprocess manages a mapping, and
// ours has an arena. All are called through pointers, ours too; KheapInlined is
// ours as a user of the C++ class gets it, its fast path inlined.
//
// Each exists once and lives as long as the program, so none starts cold.

#include <cstddef>

#include "heap/address.h"
#include "kmalloc/kmalloc.h"

namespace kheap {

struct Allocator {
  void* (*malloc)(std::size_t size_bytes);
  void (*free)(void* block);
  void* (*realloc)(void* block, std::size_t size_bytes);
};

class KheapInlined {
 public:
  void* malloc(std::size_t size_bytes) const {
    const Address block = malloc_->Malloc(size_bytes);
    return block.is_null() ? nullptr : base_ + block.offset();
  }
  void free(void* block) const {
    malloc_->Free(
        Address(block == nullptr ? 0 : static_cast<std::byte*>(block) - base_));
  }

  static KheapInlined Make();

 private:
  KheapInlined(KMalloc& malloc, std::byte* base)
      : malloc_(&malloc), base_(base) {}
  KMalloc* malloc_;
  std::byte* base_;
};

Allocator KheapPages();
Allocator KheapTags();
Allocator Glibc();
Allocator Jemalloc();
// These two stop the program if their library cannot be loaded.
Allocator Mimalloc();
Allocator Tcmalloc();
Allocator BoostInterprocess();

}  // namespace kheap

#endif  // KHEAP_BENCHMARKS_KMALLOC_ALLOCATORS_H_
