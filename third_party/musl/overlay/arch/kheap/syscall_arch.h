// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_SYSCALL_ARCH_H_
#define KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_SYSCALL_ARCH_H_

// System calls are calls of the host: kernel/ answers them.

#define __SYSCALL_LL_E(x) (x)
#define __SYSCALL_LL_O(x) (x)

long __kheap_syscall(long number, long a, long b, long c, long d, long e,
                     long f);

static inline long __syscall0(long n) {
  return __kheap_syscall(n, 0, 0, 0, 0, 0, 0);
}

static inline long __syscall1(long n, long a) {
  return __kheap_syscall(n, a, 0, 0, 0, 0, 0);
}

static inline long __syscall2(long n, long a, long b) {
  return __kheap_syscall(n, a, b, 0, 0, 0, 0);
}

static inline long __syscall3(long n, long a, long b, long c) {
  return __kheap_syscall(n, a, b, c, 0, 0, 0);
}

static inline long __syscall4(long n, long a, long b, long c, long d) {
  return __kheap_syscall(n, a, b, c, d, 0, 0);
}

static inline long __syscall5(long n, long a, long b, long c, long d, long e) {
  return __kheap_syscall(n, a, b, c, d, e, 0);
}

static inline long __syscall6(long n, long a, long b, long c, long d, long e,
                              long f) {
  return __kheap_syscall(n, a, b, c, d, e, f);
}

#define IPC_64 0

#endif  // KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_SYSCALL_ARCH_H_
