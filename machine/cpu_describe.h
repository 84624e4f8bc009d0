// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_CPU_DESCRIBE_H_
#define KHEAP_MACHINE_CPU_DESCRIBE_H_

// Asks the processor who it is. Each cpu_*.cc file defines this for its
// processor, and is empty for others.

#include "machine/cpu.h"

namespace kheap::machine {

CpuDescription DescribeCpu();

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_CPU_DESCRIBE_H_
