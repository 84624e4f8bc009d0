// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_TESTS_EXEC_NATIVE_FUNCTION_H_
#define KHEAP_TESTS_EXEC_NATIVE_FUNCTION_H_

// f(x) = 2x + 1 in this host's own instructions.

#include <cstdint>
#include <vector>

#include "machine/cpu.h"

namespace kheap {

// Empty on a processor that is not known here: the one thing that cannot be
// tested there is running code.
inline std::vector<std::uint8_t> NativeDoublePlusOne() {
  if (machine::Supports("sse2")) {
    return {0x48, 0x8D, 0x44, 0x3F, 0x01,  // lea rax, [rdi + rdi + 1]
            0xC3};                         // ret
  }
  if (machine::Supports("neon")) {
    return {0x00, 0x00, 0x00, 0x8B,   // add x0, x0, x0
            0x00, 0x04, 0x00, 0x91,   // add x0, x0, 1
            0xC0, 0x03, 0x5F, 0xD6};  // ret
  }
  if (machine::Supports("rv64")) {
    return {0x33, 0x05, 0xA5, 0x00,   // add a0, a0, a0
            0x13, 0x05, 0x15, 0x00,   // addi a0, a0, 1
            0x67, 0x80, 0x00, 0x00};  // ret
  }
  return {};
}

inline constexpr char kHostCodeIsUnknown[] =
    "no code for this host's processor is known here";

}  // namespace kheap

#endif  // KHEAP_TESTS_EXEC_NATIVE_FUNCTION_H_
