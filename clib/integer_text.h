// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_INTEGER_TEXT_H_
#define KHEAP_CLIB_INTEGER_TEXT_H_

// Integers from text: strtol, strtoll, strtoimax, strtoul, strtoull, strtoumax;
// atoi, atol, atoll. long, long long and intmax_t have 64 bits.
//
// The text is white space, a sign, a prefix (0x for base 16, 0 for base 8, in
// base 0 either), and digits. Nothing is read behind the first character that
// does not belong to it. The prefix 0b of C23 is not one, as in the libraries
// of today: "0b1" in base 0 is 0.
//
// `end_pointer` is null, or the address of a pointer in the guest's memory that
// receives the address behind the last digit; that of the text itself where
// there is no number. The guest's errno becomes ERANGE where the value does not
// fit and the nearest that does is returned, EINVAL for a base other than 0 and
// 2 … 36, in which case nothing is read or stored.
//
// Sources: C23 7.24.1 and 7.8.2, with the results of the GNU C library where
// they leave a choice.

#include <cstdint>

#include "heap/global_heap.h"

namespace kheap::clib {

std::int64_t Strtol(GlobalHeap& heap, Address text, Address end_pointer,
                    int base);
// A minus sign negates the value modulo 2^64.
std::uint64_t Strtoul(GlobalHeap& heap, Address text, Address end_pointer,
                      int base);

inline std::int64_t Strtoll(GlobalHeap& heap, Address text, Address end_pointer,
                            int base) {
  return Strtol(heap, text, end_pointer, base);
}
inline std::int64_t Strtoimax(GlobalHeap& heap, Address text,
                              Address end_pointer, int base) {
  return Strtol(heap, text, end_pointer, base);
}
inline std::uint64_t Strtoull(GlobalHeap& heap, Address text,
                              Address end_pointer, int base) {
  return Strtoul(heap, text, end_pointer, base);
}
inline std::uint64_t Strtoumax(GlobalHeap& heap, Address text,
                               Address end_pointer, int base) {
  return Strtoul(heap, text, end_pointer, base);
}

// In base 10, with errno left alone. A value that does not fit into a long is
// the nearest that does; Atoi returns the low 32 bits of that.
std::int64_t Atol(const GlobalHeap& heap, Address text);
std::int32_t Atoi(const GlobalHeap& heap, Address text);
inline std::int64_t Atoll(const GlobalHeap& heap, Address text) {
  return Atol(heap, text);
}

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_INTEGER_TEXT_H_
