// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_HOST_STACK_H_
#define KHEAP_MACHINE_HOST_STACK_H_

// A second, larger stack for the calling thread. What runs there may recurse
// deeper than the thread's own stack allows.

#include "absl/functional/function_ref.h"

namespace kheap::machine {

// Calls `work` on this thread's large stack (2 GiB of address space, touched
// only as far as it is used), or right here if it runs there already. `work`
// may not throw.
void RunOnHostStack(absl::FunctionRef<void()> work);

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_HOST_STACK_H_
