// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_CYCLES_H_
#define KHEAP_MACHINE_CYCLES_H_

// The processor's time. Nothing that a guest can see may depend on it.

#include <cstdint>

#include "machine/processor.h"

namespace kheap::machine {

// A counter that never runs backwards on one thread. Its rate is constant and
// the host's own (x86-64: near the nominal clock; AArch64 and RISC-V: a slower
// clock; elsewhere nanoseconds). It may be read early or late by as much as the
// processor executes out of order.
inline std::uint64_t CycleCount() { return HostProcessor::Cycles(); }

// The same, read after all that stands before it and before all that stands
// behind it: for the ends of what is measured.
inline std::uint64_t CycleCountSerialised() {
  return HostProcessor::CyclesSerialised();
}

// A moment's rest in a loop that waits for another thread.
inline void Pause() { HostProcessor::Pause(); }

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_CYCLES_H_
