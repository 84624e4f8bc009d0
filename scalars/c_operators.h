// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_OPERATORS_H_
#define KHEAP_SCALARS_C_OPERATORS_H_

// C's binary operators on the guest's numbers: operands are converted as C
// converts them, and the result has the type that C gives it.
//
// No operator is undefined. Where C leaves the result open:
//   signed overflow   wraps
//   shift counts      at or above the width, or negative: every bit leaves, so
//                     the result is 0 or, to the right of a negative number, -1
//   negative << n     shifts the bits of two's complement
//   negative >> n     keeps the sign
//   NaN               as a result is the canonical one (c_number.h)
// Integer division by zero, and of the least number by -1, has no result: see
// DivisionTraps.
//
// Source: C23 6.5.6 to 6.5.13.

#include <cstdint>
#include <limits>
#include <type_traits>

#include "bitshift/bits.h"
#include "scalars/c_number.h"

namespace kheap::c {

template <CNumber A, CNumber B>
constexpr Common<A, B> Add(A a, B b) {
  using R = Common<A, B>;
  if constexpr (CFloating<R>) {
    return CanonicalNan(static_cast<R>(Convert<R>(a) + Convert<R>(b)));
  } else {
    return static_cast<R>(static_cast<Unsigned<R>>(a) +
                          static_cast<Unsigned<R>>(b));
  }
}

template <CNumber A, CNumber B>
constexpr Common<A, B> Sub(A a, B b) {
  using R = Common<A, B>;
  if constexpr (CFloating<R>) {
    return CanonicalNan(static_cast<R>(Convert<R>(a) - Convert<R>(b)));
  } else {
    return static_cast<R>(static_cast<Unsigned<R>>(a) -
                          static_cast<Unsigned<R>>(b));
  }
}

template <CNumber A, CNumber B>
constexpr Common<A, B> Mul(A a, B b) {
  using R = Common<A, B>;
  if constexpr (CFloating<R>) {
    return CanonicalNan(static_cast<R>(Convert<R>(a) * Convert<R>(b)));
  } else {
    return static_cast<R>(static_cast<Unsigned<R>>(a) *
                          static_cast<Unsigned<R>>(b));
  }
}

// Whether a / b and a % b have no result: fault 122 for whoever computes them.
template <CNumber A, CNumber B>
constexpr bool DivisionTraps(A a, B b) {
  using R = Common<A, B>;
  if constexpr (CFloating<R>) {
    return false;
  } else if constexpr (std::is_unsigned_v<R>) {
    return Convert<R>(b) == 0;
  } else {
    return Convert<R>(b) == 0 ||
           (Convert<R>(b) == -1 &&
            Convert<R>(a) == std::numeric_limits<R>::min());
  }
}

// Requires !DivisionTraps(a, b).
template <CNumber A, CNumber B>
constexpr Common<A, B> Div(A a, B b) {
  using R = Common<A, B>;
  if constexpr (CFloating<R>) {
    return CanonicalNan(static_cast<R>(Convert<R>(a) / Convert<R>(b)));
  } else {
    return static_cast<R>(Convert<R>(a) / Convert<R>(b));
  }
}

// Requires !DivisionTraps(a, b).
template <CInteger A, CInteger B>
constexpr Common<A, B> Rem(A a, B b) {
  using R = Common<A, B>;
  return static_cast<R>(Convert<R>(a) % Convert<R>(b));
}

template <CInteger A, CInteger B>
constexpr Common<A, B> And(A a, B b) {
  using R = Common<A, B>;
  return static_cast<R>(
      bits::And(static_cast<Unsigned<R>>(a), static_cast<Unsigned<R>>(b)));
}
template <CInteger A, CInteger B>
constexpr Common<A, B> Or(A a, B b) {
  using R = Common<A, B>;
  return static_cast<R>(
      bits::Or(static_cast<Unsigned<R>>(a), static_cast<Unsigned<R>>(b)));
}
template <CInteger A, CInteger B>
constexpr Common<A, B> Xor(A a, B b) {
  using R = Common<A, B>;
  return static_cast<R>(
      bits::Xor(static_cast<Unsigned<R>>(a), static_cast<Unsigned<R>>(b)));
}

// A count as bits.h takes it: any number that is none becomes 64.
template <CInteger T>
constexpr int ShiftCount(T count) {
  constexpr std::uint64_t kAll = 64;
  const auto bit_count = static_cast<std::uint64_t>(count);
  return static_cast<int>(bit_count < kAll ? bit_count : kAll);
}

// C23 6.5.8: the operands are promoted on their own, the result has the left
// one's type.
template <CInteger A, CInteger B>
constexpr Promoted<A> ShiftLeft(A a, B count) {
  using R = Promoted<A>;
  return static_cast<R>(
      bits::ShiftLeft(static_cast<Unsigned<R>>(a), ShiftCount(count)));
}
template <CInteger A, CInteger B>
constexpr Promoted<A> ShiftRight(A a, B count) {
  using R = Promoted<A>;
  const auto word = static_cast<Unsigned<R>>(a);
  if (static_cast<R>(a) < 0) {
    return static_cast<R>(
        bits::Not(bits::ShiftRight(bits::Not(word), ShiftCount(count))));
  }
  return static_cast<R>(bits::ShiftRight(word, ShiftCount(count)));
}

}  // namespace kheap::c

#endif  // KHEAP_SCALARS_C_OPERATORS_H_
