// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_PROCESSOR_RISCV64_INL_H_
#define KHEAP_MACHINE_PROCESSOR_RISCV64_INL_H_

// processor.h's operations on RV64. PAUSE, NTL.ALL, PREFETCH.R and PREFETCH.W
// are hints, encoded in instructions that every processor has and that those
// without the extension take for nothing; they stand here as numbers or as
// these instructions, for assemblers that do not know their names. A program
// may not flush a cache unless the system allows it, so FlushLine orders only.
//
// Source: RISC-V Unprivileged ISA: Zihintpause, Zihintntl, Zicntr, Zicbop.

#if defined(__GNUC__) && defined(__riscv) && __riscv_xlen == 64

#include <cstddef>
#include <cstdint>

namespace kheap::machine {

struct RiscVProcessor {
  static void Pause() { asm volatile(".4byte 0x0100000F"); }

  // The real-time counter: constant, but slower than the clock. Linux refuses
  // the cycle counter to programs.
  static std::uint64_t Cycles() {
    std::uint64_t now;
    asm volatile("rdtime %0" : "=r"(now));
    return now;
  }
  static std::uint64_t CyclesSerialised() {
    std::uint64_t now;
    asm volatile("fence iorw, iorw\n\trdtime %0\n\tfence iorw, iorw"
                 : "=r"(now)
                 :
                 : "memory");
    return now;
  }

  // One for all localities: an OR into x0, whose constant says what it hints.
  template <int kLocality>
  static void PrefetchForRead(const void* place) {
    asm volatile("ori zero, %0, 1" : : "r"(place));
  }
  template <int kLocality>
  static void PrefetchForWrite(const void* place) {
    asm volatile("ori zero, %0, 3" : : "r"(place));
  }

  static void FlushLine(const std::byte*) {}
  static void EndFlush() { asm volatile("fence rw, rw" : : : "memory"); }

  static void StreamBlock(std::byte* destination, const std::byte* source) {
    for (std::size_t i = 0; i < 64; i += 8) {
      std::uint64_t word;
      __builtin_memcpy(&word, source + i, sizeof(word));
      // add x0, x0, x5: the store behind it is non-temporal.
      asm volatile(".4byte 0x00500033\n\tsd %[word], 0(%[to])"
                   :
                   : [word] "r"(word), [to] "r"(destination + i)
                   : "memory");
    }
  }
  static void EndStream() { asm volatile("fence w, w" : : : "memory"); }

  // 0: unknown.
  static std::size_t CacheLineBytes() { return 0; }
};

}  // namespace kheap::machine

#endif

#endif  // KHEAP_MACHINE_PROCESSOR_RISCV64_INL_H_
