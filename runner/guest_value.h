// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_RUNNER_GUEST_VALUE_H_
#define KHEAP_RUNNER_GUEST_VALUE_H_

// How C++ values are passed to functions of the guest and back. An entry of a
// compiled program takes:
//
//   a number, an enum        itself
//   Address, Ptr<T>          a 64-bit number
//   a struct up to 16 bytes  where its bytes are on the host's side
//   a larger struct          its guest address, in room on the guest's stack
//
// and returns likewise: a struct through a parameter before all others. A
// struct here is any trivially copyable class or union that is laid out as C
// does.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "runner/call_room.h"
#include "scalars/ptr.h"

namespace kheap {

namespace internal {

inline constexpr std::size_t kPartsBytesMax = 16;

enum class Way { kNothing, kNumber, kAddress, kInParts, kInMemory };

template <typename T>
inline constexpr bool kIsOptional = false;
template <typename T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <typename T>
struct WayOf {
  static_assert(!kIsOptional<T>,
                "a CallResult's value is there only if the function returned: "
                "pass *result.value, not result.value");
  static_assert(std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                    std::is_same_v<T, __int128> ||
                    std::is_same_v<T, unsigned __int128> ||
                    ((std::is_class_v<T> ||
                      std::is_union_v<T>)&&std::is_trivially_copyable_v<T>),
                "a guest function takes numbers, Address, Ptr<T>, and structs "
                "that can be copied as bytes");
  static_assert(!std::is_same_v<T, long double>,
                "the guest's long double is a double");
  static constexpr Way value = !std::is_class_v<T> && !std::is_union_v<T>
                                   ? Way::kNumber
                               : sizeof(T) <= kPartsBytesMax ? Way::kInParts
                                                             : Way::kInMemory;
};
template <>
struct WayOf<void> {
  static constexpr Way value = Way::kNothing;
};
template <>
struct WayOf<Address> {
  static constexpr Way value = Way::kAddress;
};
template <typename T>
struct WayOf<Ptr<T>> {
  static constexpr Way value = Way::kAddress;
};

template <typename T>
inline constexpr Way kWayOf = WayOf<T>::value;

// What an entry takes for a T.
template <typename T>
using Wire = std::conditional_t<
    kWayOf<T> == Way::kNothing || kWayOf<T> == Way::kNumber, T,
    std::conditional_t<kWayOf<T> == Way::kInParts, const void*, std::uint64_t>>;

inline std::uint64_t OffsetOf(Address address) { return address.offset(); }
template <typename T>
std::uint64_t OffsetOf(const Ptr<T>& pointer) {
  return pointer.address().offset();
}

// `value` outlives the call.
template <typename T>
Wire<T> ToWire(CallRoom& room, const T& value) {
  if constexpr (kWayOf<T> == Way::kNumber) {
    return value;
  } else if constexpr (kWayOf<T> == Way::kAddress) {
    return OffsetOf(value);
  } else if constexpr (kWayOf<T> == Way::kInParts) {
    return &value;
  } else {
    return room.Put(&value, sizeof(T));
  }
}

template <typename T>
T FromWire(GlobalHeap& heap, Wire<T> value) {
  if constexpr (std::is_same_v<T, Address>) {
    return Address(value);
  } else if constexpr (kWayOf<T> == Way::kAddress) {
    return T(heap, Address(value));
  } else {
    return value;
  }
}

template <typename T>
void AppendSignature(std::string& letters) {
  constexpr Way kWay = kWayOf<T>;
  if constexpr (kWay == Way::kNothing) {
    letters += 'v';
  } else if constexpr (kWay == Way::kAddress) {
    letters += 'p';
  } else if constexpr (kWay != Way::kNumber) {
    letters += "{" + std::to_string(sizeof(T)) + "}";
  } else if constexpr (std::is_floating_point_v<T>) {
    letters += sizeof(T) == 4 ? 'f' : 'd';
  } else if constexpr (std::is_same_v<T, bool>) {
    letters += 'b';
  } else {
    letters += sizeof(T) == 1   ? 'c'
               : sizeof(T) == 2 ? 's'
               : sizeof(T) == 4 ? 'i'
               : sizeof(T) == 8 ? 'l'
                                : 'q';
  }
}

}  // namespace internal

// The type as ImageFunction has it.
template <typename R, typename... A>
std::string SignatureOf() {
  std::string letters;
  internal::AppendSignature<R>(letters);
  (internal::AppendSignature<A>(letters), ...);
  return letters;
}

}  // namespace kheap

#endif  // KHEAP_RUNNER_GUEST_VALUE_H_
