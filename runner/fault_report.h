// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_FAULT_REPORT_H_
#define KHEAP_RUNNER_FAULT_REPORT_H_

// A fault in words: what was accessed, where in the program, which object it is
// in or beside and where that came from, and what to do about it.

#include <string>

#include "heap/memory_fault.h"
#include "runner/machine.h"

namespace kheap {

std::string FaultReport(Machine& machine, const MemoryFault& fault);

}  // namespace kheap

#endif  // KHEAP_RUNNER_FAULT_REPORT_H_
