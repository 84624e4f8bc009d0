// SPDX-License-Identifier: Apache-2.0
#include "machine/native_code.h"

#include <cstring>

namespace kheap::machine {

#if defined(__GNUC__)

bool FlushInstructionCache(std::byte* begin, std::size_t size) {
  auto* const chars = reinterpret_cast<char*>(begin);
  __builtin___clear_cache(chars, chars + size);
  return true;
}

#else  // A compiler that does not say how.

bool FlushInstructionCache(std::byte*, std::size_t) { return false; }

#endif

std::uint64_t CallNative(const std::byte* code, std::uint64_t argument) {
  using Function = std::uint64_t (*)(std::uint64_t);
  // An object pointer becomes a function pointer by its representation.
  static_assert(sizeof(Function) == sizeof(code));
  Function function = nullptr;
  std::memcpy(&function, &code, sizeof(function));
  return function(argument);
}

}  // namespace kheap::machine
