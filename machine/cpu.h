// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_CPU_H_
#define KHEAP_MACHINE_CPU_H_

// Which processor this is and what it can do, by name:
//
//   if (Supports("avx512vbmi2")) …
//
// A feature counts only where the operating system lets programs use it. Names
// are those of Linux's /proc/cpuinfo in small letters ("aes", "avx2", "bmi2",
// "sse4_1"; "asimd", which also answers to "neon", "sve", "atomics"; "rv64",
// and "a", "c", "d", "f", "m", "v"), and on x86-64 those of cpu_features
// ("fma3", "rdrnd") too; '_' and '.' do not count.
//
// Found out at the first call; from then on the same, on any thread. Each call
// compares names: a hot loop asks before it begins.

#include <string>
#include <string_view>
#include <vector>

namespace kheap::machine {

// False for a name of no known feature, too: it may be another processor's.
bool Supports(std::string_view feature);

struct CpuDescription {
  std::string vendor;  // "AuthenticAMD", "Arm"; "unknown" where nothing says it
  std::string model;   // "AMD EPYC 7763 64-Core Processor", "part 0xd0c"
  std::vector<std::string> features;  // those supported, as Supports knows them
};
const CpuDescription& Cpu();

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_CPU_H_
