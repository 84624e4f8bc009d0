// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_NUMBER_H_
#define KHEAP_SCALARS_C_NUMBER_H_

// C's numbers in the guest's data model (LP64), the same on every host: char is
// signed, int has 32 bits, long 64, floating point is IEEE 754. And C's
// conversions between them.
//
// No conversion is undefined. Where C leaves the result open:
//   float to integer   rounds towards zero; beyond the integer's range it is
//                      the nearest value, and for NaN 0
//   to signed          keeps the low bits, as two's complement
//   float and double   NaN becomes the one quiet NaN, positive and without
//                      payload, for hosts disagree on these bits. (Loads,
//                      stores and copies keep all bits.)
//
// Sources: C23 6.3.1; WebAssembly's trunc_sat for the first, RISC-V's canonical
// NaN for the last.

#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace kheap {

// The guest's integer types, by size and sign. bool is C's _Bool.
template <typename T>
concept CInteger = std::same_as<T, std::int8_t> ||
    std::same_as<T, std::uint8_t> || std::same_as<T, std::int16_t> ||
    std::same_as<T, std::uint16_t> || std::same_as<T, std::int32_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, std::int64_t> ||
    std::same_as<T, std::uint64_t> || std::same_as<T, bool>;

template <typename T>
concept CFloating = std::same_as<T, float> || std::same_as<T, double>;

// What a variable of the guest can hold.
template <typename T>
concept CNumber = CInteger<T> || CFloating<T>;

// C's char, which is signed in the guest.
using CChar = std::int8_t;

// A host number that converts to one of the guest's of the same size and sign:
// everything but long double, which has no size that all hosts agree on.
template <typename T>
concept HostNumber = CNumber<T> ||(std::integral<T> && sizeof(T) <= 8);

namespace c {

namespace internal {

template <std::size_t size_bytes, bool is_signed>
struct IntegerOf;
template <>
struct IntegerOf<1, true> : std::type_identity<std::int8_t> {};
template <>
struct IntegerOf<1, false> : std::type_identity<std::uint8_t> {};
template <>
struct IntegerOf<2, true> : std::type_identity<std::int16_t> {};
template <>
struct IntegerOf<2, false> : std::type_identity<std::uint16_t> {};
template <>
struct IntegerOf<4, true> : std::type_identity<std::int32_t> {};
template <>
struct IntegerOf<4, false> : std::type_identity<std::uint32_t> {};
template <>
struct IntegerOf<8, true> : std::type_identity<std::int64_t> {};
template <>
struct IntegerOf<8, false> : std::type_identity<std::uint64_t> {};

template <typename T, bool is_c_number>
struct GuestOf : std::type_identity<T> {};
template <typename T>
struct GuestOf<T, false> : IntegerOf<sizeof(T), std::is_signed_v<T>> {};
// Signed in the guest, whatever it is on the host.
template <>
struct GuestOf<char, false> : std::type_identity<std::int8_t> {};

}  // namespace internal

// The guest's type of a host number: int64 for a `long long`, int32 for a
// wchar_t …
template <HostNumber T>
using Guest = typename internal::GuestOf<T, CNumber<T>>::type;

template <CInteger T>
using Unsigned = typename internal::IntegerOf<sizeof(T), false>::type;

// ---- which type an operator computes in -------------------------------------

// C23 6.3.1.1: what an operand narrower than int becomes.
template <CNumber T>
using Promoted =
    std::conditional_t<CInteger<T> && (sizeof(T) < 4), std::int32_t, T>;

// C23 6.3.1.8, the usual arithmetic conversions. With these widths the wider of
// the two promoted types, and of two equally wide ones the unsigned.
template <CNumber A, CNumber B>
using Common = std::conditional_t<
    CFloating<A> && CFloating<B>,
    std::conditional_t<(sizeof(A) >= sizeof(B)), A, B>,
    std::conditional_t<
        CFloating<A>, A,
        std::conditional_t<
            CFloating<B>, B,
            std::conditional_t<(sizeof(Promoted<A>) > sizeof(Promoted<B>)) ||
                                   (sizeof(Promoted<A>) ==
                                        sizeof(Promoted<B>) &&
                                    std::is_unsigned_v<Promoted<A>>),
                               Promoted<A>, Promoted<B>>>>>;

// ---- conversions ------------------------------------------------------------

template <CFloating T>
constexpr bool IsNan(T value) {
  // NOLINTNEXTLINE(misc-redundant-expression): a NaN is not equal to itself.
  return value != value;
}

template <CFloating T>
constexpr T CanonicalNan(T value) {
  return IsNan(value) ? std::numeric_limits<T>::quiet_NaN() : value;
}

// C23 6.3.1.4, and beyond the range as the top of this file says.
template <CInteger To, CFloating From>
constexpr To Truncate(From value) {
  using Limits = std::numeric_limits<To>;
  // 2^digits, which every floating type holds exactly, unlike max().
  // NOLINTNEXTLINE(bugprone-integer-division): max() is odd, and 1 makes up.
  constexpr From kBeyond = static_cast<From>(Limits::max() / 2 + 1) * 2;
  if (value >= kBeyond) return Limits::max();
  if (value < static_cast<From>(Limits::min())) return Limits::min();
  return IsNan(value) ? To{0} : static_cast<To>(value);
}

// C23 6.3.1.
template <CNumber To, CNumber From>
constexpr To Convert(From value) {
  if constexpr (std::same_as<To, From>) {
    return value;
  } else if constexpr (std::same_as<To, bool>) {
    return value != From{0};
  } else if constexpr (CInteger<To> && CFloating<From>) {
    return Truncate<To>(value);
  } else if constexpr (CFloating<To> && CFloating<From>) {
    return CanonicalNan(static_cast<To>(value));
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace c
}  // namespace kheap

#endif  // KHEAP_SCALARS_C_NUMBER_H_
