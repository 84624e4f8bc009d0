// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_ERROR_TEXT_H_
#define KHEAP_CLIB_ERROR_TEXT_H_

// strerror, strerror_r and strsignal: the texts lie in the library page
// (library_page.h), where the guest may load them. errno is left alone.
//
// Sources: C23 7.26.6.3, POSIX for strerror_r and strsignal.

#include <cstdint>

#include "heap/global_heap.h"

namespace kheap::clib {

// The text of an error number. It stays where it is for as long as the arena
// lives; only that of a number without a text of its own ("Unknown error 999")
// changes with the next such call.
Address Strerror(GlobalHeap& heap, int number);

// POSIX strerror_r: the text goes into `buffer`, cut off where `size_bytes` say
// so, and always ended by a zero byte if that is not 0. Returns 0; ERANGE where
// it was cut off; EINVAL where the number has no text of its own.
std::int32_t StrerrorR(GlobalHeap& heap, int number, Address buffer,
                       std::uint64_t size_bytes);

// As Strerror for a signal; 34 … 64 are the real-time signals 0 … 30.
Address Strsignal(GlobalHeap& heap, int number);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_ERROR_TEXT_H_
