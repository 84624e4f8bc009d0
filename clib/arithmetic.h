// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_ARITHMETIC_H_
#define KHEAP_CLIB_ARITHMETIC_H_

// abs, labs, llabs, imaxabs; div, ldiv, lldiv, imaxdiv; ffs, ffsl, ffsll.
// int has 32 bits, long, long long and intmax_t have 64.
//
// What C leaves undefined: the absolute value of the least number is that
// number, as two's complement wraps. A division by zero, and that of the least
// number by -1, is fault 122.
//
// Sources: C23 7.24.6 and 7.8.2, POSIX for the ffs functions.

#include <cstdint>
#include <limits>
#include <type_traits>

#include "bitshift/bits.h"
#include "heap/memory_fault.h"

namespace kheap::clib {

template <typename Int>
struct DivisionResult {
  Int quot;
  Int rem;

  friend bool operator==(const DivisionResult&,
                         const DivisionResult&) = default;
};

namespace arithmetic {

template <typename Int>
constexpr Int AbsoluteValue(Int value) {
  using Word = std::make_unsigned_t<Int>;
  return value < 0 ? static_cast<Int>(Word{0} - static_cast<Word>(value))
                   : value;
}

template <typename Int>
inline DivisionResult<Int> Divide(Int numerator, Int denominator) {
  const bool overflows =
      numerator == std::numeric_limits<Int>::min() && denominator == -1;
  if (denominator == 0 || overflows) [[unlikely]] {
    RaiseFault(FaultCode::kIntegerTrap, Access::kLoad, kNullAddress, 0);
  }
  return {static_cast<Int>(numerator / denominator),
          static_cast<Int>(numerator % denominator)};
}

// One more than the index of the lowest set bit, 0 if none is set.
template <typename Int>
constexpr int FindFirstSet(Int value) {
  const auto word = static_cast<std::make_unsigned_t<Int>>(value);
  return word == 0 ? 0 : bits::TrailingZeros(word) + 1;
}

}  // namespace arithmetic

constexpr std::int32_t Abs(std::int32_t value) {
  return arithmetic::AbsoluteValue(value);
}
constexpr std::int64_t Labs(std::int64_t value) {
  return arithmetic::AbsoluteValue(value);
}
constexpr std::int64_t Llabs(std::int64_t value) { return Labs(value); }
constexpr std::int64_t Imaxabs(std::int64_t value) { return Labs(value); }

inline DivisionResult<std::int32_t> Div(std::int32_t numerator,
                                        std::int32_t denominator) {
  return arithmetic::Divide(numerator, denominator);
}
inline DivisionResult<std::int64_t> Ldiv(std::int64_t numerator,
                                         std::int64_t denominator) {
  return arithmetic::Divide(numerator, denominator);
}
inline DivisionResult<std::int64_t> Lldiv(std::int64_t numerator,
                                          std::int64_t denominator) {
  return Ldiv(numerator, denominator);
}
inline DivisionResult<std::int64_t> Imaxdiv(std::int64_t numerator,
                                            std::int64_t denominator) {
  return Ldiv(numerator, denominator);
}

constexpr int Ffs(std::int32_t value) {
  return arithmetic::FindFirstSet(value);
}
constexpr int Ffsl(std::int64_t value) {
  return arithmetic::FindFirstSet(value);
}
constexpr int Ffsll(std::int64_t value) { return Ffsl(value); }

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_ARITHMETIC_H_
