// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_ATOMIC_ARCH_H_
#define KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_ATOMIC_ARCH_H_

// What musl's atomic operations are made from, for a program of one thread:
// plain C.

#define a_barrier a_barrier
static inline void a_barrier(void) {}

#define a_cas a_cas
static inline int a_cas(volatile int *p, int expected, int value) {
  int old = *p;
  if (old == expected) *p = value;
  return old;
}

#define a_cas_p a_cas_p
static inline void *a_cas_p(volatile void *p, void *expected, void *value) {
  void *volatile *cell = (void *volatile *)p;
  void *old = *cell;
  if (old == expected) *cell = value;
  return old;
}

#define a_swap a_swap
static inline int a_swap(volatile int *p, int value) {
  int old = *p;
  *p = value;
  return old;
}

#define a_fetch_add a_fetch_add
static inline int a_fetch_add(volatile int *p, int value) {
  int old = *p;
  *p = old + value;
  return old;
}

#define a_store a_store
static inline void a_store(volatile int *p, int value) { *p = value; }

#define a_ctz_64 a_ctz_64
static inline int a_ctz_64(uint64_t value) { return __builtin_ctzll(value); }

#define a_ctz_32 a_ctz_32
static inline int a_ctz_32(uint32_t value) { return __builtin_ctz(value); }

#define a_clz_64 a_clz_64
static inline int a_clz_64(uint64_t value) { return __builtin_clzll(value); }

#define a_clz_32 a_clz_32
static inline int a_clz_32(uint32_t value) { return __builtin_clz(value); }

#define a_crash a_crash
static inline void a_crash(void) { __builtin_trap(); }

#endif  // KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_ATOMIC_ARCH_H_
