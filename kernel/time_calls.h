// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_KERNEL_TIME_CALLS_H_
#define KHEAP_KERNEL_TIME_CALLS_H_

// System calls about time. Each is Linux's call of that name (the man pages,
// section 2). Clocks can be read, not set.

#include <cstdint>

#include "heap/address.h"
#include "kernel/kernel_state.h"

namespace kheap::kernel {

Result ClockGettime(KernelState& state, const Arguments& arguments);
Result ClockGetres(KernelState& state, const Arguments& arguments);
Result ClockSettime(KernelState& state, const Arguments& arguments);
Result ClockNanosleep(KernelState& state, const Arguments& arguments);
Result Nanosleep(KernelState& state, const Arguments& arguments);
Result Gettimeofday(KernelState& state, const Arguments& arguments);
Result Settimeofday(KernelState& state, const Arguments& arguments);
Result Times(KernelState& state, const Arguments& arguments);
Result Getrusage(KernelState& state, const Arguments& arguments);

// Reads a span of time in nanoseconds: -EFAULT, -EINVAL for a negative one or
// a second's part that is none. What is too long is as long as there is.
Result ReadTimespec(KernelState& state, Address address,
                    std::int64_t& nanoseconds);

}  // namespace kheap::kernel

#endif  // KHEAP_KERNEL_TIME_CALLS_H_
