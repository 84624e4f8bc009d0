// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_STRING_LENGTH_H_
#define KHEAP_CLIB_STRING_LENGTH_H_

// strlen and strnlen. guest_string.h says how far they may read.
//
// The template argument says which kernels do the work: machine::HostStringMem
// (this host's fastest) or machine::FastStringMem (portable).
//
// Sources: C23 7.26.6.4, POSIX for strnlen.

#include <algorithm>
#include <cstdint>

#include "clib/guest_string.h"
#include "clib/scan.h"
#include "heap/global_heap.h"
#include "machine/host_string_mem.h"

namespace kheap::clib {

template <typename StringMem = machine::HostStringMem>
inline std::uint64_t Strlen(const GlobalHeap& heap, Address string) {
  return Scan<StringMem>(heap, string, StringMem::FindEndNear,
                         StringMem::FindEnd);
}

// At most `limit`; no byte behind the first `limit` is read.
template <typename StringMem = machine::HostStringMem>
inline std::uint64_t Strnlen(const GlobalHeap& heap, Address string,
                             std::uint64_t limit) {
  return std::min(
      limit, ScanUpTo<StringMem>(heap, string, limit, StringMem::FindEndNear,
                                 StringMem::FindEnd));
}

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_STRING_LENGTH_H_
