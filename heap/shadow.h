// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_HEAP_SHADOW_H_
#define KHEAP_HEAP_SHADOW_H_

// What checked mode knows of each byte of the arena: one shadow byte beside
// it, in a mapping of its own that the guest cannot reach.
//
//   bit 7   unaddressable: no load or store may touch the byte; the other bits
//           then say why (which red zone, freed, never allocated …)
//   bit 0   uninitialised: a store may touch the byte, a load may not
//
// So an access of N bytes is one look at N shadow bytes: a load wants neither
// bit, a store wants bit 7 clear and clears bit 0. A copy copies the state.
// After Valgrind's Memcheck (Seward and Nethercote, USENIX 2005) for what is
// tracked, and AddressSanitizer (Serebryany et al., USENIX 2012) for red zones.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "heap/address.h"
#include "machine/memory_image.h"
#include "machine/reserved_memory.h"

namespace kheap {

enum class ShadowByte : std::uint8_t {
  kInitialised = 0,
  kUninitialised = 1,
  // Unaddressable, from here on.
  kNeverAllocated = 128,  // heap bytes that no block has covered yet
  kHeapRedZone = 130,     // beside a block
  kFreed = 132,           // in a freed block
  kUnusedStack = 134,     // below the stack pointer, never used
  kPoppedFrame = 136,     // below the stack pointer, once used
  kStackRedZone = 138,    // beside a local variable, and frame records
  kUndefinedData = 140,   // in a data region, not part of any global
  kGlobalRedZone = 142,   // beside a global
  kStackGuard = 144,
  kFreedRedZone = 146,  // before a freed block
};

class Shadow {
 public:
  // A shadow for an arena of `capacity_bytes`, every byte kInitialised, or
  // nothing where the host has no memory for it.
  static std::optional<Shadow> Create(std::uint64_t capacity_bytes);

  // Makes the shadow of the addresses below `end` usable. Returns false, and
  // changes nothing, if the host refuses the memory.
  [[nodiscard]] bool Commit(Address end);

  // The ranges below lie within what has been committed.

  ShadowByte At(Address address) const;
  void Set(Address begin, std::uint64_t size_bytes, ShadowByte state);
  // Addressable bytes become initialised; others stay as they are.
  void MarkInitialised(Address begin, std::uint64_t size_bytes);
  // `destination` takes the states of `source`; the ranges may overlap.
  void Copy(Address destination, Address source, std::uint64_t size_bytes);

  // The first byte of the range that no access may touch, if any.
  std::optional<Address> FindUnaddressable(Address begin,
                                           std::uint64_t size_bytes) const;
  // The first byte of the range that a load may not touch, if any.
  std::optional<Address> FindUnreadable(Address begin,
                                        std::uint64_t size_bytes) const;

  // The same for a number that several threads use at the same time: they read
  // and change the shadow by atomic operations.

  // The state of the first byte that a load, or any access, may not touch.
  std::optional<ShadowByte> FindSharedFault(Address begin,
                                            std::uint64_t size_bytes,
                                            bool loads) const;
  void MarkSharedInitialised(Address begin, std::uint64_t size_bytes);

  // Every byte becomes kInitialised.
  void Clear();

  // The states in [begin, end), whole pages, for shadows to begin with; others
  // are kInitialised.
  std::optional<machine::MemoryImage> ImageOf(Address begin, Address end) const;
  // Into a shadow that is as Create and Commit left it.
  void Load(const machine::MemoryImage& image) { memory_.Load(0, image); }

  // The shadow byte of address 0, for compiled code.
  std::byte* data() const { return memory_.data(); }

 private:
  explicit Shadow(machine::ReservedMemory memory)
      : memory_(std::move(memory)) {}

  std::byte* Of(Address address) const {
    return memory_.data() + address.offset();
  }

  machine::ReservedMemory memory_;
};

constexpr bool IsAddressable(ShadowByte state) {
  return state < ShadowByte::kNeverAllocated;
}

}  // namespace kheap

#endif  // KHEAP_HEAP_SHADOW_H_
