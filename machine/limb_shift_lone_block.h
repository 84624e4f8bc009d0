// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_LIMB_SHIFT_LONE_BLOCK_H_
#define KHEAP_MACHINE_LIMB_SHIFT_LONE_BLOCK_H_

// The shift of a number of exactly 64 bytes, one AVX-512 vector, without a
// call: the call alone would take longer than these instructions. A compiler
// inlines intrinsics only into code for the same processor, hence the assembly.
//
//   source       | lane 7 | lane 6 | … | lane 1 | lane 0 |
//   neighbours   | lane 6 | lane 5 | … | lane 0 |   0    |   for a left shift
//
// vpshldvq then joins each lane with its neighbour. The preconditions are those
// of ShiftLeft and ShiftRight, and a processor with VBMI2.

#include <cstddef>
#include <cstdint>

namespace kheap::machine::internal {

inline constexpr std::size_t kLoneBlockBytes = 64;

#if defined(__x86_64__) && defined(__GNUC__)

inline constexpr bool kHasLoneBlock = true;

// Registers from 16 on need no vzeroupper. Code that is not compiled for
// AVX-512 never uses them, and may not name them either.
#ifdef __AVX512F__
#define KHEAP_LONE_BLOCK_CLOBBERS "xmm16", "xmm17", "xmm18"
#else
#define KHEAP_LONE_BLOCK_CLOBBERS
#endif

using LoneBlock = std::byte[kLoneBlockBytes];

inline void ShiftLoneBlockLeft(std::byte* destination, const std::byte* source,
                               int count) {
  asm("vmovdqu64 %[source], %%zmm16\n\t"
      "vpbroadcastq %[count], %%zmm17\n\t"
      "vpxorq %%xmm18, %%xmm18, %%xmm18\n\t"
      "valignq $7, %%zmm18, %%zmm16, %%zmm18\n\t"
      "vpshldvq %%zmm17, %%zmm18, %%zmm16\n\t"
      "vmovdqu64 %%zmm16, %[destination]"
      : [destination] "=m"(*reinterpret_cast<LoneBlock*>(destination))
      : [source] "m"(*reinterpret_cast<const LoneBlock*>(source)),
        [count] "r"(std::int64_t{count})
      : KHEAP_LONE_BLOCK_CLOBBERS);
}

inline void ShiftLoneBlockRight(std::byte* destination, const std::byte* source,
                                int count) {
  asm("vmovdqu64 %[source], %%zmm16\n\t"
      "vpbroadcastq %[count], %%zmm17\n\t"
      "vpxorq %%xmm18, %%xmm18, %%xmm18\n\t"
      "valignq $1, %%zmm16, %%zmm18, %%zmm18\n\t"
      "vpshrdvq %%zmm17, %%zmm18, %%zmm16\n\t"
      "vmovdqu64 %%zmm16, %[destination]"
      : [destination] "=m"(*reinterpret_cast<LoneBlock*>(destination))
      : [source] "m"(*reinterpret_cast<const LoneBlock*>(source)),
        [count] "r"(std::int64_t{count})
      : KHEAP_LONE_BLOCK_CLOBBERS);
}

#undef KHEAP_LONE_BLOCK_CLOBBERS

#else

inline constexpr bool kHasLoneBlock = false;

inline void ShiftLoneBlockLeft(std::byte*, const std::byte*, int) {}
inline void ShiftLoneBlockRight(std::byte*, const std::byte*, int) {}

#endif

}  // namespace kheap::machine::internal

#endif  // KHEAP_MACHINE_LIMB_SHIFT_LONE_BLOCK_H_
