// SPDX-License-Identifier: Apache-2.0
// AArch64 under Linux, which hands a program its features as bits, shows names
// of newer ones too, and lets it read the processor's number.
//
// Source: Linux, "ARM64 ELF hwcaps" and "ARM64 CPU Feature Registers".
#if defined(__aarch64__) && defined(__linux__)

#include <asm/hwcap.h>
#include <sys/auxv.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "machine/cpu_describe.h"
#include "machine/proc_cpuinfo.h"

namespace kheap::machine {

namespace {

// AT_HWCAP and AT_HWCAP2, from bit 0 on.
constexpr std::string_view kFeatures[] = {
    "fp",     "asimd",   "evtstrm",  "aes",     "pmull", "sha1",     "sha2",
    "crc32",  "atomics", "fphp",     "asimdhp", "cpuid", "asimdrdm", "jscvt",
    "fcma",   "lrcpc",   "dcpop",    "sha3",    "sm3",   "sm4",      "asimddp",
    "sha512", "sve",     "asimdfhm", "dit",     "uscat", "ilrcpc",   "flagm",
    "ssbs",   "sb",      "paca",     "pacg"};
constexpr std::string_view kFeatures2[] = {
    "dcpodp",  "sve2",   "sveaes", "svepmull", "svebitperm", "svesha3",
    "svesm4",  "flagm2", "frint",  "svei8mm",  "svef32mm",   "svef64mm",
    "svebf16", "i8mm",   "bf16",   "dgh",      "rng",        "bti",
    "mte",     "ecv",    "afp",    "rpres",    "mte3",       "sme"};

struct Vendor {
  std::uint64_t implementer;
  std::string_view name;
};
constexpr Vendor kVendors[] = {
    {0x41, "Arm"},      {0x42, "Broadcom"},  {0x43, "Cavium"},
    {0x46, "Fujitsu"},  {0x48, "HiSilicon"}, {0x4E, "NVIDIA"},
    {0x51, "Qualcomm"}, {0x61, "Apple"},     {0xC0, "Ampere"},
};

template <std::size_t N>
void AddBits(std::uint64_t bits, const std::string_view (&names)[N],
             CpuDescription& cpu) {
  for (std::size_t i = 0; i < N; ++i) {
    if ((bits >> i & 1) != 0) cpu.features.emplace_back(names[i]);
  }
}

std::string VendorName(std::uint64_t implementer) {
  for (const Vendor& vendor : kVendors) {
    if (vendor.implementer == implementer) return std::string(vendor.name);
  }
  return "implementer " + std::to_string(implementer);
}

std::string Hexadecimal(std::uint64_t value) {
  std::string digits;
  for (; value != 0; value >>= 4) {
    digits.insert(digits.begin(), "0123456789abcdef"[value & 0xF]);
  }
  return "0x" + digits;
}

}  // namespace

CpuDescription DescribeCpu() {
  CpuDescription cpu = {"unknown", "unknown", {}};
  const std::uint64_t bits = getauxval(AT_HWCAP);
  AddBits(bits, kFeatures, cpu);
  AddBits(getauxval(AT_HWCAP2), kFeatures2, cpu);
  AddFeatures(ProcCpuInfo("Features"), cpu.features);
  if ((bits & HWCAP_ASIMD) != 0) cpu.features.emplace_back("neon");
  if ((bits & HWCAP_CPUID) != 0) {
    std::uint64_t id;
    asm("mrs %0, midr_el1" : "=r"(id));
    cpu.vendor = VendorName(id >> 24 & 0xFF);
    cpu.model = "part " + Hexadecimal(id >> 4 & 0xFFF);
  }
  return cpu;
}

}  // namespace kheap::machine

#endif
