// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_NATIVE_CODE_H_
#define KHEAP_MACHINE_NATIVE_CODE_H_

// Bytes that are the host processor's own instructions.

#include <cstddef>
#include <cstdint>

namespace kheap::machine {

// Makes the processor see instructions that were written as data: to be called
// once they are, and before they run. False where the compiler has no way to do
// it: then they must not run.
[[nodiscard]] bool FlushInstructionCache(std::byte* begin, std::size_t size);

// Calls the function that begins at executable bytes, by the host's own calling
// convention for std::uint64_t(std::uint64_t).
std::uint64_t CallNative(const std::byte* code, std::uint64_t argument);

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_NATIVE_CODE_H_
