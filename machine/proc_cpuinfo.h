// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_PROC_CPUINFO_H_
#define KHEAP_MACHINE_PROC_CPUINFO_H_

// The text file in which Linux describes the processors.

#include <string>
#include <string_view>

#include "machine/cpu.h"

namespace kheap::machine {

// What stands behind "key : " of the first processor; "" where nothing does, or
// where there is no such file.
std::string ProcCpuInfo(std::string_view key);

// Takes the words of a text for names of features.
void AddFeatures(const std::string& text, CpuDescription& cpu);

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_PROC_CPUINFO_H_
