// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_BUILTIN_NAMES_H_
#define KHEAP_RUNNER_BUILTIN_NAMES_H_

// Which undefined functions of a guest program the host provides.

#include <string>
#include <string_view>

namespace kheap {

// Whether `name` is a C function that the host provides (builtins.cc has the
// table).
bool IsBuiltinName(std::string_view name);

// The C types of a function that IsBuiltinName names, as in
// ImageFunction::signature: a program may have declared it without parameters.
std::string_view BuiltinSignature(std::string_view name);

// The symbol under which compiled code calls it.
inline std::string BuiltinSymbol(std::string_view name) {
  return "host." + std::string(name);
}

// malloc and its relatives, free and realloc among them.
bool IsAllocationName(std::string_view name);

// setjmp under any of its names: the caller's code is part of how it works.
bool IsSetjmpName(std::string_view name);

}  // namespace kheap

#endif  // KHEAP_RUNNER_BUILTIN_NAMES_H_
