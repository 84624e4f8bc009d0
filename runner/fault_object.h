// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_FAULT_OBJECT_H_
#define KHEAP_RUNNER_FAULT_OBJECT_H_

// The object that a fault's address belongs to, or lies beside.

#include <cstdint>
#include <string>

#include "heap/address.h"
#include "heap/memory_fault.h"
#include "runner/machine.h"

namespace kheap {

struct FaultObject {
  enum class Kind { kNone, kBlock, kGlobal, kVariable };
  Kind kind = Kind::kNone;
  std::string name;  // of a global or a variable, if it has one
  std::uint64_t size_bytes = 0;
  bool is_gone = false;  // a freed block, or a variable of a call that ended
  bool scope_has_ended = false;  // a variable's, in a call that goes on
  std::string freed;             // where, for a block; empty if it is not known
  bool is_moved = false;  // a freed block, by a realloc that gave another
  bool may_be_argument = false;  // lies where one more of a call's would be
  // The lines of the report, without the last line feed.
  std::string text;
};

FaultObject ObjectOf(Machine& machine, const MemoryFault& fault);

// One line: what to do about it.
std::string FixFor(const MemoryFault& fault, const FaultObject& object,
                   const FaultPlace& place);

}  // namespace kheap

#endif  // KHEAP_RUNNER_FAULT_OBJECT_H_
