// SPDX-License-Identifier: Apache-2.0
#include "machine/cpu.h"

#include <algorithm>
#include <string>

#include "machine/cpu_describe.h"

namespace kheap::machine {

namespace {

// "sse4_1" and "sse4.1" as "sse41".
std::string Plain(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != '_' && c != '.') plain += c;
  }
  return plain;
}

}  // namespace

const CpuDescription& Cpu() {
  static const CpuDescription cpu = DescribeCpu();
  return cpu;
}

bool Supports(std::string_view feature) {
  const auto& features = Cpu().features;
  const std::string plain = Plain(feature);
  return std::any_of(
      features.begin(), features.end(),
      [&](const std::string& name) { return Plain(name) == plain; });
}

}  // namespace kheap::machine
