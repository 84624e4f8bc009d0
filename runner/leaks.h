// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_LEAKS_H_
#define KHEAP_RUNNER_LEAKS_H_

// The blocks that a program has not freed when it ends, and which of them its
// globals still lead to: those are kept, the others lost.
//
// Any aligned eight bytes that are an address within a block count as a pointer
// to it, as in the collectors that are called conservative (Boehm and Weiser,
// Software: Practice and Experience 18, 1988). A checked run passes over bytes
// that nobody has set. Pointers in variables of calls that still run, after
// exit(), are not known.

#include <string>
#include <vector>

#include "kmalloc/block_info.h"
#include "runner/machine.h"

namespace kheap {

struct Leak {
  BlockInfo block;
  // Whether a global leads to it; and the first one's name, but the C library's
  // have none.
  bool is_kept = false;
  std::string keeper;
};

// In the order of their addresses.
std::vector<Leak> FindLeaks(Machine& machine);

}  // namespace kheap

#endif  // KHEAP_RUNNER_LEAKS_H_
