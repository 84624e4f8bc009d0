// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_ERROR_TEXT_H_
#define KHEAP_CLIB_ERROR_TEXT_H_

// strerror and strsignal: the texts lie in the library page (library_page.h),
// where the guest may load them. errno is left alone.
//
// Sources: C23 7.26.6.3, POSIX for strsignal.

#include "heap/global_heap.h"

namespace kheap::clib {

// The text of an error number. It stays where it is for as long as the arena
// lives; only that of a number without a text of its own ("Unknown error 999")
// changes with the next such call.
Address Strerror(GlobalHeap& heap, int number);

// The same for a signal; 34 … 64 are the real-time signals 0 … 30.
Address Strsignal(GlobalHeap& heap, int number);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_ERROR_TEXT_H_
