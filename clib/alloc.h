// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_ALLOC_H_
#define KHEAP_CLIB_ALLOC_H_

// strdup and strndup: copies of strings in blocks of KMalloc, which Free takes.
//
// Both return null with the guest's errno set to ENOMEM where there is no room.
// The string is measured first, so a fault allocates nothing.
//
// Source: C23 7.26.2.6 and 7.26.2.7.

#include <cstdint>

#include "heap/global_heap.h"
#include "kmalloc/kmalloc.h"

namespace kheap::clib {

Address Strdup(GlobalHeap& heap, KMalloc& kmalloc, Address string);

// Copies at most `limit` characters, reads no more, and adds a zero byte.
Address Strndup(GlobalHeap& heap, KMalloc& kmalloc, Address string,
                std::uint64_t limit);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_ALLOC_H_
