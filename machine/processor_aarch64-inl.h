// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_PROCESSOR_AARCH64_INL_H_
#define KHEAP_MACHINE_PROCESSOR_AARCH64_INL_H_

// processor.h's operations on AArch64. Linux lets programs read the virtual
// counter and clean caches.
//
// Source: Arm Architecture Reference Manual for A-profile, C6.2 (DC CIVAC,
// PRFM, STNP, YIELD), D19 (CNTVCT_EL0, CTR_EL0).

#if defined(__GNUC__) && defined(__aarch64__)

#include <cstddef>
#include <cstdint>

namespace kheap::machine {

struct AArch64Processor {
  static void Pause() { asm volatile("yield"); }

  // The virtual counter: constant, but slower than the clock.
  static std::uint64_t Cycles() {
    std::uint64_t now;
    asm volatile("mrs %0, cntvct_el0" : "=r"(now));
    return now;
  }
  static std::uint64_t CyclesSerialised() {
    std::uint64_t now;
    asm volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(now) : : "memory");
    return now;
  }

  // PRFM, which has every locality.
  template <int kLocality>
  static void PrefetchForRead(const void* place) {
    __builtin_prefetch(place, 0, kLocality);
  }
  template <int kLocality>
  static void PrefetchForWrite(const void* place) {
    __builtin_prefetch(place, 1, kLocality);
  }

  static void FlushLine(const std::byte* place) {
    asm volatile("dc civac, %0" : : "r"(place) : "memory");
  }
  static void EndFlush() { asm volatile("dsb ish" : : : "memory"); }

  static void StreamBlock(std::byte* destination, const std::byte* source) {
    asm volatile(
        "ldp q0, q1, [%[from]]\n\t"
        "ldp q2, q3, [%[from], #32]\n\t"
        "stnp q0, q1, [%[to]]\n\t"
        "stnp q2, q3, [%[to], #32]"
        :
        : [to] "r"(destination), [from] "r"(source)
        : "v0", "v1", "v2", "v3", "memory");
  }
  static void EndStream() { asm volatile("dmb ishst" : : : "memory"); }

  static std::size_t CacheLineBytes() {
    std::uint64_t type;
    asm("mrs %0, ctr_el0" : "=r"(type));
    return std::size_t{4} << (type >> 16 & 0xF);
  }
};

}  // namespace kheap::machine

#endif

#endif  // KHEAP_MACHINE_PROCESSOR_AARCH64_INL_H_
