// SPDX-License-Identifier: Apache-2.0

// The limb shifts with vectors of up to 256 bits, for numbers of any size.
// Included once for each Highway target (hence the toggle in place of a guard).
//
// A left shift goes down from the top, block by block; a right shift is the
// mirror image. What is shorter than a vector and a word is left to vectors of
// half the size and at last to words. In a long number the blocks are aligned
// to the destination, and one that is not shifts the end beyond them:
//
//   |..| block | block | block | block ..|
//                              | end block |

#if defined(KHEAP_MACHINE_LIMB_SHIFT_VECTOR_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef KHEAP_MACHINE_LIMB_SHIFT_VECTOR_INL_H_
#undef KHEAP_MACHINE_LIMB_SHIFT_VECTOR_INL_H_
#else
#define KHEAP_MACHINE_LIMB_SHIFT_VECTOR_INL_H_
#endif

#include <bit>
#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "machine/limb_shift_block-inl.h"
#include "machine/limb_shift_words.h"

HWY_BEFORE_NAMESPACE();
namespace kheap::machine {
namespace HWY_NAMESPACE {

// From this size on blocks are aligned to the destination: a store that spans
// two cache lines costs two.
constexpr std::size_t kAlignedBytesMin = 192;

// How far `address` lies above (below) a multiple of `alignment`, a power of
// two.
HWY_INLINE std::size_t BytesAbove(const std::byte* address,
                                  std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(address) & (alignment - 1);
}
HWY_INLINE std::size_t BytesBelow(const std::byte* address,
                                  std::size_t alignment) {
  return (0 - reinterpret_cast<std::uintptr_t>(address)) & (alignment - 1);
}

// Shifts the top of a long number down to an address where a whole block ends
// and one block further. Returns the end of what is left.
template <class D>
HWY_INLINE std::size_t AlignLeft(D d, std::byte* destination,
                                 const std::byte* source, std::size_t end,
                                 int count) {
  const std::size_t block_bytes = hn::Lanes(d) * kWordBytes;
  const std::size_t top = end - block_bytes;
  const std::size_t aligned = top - BytesAbove(destination + end, block_bytes);
  // The two overlap, so both are loaded before the first is stored.
  const auto top_block = BlockLeft(d, source + top, count);
  const auto aligned_block = BlockLeft(d, source + aligned, count);
  StoreBlock(d, destination + top, top_block);
  StoreBlock(d, destination + aligned, aligned_block);
  return aligned;
}

// The mirror image, at the bottom. Returns where what is left begins.
template <class D>
HWY_INLINE std::size_t AlignRight(D d, std::byte* destination,
                                  const std::byte* source, int count) {
  const std::size_t block_bytes = hn::Lanes(d) * kWordBytes;
  const std::size_t aligned = BytesBelow(destination, block_bytes);
  const auto bottom_block = BlockRight(d, source, count);
  const auto aligned_block = BlockRight(d, source + aligned, count);
  StoreBlock(d, destination, bottom_block);
  StoreBlock(d, destination + aligned, aligned_block);
  return aligned + block_bytes;
}

// Shifts the bytes [0, end) from the top down as far as whole blocks go.
// Returns the end of what is left, less than a block and a word.
template <class D>
HWY_INLINE std::size_t BlocksLeft(D d, std::byte* destination,
                                  const std::byte* source, std::size_t end,
                                  int count) {
  const std::size_t block_bytes = hn::Lanes(d) * kWordBytes;
  while (end >= 4 * block_bytes + kWordBytes) {
    end -= 4 * block_bytes;
    FourBlocksLeft(d, destination + end, source + end, count);
  }
  while (end >= block_bytes + kWordBytes) {
    end -= block_bytes;
    ShiftBlockLeft(d, destination + end, source + end, count);
  }
  return end;
}

// Shifts the bytes [begin, size_bytes) from the bottom up. Returns where what
// is left begins.
template <class D>
HWY_INLINE std::size_t BlocksRight(D d, std::byte* destination,
                                   const std::byte* source, std::size_t begin,
                                   std::size_t size_bytes, int count) {
  const std::size_t block_bytes = hn::Lanes(d) * kWordBytes;
  while (size_bytes - begin >= 4 * block_bytes + kWordBytes) {
    FourBlocksRight(d, destination + begin, source + begin, count);
    begin += 4 * block_bytes;
  }
  while (size_bytes - begin >= block_bytes + kWordBytes) {
    ShiftBlockRight(d, destination + begin, source + begin, count);
    begin += block_bytes;
  }
  return begin;
}

// Emulated vectors are slower than words, and a lane's bytes have to lie in
// little-endian order.
constexpr bool kHasVectors = HWY_TARGET != HWY_SCALAR &&
                             HWY_TARGET != HWY_EMU128 &&
                             std::endian::native == std::endian::little;

// Any size, with vectors of at most 256 bits.
HWY_NOINLINE void VectorLeft(std::byte* destination, const std::byte* source,
                             std::size_t size_bytes, int count) {
  if (size_bytes < kWordBytes) {
    PartialWordLeft(destination, source, size_bytes, count);
    return;
  }
  std::size_t end = size_bytes;
  if constexpr (kHasVectors) {
    const hn::CappedTag<std::uint64_t, 4> wide;
    const hn::CappedTag<std::uint64_t, 2> narrow;
    if (end >= kAlignedBytesMin) {
      end = AlignLeft(wide, destination, source, end, count);
    }
    end = BlocksLeft(wide, destination, source, end, count);
    end = BlocksLeft(narrow, destination, source, end, count);
  }
  WordsLeft(destination, source, end, count);
}

HWY_NOINLINE void VectorRight(std::byte* destination, const std::byte* source,
                              std::size_t size_bytes, int count) {
  if (size_bytes < kWordBytes) {
    PartialWordRight(destination, source, size_bytes, count);
    return;
  }
  std::size_t begin = 0;
  if constexpr (kHasVectors) {
    const hn::CappedTag<std::uint64_t, 4> wide;
    const hn::CappedTag<std::uint64_t, 2> narrow;
    if (size_bytes >= kAlignedBytesMin) {
      begin = AlignRight(wide, destination, source, count);
    }
    begin = BlocksRight(wide, destination, source, begin, size_bytes, count);
    begin = BlocksRight(narrow, destination, source, begin, size_bytes, count);
  }
  WordsRight(destination, source, begin, size_bytes, count);
}

}  // namespace HWY_NAMESPACE
}  // namespace kheap::machine
HWY_AFTER_NAMESPACE();

#endif  // KHEAP_MACHINE_LIMB_SHIFT_VECTOR_INL_H_
