// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_RANDOM_H_
#define KHEAP_CLIB_RANDOM_H_

// rand, srand, rand_r: pseudo-random numbers, the same on every host.
//
// rand: state ← state × 6364136223846793005 + 1442695040888963407 (mod 2^64);
// the result is the state's upper 31 bits. srand(seed) makes the state seed −
// 1, so the zero at the start of a program is the state after srand(1), as C
// asks for.
//
// rand_r has 32 bits of state only: state ← state × 1664525 + 1013904223
// (mod 2^32); the result is a mix of all of its bits, since the low bits of
// such a state repeat soon.
//
// Sources: C23 7.24.2; POSIX for rand_r; the multipliers of Knuth, The Art of
// Computer Programming, volume 2, 3.3.4 (MMIX and Numerical Recipes); the mix
// is the end of MurmurHash3 (Appleby, 2011).

#include <cstdint>

#include "heap/global_heap.h"

namespace kheap::clib {

inline constexpr std::int32_t kRandMax = 2147483647;

// The next number, 0 … kRandMax.
std::int32_t Rand(GlobalHeap& heap);

void Srand(GlobalHeap& heap, std::uint32_t seed);

// The same with the 4-byte state at `state`, an address in the guest's memory.
std::int32_t RandR(GlobalHeap& heap, Address state);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_RANDOM_H_
