// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_GUEST_ERRNO_H_
#define KHEAP_CLIB_GUEST_ERRNO_H_

// The values of the guest's errno that the C library sets: Linux's numbers, on
// every host.

#include <cstdint>

namespace kheap::clib {

inline constexpr std::int32_t kErrnoInvalid = 22;     // EINVAL
inline constexpr std::int32_t kErrnoOutOfRange = 34;  // ERANGE

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_GUEST_ERRNO_H_
