// SPDX-License-Identifier: Apache-2.0
#include "heap/shadow.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "bitshift/bits.h"
#include "heap/memory_fault.h"
#include "machine/atomics.h"

namespace kheap {

namespace {

constexpr std::uint8_t kUnaddressableBit = bits::Bit<std::uint8_t>(7);
constexpr std::uint8_t kUninitialisedBit = bits::Bit<std::uint8_t>(0);

// Offset of the first byte with any of `bits`, or `size` if there is none. The
// first pass has no early exit within a stride, so that it vectorises.
std::uint64_t FindAny(const std::byte* begin, std::uint64_t size,
                      std::uint8_t bits) {
  constexpr std::uint64_t kStride = 64;
  const auto* shadow = reinterpret_cast<const std::uint8_t*>(begin);
  std::uint64_t i = 0;
  for (; i + kStride <= size; i += kStride) {
    std::uint8_t all = 0;
    for (std::uint64_t j = 0; j < kStride; ++j) {
      all = bits::Or(all, shadow[i + j]);
    }
    if (bits::HasAny(all, bits)) break;
  }
  while (i < size && !bits::HasAny(shadow[i], bits)) ++i;
  return i;
}

}  // namespace

std::optional<Shadow> Shadow::Create(std::uint64_t capacity_bytes) {
  auto memory = machine::ReservedMemory::Reserve(capacity_bytes);
  if (!memory.has_value()) return std::nullopt;
  return Shadow(*std::move(memory));
}

bool Shadow::Commit(Address end) { return memory_.Commit(end.offset()); }

ShadowByte Shadow::At(Address address) const {
  return static_cast<ShadowByte>(*Of(address));
}

void Shadow::Set(Address begin, std::uint64_t size_bytes, ShadowByte state) {
  // Sizes come from records among the guest's bytes, too.
  const std::uint64_t committed = memory_.committed();
  if (size_bytes > committed || begin.offset() > committed - size_bytes) {
    throw MemoryFault{FaultCode::kHeapCorruption, Access::kStore, begin,
                      size_bytes};
  }
  std::memset(Of(begin), static_cast<int>(state), size_bytes);
}

void Shadow::MarkInitialised(Address begin, std::uint64_t size_bytes) {
  auto* shadow = reinterpret_cast<std::uint8_t*>(Of(begin));
  for (std::uint64_t i = 0; i < size_bytes; ++i) {
    shadow[i] = bits::Without(shadow[i], kUninitialisedBit);
  }
}

void Shadow::Copy(Address destination, Address source,
                  std::uint64_t size_bytes) {
  std::memmove(Of(destination), Of(source), size_bytes);
}

std::optional<Address> Shadow::FindUnaddressable(
    Address begin, std::uint64_t size_bytes) const {
  const std::uint64_t offset =
      FindAny(Of(begin), size_bytes, kUnaddressableBit);
  if (offset == size_bytes) return std::nullopt;
  return begin + offset;
}

std::optional<Address> Shadow::FindUnreadable(Address begin,
                                              std::uint64_t size_bytes) const {
  const std::uint64_t offset = FindAny(
      Of(begin), size_bytes, bits::Or(kUnaddressableBit, kUninitialisedBit));
  if (offset == size_bytes) return std::nullopt;
  return begin + offset;
}

// The states need no order of their own: whoever publishes the number publishes
// its state before it.

std::optional<ShadowByte> Shadow::FindSharedFault(Address begin,
                                                  std::uint64_t size_bytes,
                                                  bool loads) const {
  for (std::uint64_t i = 0; i < size_bytes; ++i) {
    const auto state =
        static_cast<ShadowByte>(machine::Atomic<std::uint8_t>(Of(begin + i))
                                    .Load(std::memory_order_relaxed));
    if (!IsAddressable(state) || (loads && state != ShadowByte::kInitialised)) {
      return state;
    }
  }
  return std::nullopt;
}

void Shadow::MarkSharedInitialised(Address begin, std::uint64_t size_bytes) {
  for (std::uint64_t i = 0; i < size_bytes; ++i) {
    const machine::Atomic<std::uint8_t> state(Of(begin + i));
    if (bits::HasAny(state.Load(std::memory_order_relaxed),
                     kUninitialisedBit)) {
      state.FetchAnd(bits::Not(kUninitialisedBit), std::memory_order_relaxed);
    }
  }
}

std::optional<machine::MemoryImage> Shadow::ImageOf(Address begin,
                                                    Address end) const {
  const machine::MemoryImage::Extent extent = {begin.offset(), end.offset()};
  return machine::MemoryImage::Of(memory_.data(), {&extent, 1});
}

void Shadow::Clear() { memory_.Discard(0, memory_.committed()); }

}  // namespace kheap
