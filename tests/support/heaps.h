// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_SUPPORT_HEAPS_H_
#define KHEAP_TESTS_SUPPORT_HEAPS_H_

// Small arenas for tests.

#include <memory>

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

}  // namespace kheap

#endif  // KHEAP_TESTS_SUPPORT_HEAPS_H_
