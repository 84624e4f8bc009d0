// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_GUEST_CALL_H_
#define KHEAP_RUNNER_GUEST_CALL_H_

// How C++ values are passed to functions of the guest and back: numbers as they
// are, Address and Ptr<T> as 64-bit numbers. A signature has a letter for the
// result and one for each parameter, as ImageFunction describes.

#include <cstdint>
#include <string>
#include <type_traits>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "scalars/ptr.h"

namespace kheap {

namespace internal {

template <typename T>
struct WireType {
  static_assert(std::is_arithmetic_v<T> || std::is_void_v<T>,
                "a guest function takes numbers, Address and Ptr<T>");
  using Type = T;
};
template <>
struct WireType<Address> {
  using Type = std::uint64_t;
};
template <typename T>
struct WireType<Ptr<T>> {
  using Type = std::uint64_t;
};

template <typename T>
inline constexpr bool kIsAddress =
    !std::is_same_v<typename WireType<T>::Type, T>;

template <typename T>
constexpr char LetterOf() {
  if constexpr (std::is_void_v<T>) {
    return 'v';
  } else if constexpr (std::is_same_v<T, float>) {
    return 'f';
  } else if constexpr (std::is_same_v<T, double>) {
    return 'd';
  } else if constexpr (std::is_same_v<T, bool>) {
    return 'b';
  } else if constexpr (kIsAddress<T>) {
    return 'l';
  } else {
    return sizeof(T) == 1   ? 'c'
           : sizeof(T) == 2 ? 's'
           : sizeof(T) == 4 ? 'i'
                            : 'l';
  }
}

}  // namespace internal

template <typename T>
using Wire = typename internal::WireType<T>::Type;

inline std::uint64_t ToWire(Address value) { return value.offset(); }
template <typename T>
std::uint64_t ToWire(const Ptr<T>& value) {
  return value.address().offset();
}
template <typename T>
requires(std::is_arithmetic_v<T>) T ToWire(T value) { return value; }

template <typename T>
T FromWire(GlobalHeap& heap, Wire<T> value) {
  if constexpr (std::is_same_v<T, Address>) {
    return Address(value);
  } else if constexpr (internal::kIsAddress<T>) {
    return T(heap, Address(value));
  } else {
    return value;
  }
}

// The result's letter, then the parameters'.
template <typename... T>
std::string SignatureOf() {
  return {internal::LetterOf<T>()...};
}

}  // namespace kheap

#endif  // KHEAP_RUNNER_GUEST_CALL_H_
