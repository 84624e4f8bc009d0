// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_RANDOM_SOURCE_H_
#define KHEAP_KERNEL_RANDOM_SOURCE_H_

// What getrandom and /dev/urandom yield: bytes that follow from the seed. Each
// request begins with a new number of the generator, whose bytes are taken
// lowest first.
//
// Sources: xoshiro256** 1.0 (Blackman and Vigna, "Scrambled linear
// pseudorandom number generators", 2018), its state filled by SplitMix64
// (Steele, Lea and Flood, OOPSLA 2014), as its authors advise.

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/kernel_page.h"

namespace kheap::kernel {

void SeedRandom(RandomState& state, std::uint64_t seed);
std::uint64_t NextRandom(RandomState& state);
void FillRandom(RandomState& state, std::span<std::byte> bytes);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_RANDOM_SOURCE_H_
