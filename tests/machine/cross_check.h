// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_MACHINE_CROSS_CHECK_H_
#define KHEAP_TESTS_MACHINE_CROSS_CHECK_H_

// The parts of cross_check.cc. Each holds what machine/ does against the same a
// byte or a lane at a time; KHEAP_CHECK stops the program at a difference.

namespace kheap::machine {

// Rows of numbers, of every type of lane and of lengths around a vector's.
void CheckRows();

// Bytes in bulk: memory, strings and shifts of long numbers.
void CheckBytes();

}  // namespace kheap::machine

#endif  // KHEAP_TESTS_MACHINE_CROSS_CHECK_H_
