// SPDX-License-Identifier: Apache-2.0
// Functions whose optimised instructions code_test.sh looks at. A number that
// nobody wants need not be loaded, unless it is volatile. It has 32 bits, and
// what says where a guest may load has 64, so that the test knows its load.
//
// Stores show no such difference: behind one the next access is checked anew,
// by a function that could look at the number, so that compilers keep it.
#include <cstdint>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "scalars/c_var.h"
#include "scalars/c_volatile_var.h"

namespace kheap {

extern "C" {

void KheapReadsForNothing(GlobalHeap& heap, Address address) {
  (void)CVar<std::uint32_t>(heap, address).get();
}
void KheapReadsVolatile(GlobalHeap& heap, Address address) {
  (void)CVolatileVar<std::uint32_t>(heap, address).get();
}

}  // extern "C"

}  // namespace kheap
