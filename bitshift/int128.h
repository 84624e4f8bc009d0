// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_INT128_H_
#define KHEAP_BITSHIFT_INT128_H_

// 128-bit integers as values: arithmetic that wraps modulo 2^128 where the
// compiler's signed type would be undefined, text in both directions, and
// conversions. The variables in the arena are in c_int128.h.
//
// Shift counts follow BitShiftEngine: by 128 or more every bit leaves, and a
// negative count shifts the other way.

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/statusor.h"

namespace kheap {

using UInt128 = unsigned __int128;
using Int128 = __int128;

template <typename T>
concept Integer128 = std::same_as<T, UInt128> || std::same_as<T, Int128>;

template <Integer128 T>
inline constexpr bool kIsSigned128 = std::same_as<T, Int128>;

template <Integer128 T>
inline constexpr T kMax128 = static_cast<T>(kIsSigned128<T> ? ~UInt128{0} >> 1
                                                            : ~UInt128{0});
template <Integer128 T>
inline constexpr T kMin128 = static_cast<T>(~kMax128<T>);

// ---- arithmetic modulo 2^128 ------------------------------------------------

template <Integer128 T>
constexpr T Add128(T a, T b) {
  return static_cast<T>(static_cast<UInt128>(a) + static_cast<UInt128>(b));
}
template <Integer128 T>
constexpr T Subtract128(T a, T b) {
  return static_cast<T>(static_cast<UInt128>(a) - static_cast<UInt128>(b));
}
template <Integer128 T>
constexpr T Multiply128(T a, T b) {
  return static_cast<T>(static_cast<UInt128>(a) * static_cast<UInt128>(b));
}
template <Integer128 T>
constexpr T Negate128(T a) {
  return Subtract128<T>(0, a);
}

// Rounded towards zero; `b` is not 0. The lowest number by -1 wraps to itself,
// with remainder 0: the one quotient that is out of range, -(-2^127).
template <Integer128 T>
constexpr T Divide128(T a, T b) {
  return kIsSigned128<T> && b == static_cast<T>(-1) ? Negate128(a)
                                                    : static_cast<T>(a / b);
}
// The remainder of that division: it has the sign of `a`.
template <Integer128 T>
constexpr T Remainder128(T a, T b) {
  return kIsSigned128<T> && b == static_cast<T>(-1) ? T{0}
                                                    : static_cast<T>(a % b);
}

// ---- shifts -----------------------------------------------------------------

// Any integer as a shift count: what lies beyond -128 … 128 does the same as
// the nearest of these.
template <typename N>
constexpr int ClampShiftCount(N count) {
  if (count > N{127}) return 128;
  if constexpr (std::is_signed_v<N> || std::same_as<N, Int128>) {
    if (count < N{-127}) return -128;
  }
  return static_cast<int>(count);
}

template <Integer128 T>
constexpr T ShiftRight128(T value, int count);

template <Integer128 T>
constexpr T ShiftLeft128(T value, int count) {
  if (count < 0) return ShiftRight128(value, -count);
  return count >= 128 ? T{0}
                      : static_cast<T>(static_cast<UInt128>(value) << count);
}
// Copies of the sign enter a signed number, zeros an unsigned one.
template <Integer128 T>
constexpr T ShiftRight128(T value, int count) {
  if (count < 0) return ShiftLeft128(value, -count);
  const T fill = value < 0 ? static_cast<T>(-1) : T{0};
  return count >= 128 ? fill : static_cast<T>(value >> count);
}

// ---- text -------------------------------------------------------------------

// "-170141183460469231731687303715884105728"
std::string ToDecimal(UInt128 value);
std::string ToDecimal(Int128 value);
// "0xff": no leading zeros; a negative number's two's complement, 32 digits.
std::string ToHex(UInt128 value);

// The whole text is a number: digits, for Int128 with one sign before them if
// there is any; for UInt128 that may be a plus. Fails with InvalidArgument for
// any other text, and with OutOfRange for a number that does not fit.
template <Integer128 T>
absl::StatusOr<T> ParseDecimal(std::string_view text);
// Up to 128 bits as hexadecimal digits of either case, "0x" before them or not.
// For Int128 they are its two's complement. Fails as ParseDecimal does.
absl::StatusOr<UInt128> ParseHex(std::string_view text);

// ---- conversions ------------------------------------------------------------

// Rounded towards zero. What is out of range gives the nearest number there is,
// and what is no number 0, as WebAssembly's i64.trunc_sat_f64_s does.
template <Integer128 T>
T FromDouble128(double value);

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_INT128_H_
