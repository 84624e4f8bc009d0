// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_OPERAND_H_
#define KHEAP_SCALARS_C_OPERAND_H_

// What may stand on the right of a CVar's assignment operators, and how a
// number of the guest lies in the arena.

#include <concepts>
#include <cstdint>
#include <type_traits>

#include "scalars/c_number.h"
#include "scalars/guest_type.h"

namespace kheap {

namespace c {

// What lies in the arena for a T.
template <CNumber T>
using Stored = std::conditional_t<std::same_as<T, bool>, std::uint8_t, T>;

// The unsigned integer with a T's bits.
template <CNumber T>
using Bits = typename internal::IntegerOf<sizeof(T), false>::type;

template <HostNumber U>
Guest<U> ValueOf(U operand) {
  return static_cast<Guest<U>>(operand);
}
template <CNumber U>
U ValueOf(const CVar<U>& operand) {
  return operand.get();
}

}  // namespace c

// The right side of an assignment: a host number or a CVar of one.
template <typename U>
concept COperand = requires(const U& operand) {
  { c::ValueOf(operand) } -> CNumber;
};

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_OPERAND_H_
