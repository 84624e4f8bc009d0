// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_PROC_CPUINFO_H_
#define KHEAP_MACHINE_PROC_CPUINFO_H_

// The text file in which Linux describes the processors.

#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace kheap::machine {

// What stands behind "key : " of the first processor; "" where nothing does, or
// where there is no such file. The whole key counts: "flags" is not "flagship".
std::string ProcCpuInfo(std::string_view key);

// The same of a text in this format.
std::string CpuInfoOf(std::istream& text, std::string_view key);

// Takes the words of a text for names of features, and adds those that are new.
void AddFeatures(const std::string& text, std::vector<std::string>& features);

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_PROC_CPUINFO_H_
