// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_SCALARS_HOST_LAYOUT_H_
#define KHEAP_TESTS_SCALARS_HOST_LAYOUT_H_

// Whether the host's compiler lays types out as the guest has them, so that it
// can be asked: little-endian LP64 with x86-64's and RV64's rules. (On AArch64
// an unnamed bit-field counts for the alignment of its struct.)

#include <bit>

namespace kheap {

struct UnnamedBitFieldProbe {
  char c;
  int : 3;
};

inline constexpr bool kHostIsLikeGuest =
    std::endian::native == std::endian::little && sizeof(void*) == 8 &&
    sizeof(long) == 8 && alignof(long double) == 16 &&
    alignof(UnnamedBitFieldProbe) == 1;

}  // namespace kheap

#endif  // KHEAP_TESTS_SCALARS_HOST_LAYOUT_H_
