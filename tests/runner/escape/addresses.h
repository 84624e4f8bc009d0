// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_RUNNER_ESCAPE_ADDRESSES_H_
#define KHEAP_TESTS_RUNNER_ESCAPE_ADDRESSES_H_

// Addresses that no object of the program has, for accesses of up to 64 bytes.
// Each program of this folder takes the number of its case as its argument.

#include <stdint.h>
#include <stdlib.h>

static const uint64_t kWild[] = {
    0,                         // null
    64,                        // a member of a null struct
    4096,                      // the arena's own pages
    65536,
    (uint64_t)0 - 1,           // right before address 0: the host's context
    (uint64_t)0 - 8,
    (uint64_t)0 - 64,
    (uint64_t)0 - 4096,
    (uint64_t)0 - 65536,
    (uint64_t)0 - 65537,
    UINT64_C(1) << 30,         // the end of an arena of the usual size
    (UINT64_C(1) << 30) - 1,
    (UINT64_C(1) << 30) - 63,
    UINT64_C(1) << 31,
    UINT64_C(1) << 32,
    (UINT64_C(1) << 32) - 1,
    (UINT64_C(1) << 32) + 65536,  // aliases a true address in 32 bits
    UINT64_C(1) << 42,         // pointers to functions and labels
    (UINT64_C(1) << 42) + 16,
    UINT64_C(1) << 43,
    UINT64_C(0x7fffffffe000),  // where hosts have their stack
    UINT64_C(0x555555554000),  // and their code
    INT64_MAX,
    (uint64_t)INT64_MIN,
    (uint64_t)INT64_MIN + 65536,
    UINT64_C(0xffffffff80000000),
};

enum { kWildCount = sizeof kWild / sizeof *kWild };

static inline char* WildAddress(int number) {
  return (char*)kWild[number % kWildCount];
}

// The case that the command line chooses.
static inline int Case(int argc, char** argv) {
  return argc > 1 ? atoi(argv[1]) : 0;
}

#endif  // KHEAP_TESTS_RUNNER_ESCAPE_ADDRESSES_H_
