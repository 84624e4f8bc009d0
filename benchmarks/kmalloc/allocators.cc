// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/kmalloc/allocators.h"

#include <dlfcn.h>

#include <boost/interprocess/managed_external_buffer.hpp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "heap/global_heap.h"
#include "kmalloc/kmalloc.h"
#include "machine/check.h"
#include "machine/reserved_memory.h"

extern "C" {
// As third_party/jemalloc.syms names them.
void* kheap_jemalloc_malloc(std::size_t size_bytes);
void kheap_jemalloc_free(void* block);
void* kheap_jemalloc_realloc(void* block, std::size_t size_bytes);
}

namespace kheap {

namespace {

constexpr std::uint64_t kCapacityBytes = std::uint64_t{1024} * 1024 * 1024;

// ---- ours ------------------------------------------------------------------

// One arena behind functions without a context, as C's have none.
template <MallocPolicy policy>
class Ours {
 public:
  static Allocator Functions() { return {Malloc, Free, Realloc}; }

  struct World {
    World()
        : heap(
              GlobalHeap::Create({.layout = {.capacity_bytes = kCapacityBytes}})
                  .value()),
          malloc(KMalloc::Create(*heap, policy).value()),
          base(heap->base()) {}
    std::unique_ptr<GlobalHeap> heap;
    KMalloc malloc;
    std::byte* base;
  };
  static World world;

 private:
  static void* PointerTo(Address address) {
    return address.is_null() ? nullptr : world.base + address.offset();
  }
  static Address AddressOfBlock(void* block) {
    return block == nullptr
               ? kNullAddress
               : Address(static_cast<std::byte*>(block) - world.base);
  }

  static void* Malloc(std::size_t size_bytes) {
    return PointerTo(world.malloc.Malloc(size_bytes));
  }
  static void Free(void* block) { world.malloc.Free(AddressOfBlock(block)); }
  static void* Realloc(void* block, std::size_t size_bytes) {
    return PointerTo(world.malloc.Realloc(AddressOfBlock(block), size_bytes));
  }
};
template <MallocPolicy policy>
typename Ours<policy>::World Ours<policy>::world;

// ---- Boost.Interprocess ----------------------------------------------------

using BoostSegment = boost::interprocess::managed_external_buffer;

BoostSegment& Segment() {
  static auto& memory = *new machine::ReservedMemory(
      *machine::ReservedMemory::Reserve(kCapacityBytes));
  static auto& segment = *[] {
    KHEAP_CHECK(memory.Commit(kCapacityBytes), "the host has a mapping");
    return new BoostSegment(boost::interprocess::create_only, memory.data(),
                            kCapacityBytes);
  }();
  return segment;
}

void* BoostMalloc(std::size_t size_bytes) {
  return Segment().allocate(size_bytes, std::nothrow);
}
void BoostFree(void* block) {
  if (block != nullptr) Segment().deallocate(block);
}
void* BoostRealloc(void* block, std::size_t size_bytes) {
  if (block == nullptr) return BoostMalloc(size_bytes);
  const std::size_t old_bytes = Segment().get_segment_manager()->size(block);
  if (size_bytes <= old_bytes) return block;
  namespace bi = boost::interprocess;
  BoostSegment::size_type received = size_bytes;
  char* reuse = static_cast<char*>(block);
  char* const place = Segment().allocation_command<char>(
      bi::expand_fwd | bi::allocate_new | bi::nothrow_allocation, size_bytes,
      received, reuse);
  if (place != nullptr && place != block) {
    std::memcpy(place, block, old_bytes);
    BoostFree(block);
  }
  return place;
}

// ---- loaded libraries ------------------------------------------------------

Allocator Load(const char* library, const char* malloc_name,
               const char* free_name, const char* realloc_name) {
  void* const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  KHEAP_CHECK(handle != nullptr, "the peer's library is installed");
  const auto find = [handle](const char* name) {
    void* const function = dlsym(handle, name);
    KHEAP_CHECK(function != nullptr, "the peer has C's functions");
    return function;
  };
  return {reinterpret_cast<decltype(Allocator::malloc)>(find(malloc_name)),
          reinterpret_cast<decltype(Allocator::free)>(find(free_name)),
          reinterpret_cast<decltype(Allocator::realloc)>(find(realloc_name))};
}

}  // namespace

KheapInlined KheapInlined::Make() {
  auto& world = Ours<MallocPolicy::kPages>::world;
  return {world.malloc, world.base};
}

Allocator KheapPages() { return Ours<MallocPolicy::kPages>::Functions(); }
Allocator KheapTags() { return Ours<MallocPolicy::kTags>::Functions(); }

Allocator Glibc() { return {std::malloc, std::free, std::realloc}; }

Allocator Jemalloc() {
  return {kheap_jemalloc_malloc, kheap_jemalloc_free, kheap_jemalloc_realloc};
}

Allocator Mimalloc() {
  static const Allocator loaded =
      Load("libmimalloc.so.2", "mi_malloc", "mi_free", "mi_realloc");
  return loaded;
}

Allocator Tcmalloc() {
  static const Allocator loaded =
      Load("libtcmalloc_minimal.so.4", "tc_malloc", "tc_free", "tc_realloc");
  return loaded;
}

Allocator BoostInterprocess() { return {BoostMalloc, BoostFree, BoostRealloc}; }

}  // namespace kheap
