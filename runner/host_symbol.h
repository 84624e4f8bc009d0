// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_HOST_SYMBOL_H_
#define KHEAP_RUNNER_HOST_SYMBOL_H_

namespace kheap {

// A function of the host under the name that compiled code has for it.
struct HostSymbol {
  const char* name;
  const void* code;
};

}  // namespace kheap

#endif  // KHEAP_RUNNER_HOST_SYMBOL_H_
