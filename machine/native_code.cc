// SPDX-License-Identifier: Apache-2.0
#include "machine/native_code.h"

#include <cstring>

namespace kheap::machine {

void FlushInstructionCache([[maybe_unused]] std::byte* begin,
                           [[maybe_unused]] std::size_t size) {
#if defined(__GNUC__)
  auto* const chars = reinterpret_cast<char*>(begin);
  __builtin___clear_cache(chars, chars + size);
#elif defined(__unix__) || defined(__APPLE__)
#error "say here how this compiler makes the processor see new instructions"
#endif
  // Elsewhere no memory becomes executable (ReservedMemory::Protect).
}

std::uint64_t CallNative(const std::byte* code, std::uint64_t argument) {
  using Function = std::uint64_t (*)(std::uint64_t);
  // An object pointer becomes a function pointer by its representation.
  static_assert(sizeof(Function) == sizeof(code));
  Function function = nullptr;
  std::memcpy(&function, &code, sizeof(function));
  return function(argument);
}

}  // namespace kheap::machine
