// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_FP_ARCH_H_
#define KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_FP_ARCH_H_

// Rounding is to nearest and no floating-point exception is recorded, so
// nothing has to be kept from the optimiser, and nothing evaluated for its
// flags.

#define fp_barrierf fp_barrierf
static inline float fp_barrierf(float x) { return x; }

#define fp_barrier fp_barrier
static inline double fp_barrier(double x) { return x; }

#define fp_barrierl fp_barrierl
static inline long double fp_barrierl(long double x) { return x; }

#define fp_force_evalf fp_force_evalf
static inline void fp_force_evalf(float x) { (void)x; }

#define fp_force_eval fp_force_eval
static inline void fp_force_eval(double x) { (void)x; }

#define fp_force_evall fp_force_evall
static inline void fp_force_evall(long double x) { (void)x; }

#endif  // KHEAP_THIRD_PARTY_MUSL_OVERLAY_ARCH_KHEAP_FP_ARCH_H_
