// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_SUPPORT_FAULTS_H_
#define KHEAP_TESTS_SUPPORT_FAULTS_H_

// Catches a guest's fault as a value, so that a test compares the whole of it:
//
//   EXPECT_EQ(FaultOf([&] { heap.lw(kNullAddress); }),
//             (MemoryFault{FaultCode::kNullDereference, Access::kLoad,
//                          kNullAddress, 4}));

#include <optional>
#include <utility>

#include "heap/memory_fault.h"

namespace kheap {

// The fault that `action` ends in, or nothing if it returns.
template <typename Action>
std::optional<MemoryFault> FaultOf(Action&& action) {
  try {
    std::forward<Action>(action)();
  } catch (const MemoryFault& fault) {
    return fault;
  }
  return std::nullopt;
}

}  // namespace kheap

#endif  // KHEAP_TESTS_SUPPORT_FAULTS_H_
