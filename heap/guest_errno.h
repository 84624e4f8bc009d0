// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_HEAP_GUEST_ERRNO_H_
#define KHEAP_HEAP_GUEST_ERRNO_H_

// The values of the guest's errno that C's functions set: Linux's numbers, on
// every host.

#include <cstdint>

namespace kheap {

inline constexpr std::int32_t kErrnoNoMemory = 12;    // ENOMEM
inline constexpr std::int32_t kErrnoInvalid = 22;     // EINVAL
inline constexpr std::int32_t kErrnoOutOfRange = 34;  // ERANGE

}  // namespace kheap

#endif  // KHEAP_HEAP_GUEST_ERRNO_H_
