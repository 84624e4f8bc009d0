// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_SIGNATURE_H_
#define KHEAP_RUNNER_SIGNATURE_H_

// A function's type in letters, as ImageFunction keeps it: "d{16}i." returns a
// double and takes a struct of 16 bytes, an int, and more.

#include <string>
#include <string_view>

namespace kheap {

// The type in C's words, as far as the letters tell:
// "double (struct of 16 bytes, int, ...)".
std::string PrototypeOf(std::string_view signature);

// One value of it, or a variable as ImageGlobal has it: "struct of 16 bytes",
// "int array".
std::string TypeNameOf(std::string_view letters);

}  // namespace kheap

#endif  // KHEAP_RUNNER_SIGNATURE_H_
