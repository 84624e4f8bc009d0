// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_TOKENS_H_
#define KHEAP_CLIB_TOKENS_H_

// Cutting a string into tokens at the characters of the string `delimiters`:
// strtok, strtok_r, strsep. Each writes a zero byte over the delimiter behind
// the token it returns.
//
// Sources: C23 7.26.5.9; POSIX for strtok_r, BSD for strsep.

#include "heap/global_heap.h"

namespace kheap::clib {

// Returns the next token, never an empty one, or null if there is none left.
// A string that is null means: go on where the last call stopped, which the
// library page remembers. To go on before any call is a null dereference.
Address Strtok(GlobalHeap& heap, Address string, Address delimiters);

// The same with the position at `position`, an address in the guest's memory.
Address StrtokR(GlobalHeap& heap, Address string, Address delimiters,
                Address position);

// Returns the string at which the address stored at `string_pointer` points,
// cut off at the first delimiter, and stores where the next one begins, or null
// if this was the last. Two delimiters in a row give an empty token. Returns
// null if the stored address is null.
Address Strsep(GlobalHeap& heap, Address string_pointer, Address delimiters);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_TOKENS_H_
