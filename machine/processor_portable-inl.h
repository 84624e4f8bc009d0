// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_PROCESSOR_PORTABLE_INL_H_
#define KHEAP_MACHINE_PROCESSOR_PORTABLE_INL_H_

// processor.h's operations in portable C++: right on any host, if not fast.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kheap::machine {

struct PortableProcessor {
  static void Pause() { std::atomic_signal_fence(std::memory_order_seq_cst); }

  // Nanoseconds.
  static std::uint64_t Cycles() {
    return static_cast<std::uint64_t>(
        std::chrono::steady_clock::now().time_since_epoch() /
        std::chrono::nanoseconds(1));
  }
  static std::uint64_t CyclesSerialised() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    const std::uint64_t now = Cycles();
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return now;
  }

  // What the compiler knows of a processor that has no file here.
  template <int kLocality>
  static void PrefetchForRead([[maybe_unused]] const void* place) {
#if defined(__GNUC__)
    __builtin_prefetch(place, 0, kLocality);
#endif
  }
  template <int kLocality>
  static void PrefetchForWrite([[maybe_unused]] const void* place) {
#if defined(__GNUC__)
    __builtin_prefetch(place, 1, kLocality);
#endif
  }

  // Caches that a program cannot see need no flush.
  static void FlushLine(const std::byte*) {}
  static void EndFlush() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }

  static void StreamBlock(std::byte* destination, const std::byte* source) {
    std::memcpy(destination, source, 64);
  }
  static void EndStream() {}

  // 0: unknown.
  static std::size_t CacheLineBytes() { return 0; }
};

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_PROCESSOR_PORTABLE_INL_H_
