// SPDX-License-Identifier: Apache-2.0

// The limb shifts with 512-bit vectors, for numbers of one vector or more;
// included once for each Highway target (hence the toggle in place of a guard).
//
// Each unaligned load would span two cache lines, so the neighbours of a block
// come out of registers. A lane is rotated once, and then holds what stays in
// it beside what moves into its neighbour; one select joins each rotated lane
// with a rotated neighbour. A left shift:
//
//   lane i - 1, rotated   | stays in lane i - 1 | moves into lane i     |
//   lane i, rotated       | stays in lane i     | moves into lane i + 1 |
//   lane i, shifted       | stays in lane i     | moves into lane i     |
//
// Rotate, valignq for the neighbours and select run at one block a cycle on
// Zen 5, as fast as a copy. vpshldvq (VBMI2) does two of the three at once, but
// takes 1.4 cycles there; it shifts the one block that stands at the open end.

#if defined(KHEAP_MACHINE_LIMB_SHIFT_AVX512_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef KHEAP_MACHINE_LIMB_SHIFT_AVX512_INL_H_
#undef KHEAP_MACHINE_LIMB_SHIFT_AVX512_INL_H_
#else
#define KHEAP_MACHINE_LIMB_SHIFT_AVX512_INL_H_
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "machine/limb_shift_block-inl.h"
#include "machine/limb_shift_vector-inl.h"
#include "machine/limb_shift_words.h"

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3

HWY_BEFORE_NAMESPACE();
namespace kheap::machine {
namespace HWY_NAMESPACE {

using Tag512 = hn::CappedTag<std::uint64_t, 8>;
constexpr std::size_t kBlockBytes = 64;

HWY_INLINE __m512i Load512(const std::byte* source) {
  return _mm512_loadu_si512(source);
}

HWY_INLINE void Store512(std::byte* destination, __m512i block) {
  _mm512_storeu_si512(destination, block);
}

// Each lane's neighbour: lanes 0 … 6 of `block` above lane 7 of `below`.
HWY_INLINE __m512i LanesBelow(__m512i block, __m512i below) {
  return _mm512_alignr_epi64(block, below, 7);
}

// Lane 0 of `above` above lanes 1 … 7 of `block`.
HWY_INLINE __m512i LanesAbove(__m512i block, __m512i above) {
  return _mm512_alignr_epi64(above, block, 1);
}

// Where `stays` is set the bits of `rotated`, elsewhere of `neighbour`.
HWY_INLINE __m512i Select(__m512i rotated, __m512i neighbour, __m512i stays) {
  return _mm512_ternarylogic_epi64(neighbour, rotated, stays, 0xD8);
}

// The block below (above) which nothing lies.
HWY_INLINE __m512i LowestBlockLeft(__m512i block, int count) {
  const __m512i below = LanesBelow(block, _mm512_setzero_si512());
#if HWY_TARGET <= HWY_AVX3_DL
  return _mm512_shldv_epi64(block, below, _mm512_set1_epi64(count));
#else
  return _mm512_or_si512(
      _mm512_sllv_epi64(block, _mm512_set1_epi64(count)),
      _mm512_srlv_epi64(below, _mm512_set1_epi64(64 - count)));
#endif
}

HWY_INLINE __m512i HighestBlockRight(__m512i block, int count) {
  const __m512i above = LanesAbove(block, _mm512_setzero_si512());
#if HWY_TARGET <= HWY_AVX3_DL
  return _mm512_shrdv_epi64(block, above, _mm512_set1_epi64(count));
#else
  return _mm512_or_si512(
      _mm512_srlv_epi64(block, _mm512_set1_epi64(count)),
      _mm512_sllv_epi64(above, _mm512_set1_epi64(64 - count)));
#endif
}

// Shifts the bytes [0, end) of a long number from the top down, in aligned
// blocks. Returns the end of what is left, less than a block and a word.
HWY_INLINE std::size_t LongLeft(std::byte* destination, const std::byte* source,
                                std::size_t end, int count) {
  const __m512i counts = _mm512_set1_epi64(count);
  const __m512i stays =
      _mm512_set1_epi64(static_cast<std::int64_t>(~std::uint64_t{0} << count));
  const auto rotated = [&](std::size_t at) HWY_ATTR {
    return _mm512_rolv_epi64(Load512(source + at), counts);
  };
  const auto store =
      [&](std::size_t at, __m512i block, __m512i below)
          HWY_ATTR { Store512(destination + at, Select(block, below, stays)); };

  const std::size_t top = end - kBlockBytes;
  // The block at `at` is rotated, and not stored yet, in `upper`.
  std::size_t at = top - BytesAbove(destination + end, kBlockBytes);
  __m512i upper = rotated(at);
  store(top, rotated(top), rotated(top - kWordBytes));
  // Four blocks a round; the two names save copying a register.
  while (at >= 4 * kBlockBytes) {
    __m512i lower = rotated(at - kBlockBytes);
    store(at, upper, LanesBelow(upper, lower));
    upper = rotated(at - 2 * kBlockBytes);
    store(at - kBlockBytes, lower, LanesBelow(lower, upper));
    lower = rotated(at - 3 * kBlockBytes);
    store(at - 2 * kBlockBytes, upper, LanesBelow(upper, lower));
    upper = rotated(at - 4 * kBlockBytes);
    store(at - 3 * kBlockBytes, lower, LanesBelow(lower, upper));
    at -= 4 * kBlockBytes;
  }
  for (; at >= kBlockBytes; at -= kBlockBytes) {
    const __m512i lower = rotated(at - kBlockBytes);
    store(at, upper, LanesBelow(upper, lower));
    upper = lower;
  }
  if (at < kWordBytes) return at + kBlockBytes;
  store(at, upper, rotated(at - kWordBytes));
  return at;
}

// The mirror image, from the bottom up. Returns where what is left begins.
HWY_INLINE std::size_t LongRight(std::byte* destination,
                                 const std::byte* source,
                                 std::size_t size_bytes, int count) {
  const __m512i counts = _mm512_set1_epi64(count);
  const __m512i stays =
      _mm512_set1_epi64(static_cast<std::int64_t>(~std::uint64_t{0} >> count));
  const auto rotated = [&](std::size_t at) HWY_ATTR {
    return _mm512_rorv_epi64(Load512(source + at), counts);
  };
  const auto store =
      [&](std::size_t at, __m512i block, __m512i above)
          HWY_ATTR { Store512(destination + at, Select(block, above, stays)); };

  const std::size_t highest_at = size_bytes - kBlockBytes;
  std::size_t at = BytesBelow(destination, kBlockBytes);
  __m512i lower = rotated(at);
  store(0, rotated(0), rotated(kWordBytes));
  while (at + 4 * kBlockBytes <= highest_at) {
    __m512i upper = rotated(at + kBlockBytes);
    store(at, lower, LanesAbove(lower, upper));
    lower = rotated(at + 2 * kBlockBytes);
    store(at + kBlockBytes, upper, LanesAbove(upper, lower));
    upper = rotated(at + 3 * kBlockBytes);
    store(at + 2 * kBlockBytes, lower, LanesAbove(lower, upper));
    lower = rotated(at + 4 * kBlockBytes);
    store(at + 3 * kBlockBytes, upper, LanesAbove(upper, lower));
    at += 4 * kBlockBytes;
  }
  for (; at + kBlockBytes <= highest_at; at += kBlockBytes) {
    const __m512i upper = rotated(at + kBlockBytes);
    store(at, lower, LanesAbove(lower, upper));
    lower = upper;
  }
  if (at + kWordBytes > highest_at) return at;
  store(at, lower, rotated(at + kWordBytes));
  return at + kBlockBytes;
}

// Any other number, in unaligned blocks; returns what LongLeft does.
HWY_INLINE std::size_t MediumLeft(std::byte* destination,
                                  const std::byte* source, std::size_t end,
                                  int count) {
  while (end >= kBlockBytes + kWordBytes) {
    end -= kBlockBytes;
    ShiftBlockLeft(Tag512(), destination + end, source + end, count);
  }
  return end;
}

HWY_INLINE std::size_t MediumRight(std::byte* destination,
                                   const std::byte* source,
                                   std::size_t size_bytes, int count) {
  std::size_t begin = 0;
  while (size_bytes - begin >= kBlockBytes + kWordBytes) {
    ShiftBlockRight(Tag512(), destination + begin, source + begin, count);
    begin += kBlockBytes;
  }
  return begin;
}

// At least one block. The lowest block is loaded first and stored last, over
// the end of what the blocks above leave.
HWY_INLINE void Avx512Left(std::byte* destination, const std::byte* source,
                           std::size_t size_bytes, int count) {
  const __m512i lowest = LowestBlockLeft(Load512(source), count);
  const std::size_t end =
      size_bytes >= kAlignedBytesMin
          ? LongLeft(destination, source, size_bytes, count)
          : MediumLeft(destination, source, size_bytes, count);
  if (end > kBlockBytes) {
    const std::size_t at = end - kWordBytes;
    StoreWord(destination + at, WordLeft(source + at, count));
  }
  Store512(destination, lowest);
}

HWY_INLINE void Avx512Right(std::byte* destination, const std::byte* source,
                            std::size_t size_bytes, int count) {
  const std::size_t highest_at = size_bytes - kBlockBytes;
  const __m512i highest =
      HighestBlockRight(Load512(source + highest_at), count);
  const std::size_t begin =
      size_bytes >= kAlignedBytesMin
          ? LongRight(destination, source, size_bytes, count)
          : MediumRight(destination, source, size_bytes, count);
  if (begin < highest_at) {
    StoreWord(destination + begin, WordRight(source + begin, count));
  }
  Store512(destination + highest_at, highest);
}

}  // namespace HWY_NAMESPACE
}  // namespace kheap::machine
HWY_AFTER_NAMESPACE();

#endif  // HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3

#endif  // KHEAP_MACHINE_LIMB_SHIFT_AVX512_INL_H_
