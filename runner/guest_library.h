// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_GUEST_LIBRARY_H_
#define KHEAP_RUNNER_GUEST_LIBRARY_H_

// Where the guest's C library was built: bitcode and headers.

#include <string>

namespace kheap {

std::string GuestLibraryFile();
std::string GuestIncludeFolder();

}  // namespace kheap

#endif  // KHEAP_RUNNER_GUEST_LIBRARY_H_
