// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_MACHINE_REFUSED_PROTECTION_H_
#define KHEAP_TESTS_MACHINE_REFUSED_PROTECTION_H_

// A host that does not let memory be protected in one way, as hardened ones do
// not.

#include "machine/reserved_memory.h"

namespace kheap::machine {

inline constexpr char kHostRefusesNothing[] =
    "this host cannot be made to refuse a protection";

// Whether RefuseProtection works here, as far as the host tells.
bool CanRefuseProtection();

// From now on, and for good, memory of this process gets any protection but
// this one. False where the host does not take the order.
[[nodiscard]] bool RefuseProtection(Protection protection);

}  // namespace kheap::machine

#endif  // KHEAP_TESTS_MACHINE_REFUSED_PROTECTION_H_
