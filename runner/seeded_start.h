// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_SEEDED_START_H_
#define KHEAP_RUNNER_SEEDED_START_H_

// What a seed decides in a fresh process beside the kernel's random bytes:
//
//   stack   … zero … | filled |<- stack_shift ->|         begins lower
//   heap    |<- heap_shift ->| first block …             begins higher
//   filled  a stack's and a new block's bytes hold `fill_word` until written,
//           the byte at address a being byte a modulo 8 of it
//   library rand, random and drand48 begin as after srand, srandom and srand48
//           of `library_seed`
//
// So a program whose output depends on what C leaves open shows it: by running
// it with several seeds. With seed 0 nothing is moved or filled, and C's random
// numbers begin as C and POSIX say.

#include <cstdint>

#include "absl/status/status.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/memory_layout.h"
#include "process/process.h"

namespace kheap {

// How much of the stack is filled: what frames reach in most programs. Below it
// are zeros, and a start takes microseconds.
inline constexpr std::uint64_t kFilledStackBytes = 256 * 1024;

struct SeededStart {
  std::uint64_t fill_word = 0;  // 0: nothing is filled
  std::uint64_t stack_shift_bytes = 0;
  std::uint64_t heap_shift_bytes = 0;
  std::uint32_t library_seed = 1;

  static SeededStart Of(std::uint64_t seed, const MemoryLayout& layout);

  // Puts it into a process that has not run. ResourceExhausted where the host
  // has no memory.
  absl::Status ApplyTo(Process& process) const;
};

// Writes the word over bytes of the arena that nothing has been stored to.
void FillUninitialised(GlobalHeap& heap, Address begin,
                       std::uint64_t size_bytes, std::uint64_t fill_word);

}  // namespace kheap

#endif  // KHEAP_RUNNER_SEEDED_START_H_
