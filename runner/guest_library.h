// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_GUEST_LIBRARY_H_
#define KHEAP_RUNNER_GUEST_LIBRARY_H_

// Where the guest's C library was built: bitcode and headers; and which of its
// functions show the time.

#include <string>

#include "llvm/IR/Module.h"

namespace kheap {

std::string GuestLibraryFile();
std::string GuestIncludeFolder();

// Whether a program can come to know the time, its files' times included. The
// module has the parts of the library that it reaches, and no others.
bool TellsTime(const llvm::Module& program);

}  // namespace kheap

#endif  // KHEAP_RUNNER_GUEST_LIBRARY_H_
