// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_C_INT128_OPERATORS_H_
#define KHEAP_BITSHIFT_C_INT128_OPERATORS_H_

// The operators of C_UInt128 and C_Int128 that give a value. Included by
// c_int128.h, which says what they do.

#include <compare>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bitshift/int128.h"
#include "heap/address.h"
#include "heap/memory_fault.h"

namespace kheap {

template <Integer128 T>
class C_Integer128;

using C_UInt128 = C_Integer128<UInt128>;
using C_Int128 = C_Integer128<Int128>;

namespace internal {

template <typename T>
inline constexpr bool kIsVariable128 = false;
template <Integer128 T>
inline constexpr bool kIsVariable128<C_Integer128<T>> = true;

template <typename T>
inline constexpr bool kIsUnsigned128 =
    std::same_as<T, UInt128> || std::same_as<T, C_UInt128>;

}  // namespace internal

// A variable, or what C would convert to an integer of 128 bits.
template <typename T>
concept Operand128 = internal::kIsVariable128<T> || Integer128<T> ||
    (std::integral<T> && !std::same_as<T, bool>);

// Two operands, at least one of them a variable.
template <typename A, typename B>
concept Operands128 = Operand128<A> && Operand128<B> &&
    (internal::kIsVariable128<A> || internal::kIsVariable128<B>);

// The type that C gives an operation on the two.
template <typename A, typename B>
using Common128 = std::conditional_t<internal::kIsUnsigned128<A> ||
                                         internal::kIsUnsigned128<B>,
                                     UInt128, Int128>;

namespace internal {

inline constexpr std::uint64_t kSizeBytes128 = 16;

// What an operand is before it is converted to the type of the operation.
template <typename N>
constexpr N ValueOf128(N value) {
  return value;
}
template <Integer128 T>
T ValueOf128(const C_Integer128<T>& variable) {
  return variable.value();
}

// Both operands, converted.
template <typename A, typename B>
struct Converted128 {
  Converted128(const A& a, const B& b)
      : left(static_cast<Common128<A, B>>(ValueOf128(a))),
        right(static_cast<Common128<A, B>>(ValueOf128(b))) {}

  Common128<A, B> left;
  Common128<A, B> right;
};

// The same for a division; faults if the divisor is 0.
template <typename A, typename B>
Converted128<A, B> ConvertedForDivision128(const A& a, const B& b,
                                           Access access) {
  const Converted128<A, B> operands(a, b);
  if (operands.right == 0) [[unlikely]] {
    Address at;
    if constexpr (kIsVariable128<A>) {
      at = a.address();
    } else {
      at = b.address();
    }
    RaiseFault(FaultCode::kIntegerTrap, access, at, kSizeBytes128);
  }
  return operands;
}

}  // namespace internal

// ---- operators that give a value --------------------------------------------

template <typename A, typename B>
requires Operands128<A, B> Common128<A, B>
operator+(const A& a, const B& b) {
  const internal::Converted128<A, B> operands(a, b);
  return Add128(operands.left, operands.right);
}
template <typename A, typename B>
requires Operands128<A, B> Common128<A, B>
operator-(const A& a, const B& b) {
  const internal::Converted128<A, B> operands(a, b);
  return Subtract128(operands.left, operands.right);
}
template <typename A, typename B>
requires Operands128<A, B> Common128<A, B>
operator*(const A& a, const B& b) {
  const internal::Converted128<A, B> operands(a, b);
  return Multiply128(operands.left, operands.right);
}
template <typename A, typename B>
requires Operands128<A, B> Common128<A, B>
operator/(const A& a, const B& b) {
  const auto operands = internal::ConvertedForDivision128(a, b, Access::kLoad);
  return Divide128(operands.left, operands.right);
}
template <typename A, typename B>
requires Operands128<A, B> Common128<A, B>
operator%(const A& a, const B& b) {
  const auto operands = internal::ConvertedForDivision128(a, b, Access::kLoad);
  return Remainder128(operands.left, operands.right);
}
template <typename A, typename B>
requires Operands128<A, B> Common128<A, B>
operator&(const A& a, const B& b) {
  const internal::Converted128<A, B> operands(a, b);
  return operands.left & operands.right;
}
template <typename A, typename B>
requires Operands128<A, B> Common128<A, B>
operator|(const A& a, const B& b) {
  const internal::Converted128<A, B> operands(a, b);
  return operands.left | operands.right;
}
template <typename A, typename B>
requires Operands128<A, B> Common128<A, B>
operator^(const A& a, const B& b) {
  const internal::Converted128<A, B> operands(a, b);
  return operands.left ^ operands.right;
}
template <Integer128 T, Operand128 N>
T operator<<(const C_Integer128<T>& a, const N& count) {
  return ShiftLeft128(a.value(), ClampShiftCount(internal::ValueOf128(count)));
}
template <Integer128 T, Operand128 N>
T operator>>(const C_Integer128<T>& a, const N& count) {
  return ShiftRight128(a.value(), ClampShiftCount(internal::ValueOf128(count)));
}
template <Integer128 T>
T operator+(const C_Integer128<T>& a) {
  return a.value();
}
template <Integer128 T>
T operator-(const C_Integer128<T>& a) {
  return Negate128(a.value());
}
template <Integer128 T>
T operator~(const C_Integer128<T>& a) {
  return static_cast<T>(~a.value());
}

template <typename A, typename B>
requires Operands128<A, B>
bool operator==(const A& a, const B& b) {
  const internal::Converted128<A, B> operands(a, b);
  return operands.left == operands.right;
}
template <typename A, typename B>
requires Operands128<A, B> std::strong_ordering operator<=>(const A& a,
                                                            const B& b) {
  const internal::Converted128<A, B> operands(a, b);
  if (operands.left < operands.right) return std::strong_ordering::less;
  return operands.left == operands.right ? std::strong_ordering::equal
                                         : std::strong_ordering::greater;
}

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_C_INT128_OPERATORS_H_
