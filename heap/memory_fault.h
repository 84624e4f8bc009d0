// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_HEAP_MEMORY_FAULT_H_
#define KHEAP_HEAP_MEMORY_FAULT_H_

// What happened when the guest broke a rule of memory. A fault is a result of
// the simulated machine, like a signal is of a real one, and this project's
// only exception type: an access that may not happen throws a MemoryFault, so
// that host frames between the access and whoever runs the guest unwind.
//
// An access that faults has changed no byte of the arena.

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "heap/address.h"

namespace kheap {

// The values are also the exit statuses of a command that ends in the fault.
enum class FaultCode : std::uint8_t {
  kNullDereference = 110,
  kOutOfBounds = 111,
  kStackOverflow = 112,
  kUseAfterFree = 113,
  kDoubleFree = 114,
  kInvalidFree = 115,
  kHeapCorruption = 116,
  kUninitialisedRead = 117,
  kOverlappingCopy = 118,
  kMisaligned = 119,
  kReadOnlyWrite = 120,
  kBadCallTarget = 121,
  kIntegerTrap = 122,
  kStackUseAfterReturn = 123,
};

// What the guest was doing.
enum class Access : std::uint8_t {
  kLoad,    // reads bytes
  kStore,   // writes bytes
  kUpdate,  // reads and writes the same bytes
  kPush,    // takes stack space
  kFree,    // gives a block back
  kResize,  // has a block made larger or smaller
  kCall,    // calls through an address
};

struct MemoryFault {
  FaultCode code;
  Access access;
  Address address;           // where the access begins
  std::uint64_t size_bytes;  // 0 where the access has no size (free …)

  friend bool operator==(const MemoryFault&, const MemoryFault&) = default;
};

// In words: "use after free", "load".
std::string_view ToString(FaultCode code);
std::string_view ToString(Access access);

// One line: "fault 113: use after free: load of 4 bytes at 0x11040".
std::string ToString(const MemoryFault& fault);

std::ostream& operator<<(std::ostream& out, FaultCode code);
std::ostream& operator<<(std::ostream& out, const MemoryFault& fault);

// Throws; out of line, so that a check costs its caller one cold call.
[[noreturn]] void RaiseFault(FaultCode code, Access access, Address address,
                             std::uint64_t size_bytes);

}  // namespace kheap

#endif  // KHEAP_HEAP_MEMORY_FAULT_H_
