// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_PTHREAD_ARCH_H_
#define KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_PTHREAD_ARCH_H_

// The thread pointer: the one thread's description is a variable.

struct __pthread;
extern struct __pthread __kheap_thread;

static inline uintptr_t __get_tp(void) { return (uintptr_t)&__kheap_thread; }

// Where a signal's context keeps the program counter.
#define MC_PC __gregs[0]

#endif  // KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_PTHREAD_ARCH_H_
