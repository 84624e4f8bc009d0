// SPDX-License-Identifier: Apache-2.0
// x86-64, by Google's cpu_features, which knows CPUID's bits and asks XGETBV
// what the system saves. Linux knows more names.
#if defined(__x86_64__)

#include <cpu_features/cpuinfo_x86.h>

#include <string>
#include <string_view>
#include <utility>

#include "machine/cpu_describe.h"
#include "machine/proc_cpuinfo.h"

namespace kheap::machine {

namespace {

// Where Linux has another name than cpu_features.
constexpr std::pair<std::string_view, std::string_view> kLinuxNames[] = {
    {"fma3", "fma"}, {"rdrnd", "rdrand"},  {"sha", "sha_ni"},
    {"sse3", "pni"}, {"clfsh", "clflush"},
};

std::string_view LinuxName(std::string_view name) {
  for (const auto& [ours, linux_name] : kLinuxNames) {
    if (ours == name) return linux_name;
  }
  return name;
}

}  // namespace

CpuDescription DescribeCpu() {
  const cpu_features::X86Info info = cpu_features::GetX86Info();
  CpuDescription cpu = {info.vendor, info.brand_string, {}};
  for (int i = 0; i < cpu_features::X86_LAST_; ++i) {
    const auto feature = static_cast<cpu_features::X86FeaturesEnum>(i);
    if (cpu_features::GetX86FeaturesEnumValue(&info.features, feature) == 0) {
      continue;
    }
    const std::string name = cpu_features::GetX86FeaturesEnumName(feature);
    cpu.features.push_back(name);
    if (LinuxName(name) != name) cpu.features.emplace_back(LinuxName(name));
  }
  AddFeatures(ProcCpuInfo("flags"), cpu.features);
  return cpu;
}

}  // namespace kheap::machine

#endif
