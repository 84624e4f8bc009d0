// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_SUPPORT_HEAPS_H_
#define KHEAP_TESTS_SUPPORT_HEAPS_H_

// Small arenas for tests, and what they hold.

#include <cstddef>
#include <memory>
#include <vector>

#include "heap/global_heap.h"

namespace kheap {

// A new arena; fails the whole test program if the options are impossible.
inline std::unique_ptr<GlobalHeap> MakeHeap(const HeapOptions& options) {
  return GlobalHeap::Create(options).value();
}

inline std::unique_ptr<GlobalHeap> MakeFastHeap() {
  return MakeHeap({.layout = {}, .checked = false});
}

inline std::unique_ptr<GlobalHeap> MakeCheckedHeap() {
  return MakeHeap({.layout = {}, .checked = true});
}

// One page for each region whose size can be chosen and 64 KiB of heap: small
// enough to look at every byte. The heap begins at 256 KiB.
inline HeapOptions SmallHeapOptions(bool checked) {
  return {.layout = {.capacity_bytes = 5 * 65536,
                     .stack_bytes = 4096,
                     .data_bytes = 4096,
                     .read_only_bytes = 4096,
                     .symbol_bytes = 4096},
          .checked = checked};
}

// Every byte of the arena below the break.
inline std::vector<std::byte> BytesOf(const GlobalHeap& heap) {
  return {heap.base(), heap.base() + heap.break_address().offset()};
}

}  // namespace kheap

#endif  // KHEAP_TESTS_SUPPORT_HEAPS_H_
