// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_SORT_H_
#define KHEAP_CLIB_SORT_H_

// qsort and bsearch, with the comparison as a host callable that takes the
// addresses of two elements and returns a negative, zero or positive number.
//
// Source: C23 7.24.5.

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "heap/global_heap.h"

namespace kheap::clib {

using Comparison = absl::FunctionRef<int(Address, Address)>;

// Sorts `count` elements of `size_bytes` bytes in place, in O(count log count)
// comparisons whatever they say. The same comparisons give the same order of
// calls and the same result on every host; elements that compare equal end up
// in no particular order.
//
// While the comparison runs, the array holds a permutation of its elements, so
// a fault in it loses none. The initialised state of the bytes moves with them,
// so elements with padding sort in checked mode too.
//
// The whole array is checked first: a fault of access kUpdate.
void Qsort(GlobalHeap& heap, Address base, std::uint64_t count,
           std::uint64_t size_bytes, Comparison compare);

// An element of a sorted array that compares equal to `key`, or null. The key
// is the comparison's first argument. Touches no byte by itself.
Address Bsearch(Address key, Address base, std::uint64_t count,
                std::uint64_t size_bytes, Comparison compare);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_SORT_H_
