// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_CPU_H_
#define KHEAP_MACHINE_CPU_H_

// Which processor this is and what it can do, by name:
//
//   if (Supports("avx512vbmi2")) …
//
// Registers that programs may use only where the operating system saves them
// count only there. The names are small letters and digits; '_' and '.' do not
// count:
//
//   x86-64   those of the library cpu_features ("avx2", "bmi2", "fma3"); under
//            Linux also each flag that /proc/cpuinfo shows ("fma", "rdtscp"),
//            with those of what Linux keeps for itself ("smep", "vmx")
//   AArch64  under Linux, each feature that /proc/cpuinfo shows ("sve",
//            "atomics", "asimd"), and "neon" for the last
//   RV64     under Linux, "rv64" and the extensions of one letter ("a", "v")
//
// Elsewhere no feature is known.
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
