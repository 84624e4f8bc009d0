// SPDX-License-Identifier: Apache-2.0
#include "clib/random.h"

#include "bitshift/bits.h"
#include "clib/library_page.h"

namespace kheap::clib {

namespace {

constexpr int kResultBits = 31;

constexpr std::uint64_t NextState(std::uint64_t state) {
  return state * 6364136223846793005u + 1442695040888963407u;
}

constexpr std::uint32_t NextSmallState(std::uint32_t state) {
  return state * 1664525u + 1013904223u;
}

constexpr std::uint32_t Mix(std::uint32_t word) {
  word = bits::Xor(word, bits::ShiftRight(word, 16)) * 2246822507u;
  word = bits::Xor(word, bits::ShiftRight(word, 13)) * 3266489909u;
  return bits::Xor(word, bits::ShiftRight(word, 16));
}

}  // namespace

std::int32_t Rand(GlobalHeap& heap) {
  LibraryPage& page = LibraryPageOf(heap);
  page.random_state = NextState(page.random_state);
  return static_cast<std::int32_t>(
      bits::ShiftRight(page.random_state.get(), 64 - kResultBits));
}

void Srand(GlobalHeap& heap, std::uint32_t seed) {
  LibraryPageOf(heap).random_state = std::uint64_t{seed} - 1;
}

std::int32_t RandR(GlobalHeap& heap, Address state) {
  const std::uint32_t next = NextSmallState(heap.Load<std::uint32_t>(state));
  heap.Store<std::uint32_t>(state, next);
  return static_cast<std::int32_t>(
      bits::ShiftRight(Mix(next), 32 - kResultBits));
}

}  // namespace kheap::clib
