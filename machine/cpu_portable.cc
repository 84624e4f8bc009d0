// SPDX-License-Identifier: Apache-2.0
// A processor of which nothing is known.
#if !defined(__x86_64__) && !(defined(__aarch64__) && defined(__linux__)) && \
    !(defined(__riscv) && __riscv_xlen == 64 && defined(__linux__))

#include "machine/cpu_describe.h"

namespace kheap::machine {

CpuDescription DescribeCpu() { return {"unknown", "unknown", {}}; }

}  // namespace kheap::machine

#endif
