// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_BLOCK16_H_
#define KHEAP_MACHINE_BLOCK16_H_

// The first 32 bytes of a search, inline: two SSE2 registers one after the
// other where the processor is an x86-64, which always has SSE2, else 64-bit
// words. Short strings end here, which saves them a call.
//
// The functions that end in In32 return an index in 0 … 31, or 32 where no byte
// qualifies.

#include <bit>
#include <cstddef>
#include <cstdint>

#include "machine/packed_bytes.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace kheap::machine {

inline constexpr std::size_t kBlockBytes = 16;

// -1, 0 or 1, as unsigned bytes compare.
constexpr int SignOfDifference(std::byte a, std::byte b) {
  return (a > b) - (a < b);
}

#ifdef __SSE2__

namespace block16 {

inline __m128i Load(const std::byte* source) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(source));
}

// Bit i is set where byte i is zero.
inline std::uint32_t ZeroMask(__m128i bytes) {
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128())));
}

// Each 'A' … 'Z' as 'a' … 'z': a letter lies at most 25 behind 'A'.
inline __m128i ToLowerCase(__m128i bytes) {
  const __m128i offset = _mm_sub_epi8(bytes, _mm_set1_epi8('A'));
  const __m128i letters =
      _mm_cmpeq_epi8(_mm_min_epu8(offset, _mm_set1_epi8(25)), offset);
  return _mm_add_epi8(bytes, _mm_and_si128(letters, _mm_set1_epi8('a' - 'A')));
}

// `zeroed(i)` gives the 16 bytes from index i on, made zero where they qualify.
// One branch for both blocks, so that lengths below 32 mispredict none.
template <typename Zeroed>
inline std::size_t FindIn32(Zeroed zeroed) {
  const std::uint32_t mask = ZeroMask(zeroed(0)) | ZeroMask(zeroed(kBlockBytes))
                                                       << kBlockBytes;
  if (mask == 0) return 2 * kBlockBytes;
  const std::size_t index = static_cast<std::size_t>(__builtin_ctz(mask));
  // So that callers need not ask a second time whether there is such a byte.
  if (index >= 2 * kBlockBytes) __builtin_unreachable();
  return index;
}

}  // namespace block16

inline std::size_t FirstEqualIn32(const std::byte* bytes, std::byte value) {
  const __m128i pattern = _mm_set1_epi8(std::to_integer<char>(value));
  return block16::FindIn32([=](std::size_t i) {
    return _mm_xor_si128(block16::Load(bytes + i), pattern);
  });
}

inline std::size_t FirstEqualOrZeroIn32(const std::byte* bytes,
                                        std::byte value) {
  const __m128i pattern = _mm_set1_epi8(std::to_integer<char>(value));
  return block16::FindIn32([=](std::size_t i) {
    const __m128i block = block16::Load(bytes + i);
    return _mm_min_epu8(block, _mm_xor_si128(block, pattern));
  });
}

// The smaller of "equal" (255 or 0) and the byte is 0 where the strings differ
// and where both end.
inline std::size_t FirstDifferenceOrZeroIn32(const std::byte* a,
                                             const std::byte* b) {
  return block16::FindIn32([=](std::size_t i) {
    const __m128i block = block16::Load(a + i);
    return _mm_min_epu8(_mm_cmpeq_epi8(block, block16::Load(b + i)), block);
  });
}

// The same but for the case of the letters A to Z.
inline std::size_t FirstCaseDifferenceOrZeroIn32(const std::byte* a,
                                                 const std::byte* b) {
  return block16::FindIn32([=](std::size_t i) {
    const __m128i block = block16::ToLowerCase(block16::Load(a + i));
    const __m128i other = block16::ToLowerCase(block16::Load(b + i));
    return _mm_min_epu8(_mm_cmpeq_epi8(block, other), block);
  });
}

// The index of the first difference in 16 bytes, or some number above.
inline std::size_t FirstDifferenceIn16(const std::byte* a, const std::byte* b) {
  return static_cast<std::size_t>(std::countr_one(static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_cmpeq_epi8(block16::Load(a), block16::Load(b))))));
}

#else

namespace block16 {

// `mark(i)` is as in word_scan.h.
template <typename Mark>
inline std::size_t FindIn32(Mark mark) {
  for (std::size_t i = 0; i < 2 * kBlockBytes; i += kPackedBytes) {
    const PackedBytes marks = mark(i);
    if (marks != 0) return i + FirstMarked(marks);
  }
  return 2 * kBlockBytes;
}

}  // namespace block16

inline std::size_t FirstEqualIn32(const std::byte* bytes, std::byte value) {
  const PackedBytes pattern = Broadcast(value);
  return block16::FindIn32([=](std::size_t i) {
    return MarkFirstZero(LoadPacked(bytes + i) ^ pattern);
  });
}

inline std::size_t FirstEqualOrZeroIn32(const std::byte* bytes,
                                        std::byte value) {
  const PackedBytes pattern = Broadcast(value);
  return block16::FindIn32([=](std::size_t i) {
    const PackedBytes word = LoadPacked(bytes + i);
    return MarkFirstZero(word) | MarkFirstZero(word ^ pattern);
  });
}

inline std::size_t FirstDifferenceOrZeroIn32(const std::byte* a,
                                             const std::byte* b) {
  return block16::FindIn32([=](std::size_t i) {
    const PackedBytes word = LoadPacked(a + i);
    return MarkFirstZero(word) | (word ^ LoadPacked(b + i));
  });
}

// The same but for the case of the letters A to Z.
inline std::size_t FirstCaseDifferenceOrZeroIn32(const std::byte* a,
                                                 const std::byte* b) {
  return block16::FindIn32([=](std::size_t i) {
    const PackedBytes word = ToLowerCase(LoadPacked(a + i));
    return MarkFirstZero(word) | (word ^ ToLowerCase(LoadPacked(b + i)));
  });
}

// The index of the first difference in 16 bytes, or some number above.
inline std::size_t FirstDifferenceIn16(const std::byte* a, const std::byte* b) {
  const PackedBytes low = LoadPacked(a) ^ LoadPacked(b);
  if (low != 0) return FirstNonZero(low);
  return kPackedBytes + FirstNonZero(LoadPacked(a + kPackedBytes) ^
                                     LoadPacked(b + kPackedBytes));
}

#endif

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_BLOCK16_H_
