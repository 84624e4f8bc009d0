// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_SUBSTRING_H_
#define KHEAP_CLIB_SUBSTRING_H_

// Searching strings for strings: strstr, strcasestr, strnstr.
//
// Each returns where `needle` occurs first in `haystack`, or null; an empty
// needle occurs at once. The needle is read to its end. The haystack is read no
// further than a loop would that looks for the needle from each character on.
// The time is linear in what is read, for needles of 32 bytes and more; shorter
// ones are looked for as the host does.
//
// Sources: C23 7.26.5.8; GNU for strcasestr, BSD for strnstr.

#include <cstdint>

#include "heap/global_heap.h"

namespace kheap::clib {

Address Strstr(const GlobalHeap& heap, Address haystack, Address needle);

// The letters A to Z count as their lower case.
Address Strcasestr(const GlobalHeap& heap, Address haystack, Address needle);

// Looks at the first `limit` characters of the haystack only.
Address Strnstr(const GlobalHeap& heap, Address haystack, Address needle,
                std::uint64_t limit);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_SUBSTRING_H_
