// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_PROCESSOR_X86_64_INL_H_
#define KHEAP_MACHINE_PROCESSOR_X86_64_INL_H_

// processor.h's operations on x86-64, by instructions that all of them have.
// PREFETCHW is one: the first processors of the family took its opcode, 0F 0D,
// for no operation. A compiler's built-in function leaves it out unless it is
// told of a later processor, and fetches as for a read.
//
// Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume
// 2 (CLFLUSH, LFENCE, MOVNTDQ, PAUSE, PREFETCHh, PREFETCHW, RDTSC; the map of
// two-byte opcodes); AMD64 Architecture Programmer's Manual, volume 3
// (PREFETCHlevel, PREFETCHW); CPUID leaf 1 for the line size.

#if defined(__GNUC__) && defined(__x86_64__)

#include <cpuid.h>
#include <x86intrin.h>

#include <cstddef>
#include <cstdint>

namespace kheap::machine {

struct X86Processor {
  static void Pause() { _mm_pause(); }

  // The time stamp counter: a constant rate near the nominal clock's.
  static std::uint64_t Cycles() { return __rdtsc(); }
  static std::uint64_t CyclesSerialised() {
    _mm_lfence();
    const std::uint64_t now = __rdtsc();
    _mm_lfence();
    return now;
  }

  template <int kLocality>
  static void PrefetchForRead(const void* place) {
    __builtin_prefetch(place, 0, kLocality);
  }
  // There is one for all localities.
  template <int kLocality>
  static void PrefetchForWrite(const void* place) {
    asm volatile("prefetchw (%0)" : : "r"(place));
  }

  static void FlushLine(const std::byte* place) { _mm_clflush(place); }
  static void EndFlush() { _mm_mfence(); }

  static void StreamBlock(std::byte* destination, const std::byte* source) {
    auto* const to = reinterpret_cast<__m128i*>(destination);
    const auto* const from = reinterpret_cast<const __m128i*>(source);
    for (int i = 0; i < 4; ++i) {
      _mm_stream_si128(to + i, _mm_loadu_si128(from + i));
    }
  }
  static void EndStream() { _mm_sfence(); }

  static std::size_t CacheLineBytes() {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0) return 0;
    return (ebx >> 8 & 0xFF) * std::size_t{8};
  }
};

}  // namespace kheap::machine

#endif

#endif  // KHEAP_MACHINE_PROCESSOR_X86_64_INL_H_
