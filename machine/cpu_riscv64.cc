// SPDX-License-Identifier: Apache-2.0
// RV64 under Linux, which hands a program the one-letter extensions as bits and
// describes the processor in a text file.
#if defined(__riscv) && __riscv_xlen == 64 && defined(__linux__)

#include <sys/auxv.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "machine/cpu_describe.h"
#include "machine/proc_cpuinfo.h"

namespace kheap::machine {

namespace {

std::string CpuInfo(std::string_view key) {
  const std::string value = ProcCpuInfo(key);
  return value.empty() ? "unknown" : value;
}

// The register mvendorid has the maker's number by JEDEC; one that is not known
// here stays a number.
std::string Vendor() {
  const std::string number = CpuInfo("mvendorid");
  if (number == "0x31e") return "Andes";
  if (number == "0x489") return "SiFive";
  if (number == "0x5b7") return "T-Head";
  if (number == "0x710") return "SpacemiT";
  return number;
}

}  // namespace

CpuDescription DescribeCpu() {
  CpuDescription cpu = {Vendor(), CpuInfo("uarch"), {"rv64"}};
  const std::uint64_t bits = getauxval(AT_HWCAP);
  for (int i = 0; i < 26; ++i) {
    if ((bits >> i & 1) != 0) {
      cpu.features.emplace_back(1, static_cast<char>('a' + i));
    }
  }
  return cpu;
}

}  // namespace kheap::machine

#endif
