// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_ALLOCATORS_STACK_ALLOC_H_
#define KHEAP_ALLOCATORS_STACK_ALLOC_H_

// Arrays in the newest frame of the stack: they end with it.
//
//   stack.WithFrame("parse", [&] {
//     const Address scratch = StackAlloc(stack, 100, sizeof(std::int32_t));
//   });

#include <cstdint>
#include <limits>

#include "heap/address.h"
#include "kstack/kstack.h"

namespace kheap {

// `count` uninitialised elements of `element_bytes`. A product that does not
// fit into 64 bits, like any other without room, is fault 112; an alignment
// that the stack does not have is fault 119.
inline Address StackAlloc(KStack stack, std::uint64_t count,
                          std::uint64_t element_bytes,
                          std::uint64_t alignment = kStackAlignment) {
  std::uint64_t size_bytes = 0;
  if (__builtin_mul_overflow(count, element_bytes, &size_bytes)) {
    size_bytes = std::numeric_limits<std::uint64_t>::max();
  }
  return stack.Alloca(size_bytes, alignment);
}

}  // namespace kheap

#endif  // KHEAP_ALLOCATORS_STACK_ALLOC_H_
