// SPDX-License-Identifier: Apache-2.0

// Blocks of a long number: one vector of 64-bit lanes each, shifted by joining
// each lane with a neighbour. Included once for each Highway target (hence the
// toggle in place of a guard).
//
// A left shift takes the top bits of the lane below, a right shift the bottom
// bits of the lane above:
//
//              low block                  high block
//   | lane 0 | lane 1 | lane 2 | lane 3 | lane 0 | lane 1 | lane 2 | lane 3 |
//                              |<-- lanes below the high block -->|
//            |<-- lanes above the low block -->|
//
// The neighbours of one block come from a second load, 8 bytes beside the
// first. Every other unaligned load spans two cache lines, so those of four
// blocks come out of the registers.

#if defined(KHEAP_MACHINE_LIMB_SHIFT_BLOCK_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KHEAP_MACHINE_LIMB_SHIFT_BLOCK_INL_H_
#undef KHEAP_MACHINE_LIMB_SHIFT_BLOCK_INL_H_
#else
#define KHEAP_MACHINE_LIMB_SHIFT_BLOCK_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "machine/limb_shift_words.h"

HWY_BEFORE_NAMESPACE();
namespace kheap::machine {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> LoadBlock(D d, const std::byte* source) {
  const hn::Repartition<std::uint8_t, D> d8;
  return hn::BitCast(
      d, hn::LoadU(d8, reinterpret_cast<const std::uint8_t*>(source)));
}

template <class D>
HWY_INLINE void StoreBlock(D, std::byte* destination, hn::Vec<D> block) {
  const hn::Repartition<std::uint8_t, D> d8;
  hn::StoreU(hn::BitCast(d8, block), d8,
             reinterpret_cast<std::uint8_t*>(destination));
}

template <class D>
HWY_INLINE hn::Vec<D> JoinLeft(D, hn::Vec<D> block, hn::Vec<D> below,
                               int count) {
  return hn::Or(hn::ShiftLeftSame(block, count),
                hn::ShiftRightSame(below, 64 - count));
}

template <class D>
HWY_INLINE hn::Vec<D> JoinRight(D, hn::Vec<D> block, hn::Vec<D> above,
                                int count) {
  return hn::Or(hn::ShiftRightSame(block, count),
                hn::ShiftLeftSame(above, 64 - count));
}

// The shifted block at `source`; a word of the number lies below it.
template <class D>
HWY_INLINE hn::Vec<D> BlockLeft(D d, const std::byte* source, int count) {
  return JoinLeft(d, LoadBlock(d, source), LoadBlock(d, source - kWordBytes),
                  count);
}

// The shifted block at `source`; a word of the number lies above it.
template <class D>
HWY_INLINE hn::Vec<D> BlockRight(D d, const std::byte* source, int count) {
  return JoinRight(d, LoadBlock(d, source), LoadBlock(d, source + kWordBytes),
                   count);
}

template <class D>
HWY_INLINE void ShiftBlockLeft(D d, std::byte* destination,
                               const std::byte* source, int count) {
  StoreBlock(d, destination, BlockLeft(d, source, count));
}

template <class D>
HWY_INLINE void ShiftBlockRight(D d, std::byte* destination,
                                const std::byte* source, int count) {
  StoreBlock(d, destination, BlockRight(d, source, count));
}

#if HWY_HAVE_SCALABLE || HWY_TARGET == HWY_SCALAR

// Vectors whose size the compiler does not know are loaded twice.
template <class D>
HWY_INLINE void FourBlocksLeft(D d, std::byte* destination,
                               const std::byte* source, int count) {
  const std::size_t block_bytes = hn::Lanes(d) * kWordBytes;
  for (std::size_t at = 4 * block_bytes; at > 0; at -= block_bytes) {
    ShiftBlockLeft(d, destination + at - block_bytes, source + at - block_bytes,
                   count);
  }
}

template <class D>
HWY_INLINE void FourBlocksRight(D d, std::byte* destination,
                                const std::byte* source, int count) {
  const std::size_t block_bytes = hn::Lanes(d) * kWordBytes;
  for (std::size_t at = 0; at < 4 * block_bytes; at += block_bytes) {
    ShiftBlockRight(d, destination + at, source + at, count);
  }
}

#else

template <class D>
HWY_INLINE hn::Vec<D> LanesBelow(D d, hn::Vec<D> high, hn::Vec<D> low) {
  static_assert(hn::MaxLanes(D()) <= 4);
  if constexpr (hn::MaxLanes(D()) == 4) {
    low = hn::ConcatLowerUpper(d, high, low);
  }
  return hn::CombineShiftRightBytes<kWordBytes>(d, high, low);
}

template <class D>
HWY_INLINE hn::Vec<D> LanesAbove(D d, hn::Vec<D> low, hn::Vec<D> high) {
  static_assert(hn::MaxLanes(D()) <= 4);
  if constexpr (hn::MaxLanes(D()) == 4) {
    high = hn::ConcatLowerUpper(d, high, low);
  }
  return hn::CombineShiftRightBytes<kWordBytes>(d, high, low);
}

// Four blocks at `source`; a word of the number lies below them.
template <class D>
HWY_INLINE void FourBlocksLeft(D d, std::byte* destination,
                               const std::byte* source, int count) {
  constexpr std::size_t kBytes = hn::MaxLanes(D()) * kWordBytes;
  const auto below = LoadBlock(d, source - kWordBytes);
  const auto b0 = LoadBlock(d, source);
  const auto b1 = LoadBlock(d, source + kBytes);
  const auto b2 = LoadBlock(d, source + 2 * kBytes);
  const auto b3 = LoadBlock(d, source + 3 * kBytes);
  StoreBlock(d, destination + 3 * kBytes,
             JoinLeft(d, b3, LanesBelow(d, b3, b2), count));
  StoreBlock(d, destination + 2 * kBytes,
             JoinLeft(d, b2, LanesBelow(d, b2, b1), count));
  StoreBlock(d, destination + kBytes,
             JoinLeft(d, b1, LanesBelow(d, b1, b0), count));
  StoreBlock(d, destination, JoinLeft(d, b0, below, count));
}

// Four blocks at `source`; a word of the number lies above them.
template <class D>
HWY_INLINE void FourBlocksRight(D d, std::byte* destination,
                                const std::byte* source, int count) {
  constexpr std::size_t kBytes = hn::MaxLanes(D()) * kWordBytes;
  const auto b0 = LoadBlock(d, source);
  const auto b1 = LoadBlock(d, source + kBytes);
  const auto b2 = LoadBlock(d, source + 2 * kBytes);
  const auto b3 = LoadBlock(d, source + 3 * kBytes);
  const auto above = LoadBlock(d, source + 3 * kBytes + kWordBytes);
  StoreBlock(d, destination, JoinRight(d, b0, LanesAbove(d, b0, b1), count));
  StoreBlock(d, destination + kBytes,
             JoinRight(d, b1, LanesAbove(d, b1, b2), count));
  StoreBlock(d, destination + 2 * kBytes,
             JoinRight(d, b2, LanesAbove(d, b2, b3), count));
  StoreBlock(d, destination + 3 * kBytes, JoinRight(d, b3, above, count));
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace kheap::machine
HWY_AFTER_NAMESPACE();

#endif  // KHEAP_MACHINE_LIMB_SHIFT_BLOCK_INL_H_
