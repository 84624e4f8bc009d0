// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_VOLATILE_ACCESS_H_
#define KHEAP_MACHINE_VOLATILE_ACCESS_H_

// Reads and writes that happen: each call is one access of exactly the number's
// size, and the compiler leaves out, repeats, splits or reorders none of them.
// They say nothing to other threads; that is atomics.h.
//
// The number lies in little-endian order and is aligned to its size.
//
// Source: C23 5.1.2.3.

#include <concepts>
#include <cstddef>
#include <type_traits>

#include "machine/byte_order.h"

namespace kheap::machine {

#if defined(__GNUC__)
// A T that may lie on bytes of any other type.
template <typename T>
using Aliasing [[gnu::may_alias]] = T;
#else
template <typename T>
using Aliasing = T;
#endif

template <std::integral T>
requires(sizeof(T) <= 8) inline T VolatileLoad(const std::byte* source) {
  const T value = *reinterpret_cast<const volatile Aliasing<T>*>(source);
  return LoadLittleEndian<T>(reinterpret_cast<const std::byte*>(&value));
}

template <std::integral T>
requires(sizeof(T) <=
         8) inline void VolatileStore(std::byte* destination,
                                      std::type_identity_t<T> value) {
  T stored;
  StoreLittleEndian(reinterpret_cast<std::byte*>(&stored), value);
  *reinterpret_cast<volatile Aliasing<T>*>(destination) = stored;
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_VOLATILE_ACCESS_H_
