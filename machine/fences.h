// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_FENCES_H_
#define KHEAP_MACHINE_FENCES_H_

// Fences: what the compiler and the processor may not move across a point.
//
//   thread fence     neither may, against other threads
//   signal fence     the compiler may not, against a signal handler that runs
//                    on the same thread; no instruction
//   compiler fence   the compiler moves no access to memory across it
//
// ThreadSanitizer does not understand a fence, so under it a thread fence is an
// atomic operation on one number of its own. That orders at least as much, so
// no correct program is accused.
//
// Source: C++20 [atomics.fences].

#include <atomic>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define KHEAP_MACHINE_SANITIZES_THREADS 1
#endif
#endif
#ifdef __SANITIZE_THREAD__
#define KHEAP_MACHINE_SANITIZES_THREADS 1
#endif

namespace kheap::machine {

#ifdef KHEAP_MACHINE_SANITIZES_THREADS
inline std::atomic<int> fence_for_sanitizer = 0;

inline void ThreadFence(std::memory_order) {
  fence_for_sanitizer.fetch_add(1, std::memory_order_seq_cst);
}
#else
inline void ThreadFence(std::memory_order order) {
  std::atomic_thread_fence(order);
}
#endif

// What comes later stays behind every load before it.
inline void AcquireFence() { ThreadFence(std::memory_order_acquire); }
// What came before stays ahead of every store behind it.
inline void ReleaseFence() { ThreadFence(std::memory_order_release); }
// Both, and all threads see such fences in one order.
inline void FullFence() { ThreadFence(std::memory_order_seq_cst); }

inline void SignalFence(std::memory_order order) {
  std::atomic_signal_fence(order);
}

inline void CompilerFence() {
#if defined(__GNUC__)
  asm volatile("" : : : "memory");
#else
  std::atomic_signal_fence(std::memory_order_seq_cst);
#endif
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_FENCES_H_
