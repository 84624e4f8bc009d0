// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_BITS_H_
#define KHEAP_BITSHIFT_BITS_H_

// Named bit operations. Everything above this folder and `machine/` calls these
// in place of `<< >> & | ^ ~` and hexadecimal masks; each is constexpr and
// compiles to the instruction it names.
//
// Bit 0 is the least significant. Counts and indices are in bits. A shift by
// the width or more is defined here: every bit leaves.
//
// Sources: C++20 <bit> (P0553, P0556) for the counting functions.

#include <bit>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace kheap::bits {

// An unsigned integer of 8 to 128 bits.
template <typename T>
concept Word = std::unsigned_integral<T> || std::same_as<T, unsigned __int128>;

template <Word T>
inline constexpr int kWidth = static_cast<int>(sizeof(T)) * 8;

// ---- whole words -----------------------------------------------------------

template <Word T>
constexpr T And(T a, T b) {
  return static_cast<T>(a & b);
}
template <Word T>
constexpr T Or(T a, T b) {
  return static_cast<T>(a | b);
}
template <Word T>
constexpr T Xor(T a, T b) {
  return static_cast<T>(a ^ b);
}
template <Word T>
constexpr T Not(T a) {
  return static_cast<T>(~a);
}
template <Word T>
constexpr T ShiftLeft(T word, int count) {
  return count >= kWidth<T> ? T{0} : static_cast<T>(word << count);
}
template <Word T>
constexpr T ShiftRight(T word, int count) {
  return count >= kWidth<T> ? T{0} : static_cast<T>(word >> count);
}

// ---- masks and flags -------------------------------------------------------

// The lowest `count` bits set, for a count in 0 … the width.
template <Word T = std::uint64_t>
constexpr T LowMask(int count) {
  return count >= kWidth<T> ? static_cast<T>(~T{0})
                            : static_cast<T>((T{1} << count) - 1);
}

// Whether any bit of `flags` is set in `word`.
template <Word T>
constexpr bool HasAny(T word, T flags) {
  return (word & flags) != 0;
}
// Whether every bit of `flags` is set in `word`.
template <Word T>
constexpr bool HasFlag(T word, T flags) {
  return (word & flags) == flags;
}
template <Word T>
constexpr T With(T word, T flags) {
  return static_cast<T>(word | flags);
}
template <Word T>
constexpr T Without(T word, T flags) {
  return static_cast<T>(word & ~flags);
}

// ---- single bits, at an index below the width ------------------------------

template <Word T = std::uint64_t>
constexpr T Bit(int index) {
  return static_cast<T>(T{1} << index);
}
template <Word T>
constexpr bool TestBit(T word, int index) {
  return ((word >> index) & 1) != 0;
}
template <Word T>
constexpr T SetBit(T word, int index) {
  return static_cast<T>(word | (T{1} << index));
}
template <Word T>
constexpr T ClearBit(T word, int index) {
  return static_cast<T>(word & ~(T{1} << index));
}
template <Word T>
constexpr T ToggleBit(T word, int index) {
  return static_cast<T>(word ^ (T{1} << index));
}
template <Word T>
constexpr T ClearLowestSetBit(T word) {
  return static_cast<T>(word & (word - 1));
}

// ---- fields: `count` bits (1 … the width) from bit `first` up ---------------

template <Word T>
constexpr T Field(T word, int first, int count) {
  return static_cast<T>((word >> first) & LowMask<T>(count));
}
// `word` with the field replaced by the low bits of `value`.
template <Word T>
constexpr T WithField(T word, int first, int count, T value) {
  const T mask = static_cast<T>(LowMask<T>(count) << first);
  return static_cast<T>((word & ~mask) | ((value << first) & mask));
}
constexpr std::uint32_t LowHalf(std::uint64_t word) {
  return static_cast<std::uint32_t>(word);
}
constexpr std::uint32_t HighHalf(std::uint64_t word) {
  return static_cast<std::uint32_t>(word >> 32);
}
constexpr std::uint64_t LowHalf(unsigned __int128 word) {
  return static_cast<std::uint64_t>(word);
}
constexpr std::uint64_t HighHalf(unsigned __int128 word) {
  return static_cast<std::uint64_t>(word >> 64);
}
constexpr std::uint64_t Join(std::uint32_t high, std::uint32_t low) {
  return (std::uint64_t{high} << 32) | low;
}
constexpr unsigned __int128 Join(std::uint64_t high, std::uint64_t low) {
  return (static_cast<unsigned __int128>(high) << 64) | low;
}

// ---- counting --------------------------------------------------------------

template <std::unsigned_integral T>
constexpr int PopCount(T word) {
  return std::popcount(word);
}
// The width for a zero word.
template <std::unsigned_integral T>
constexpr int LeadingZeros(T word) {
  return std::countl_zero(word);
}
// The width for a zero word.
template <std::unsigned_integral T>
constexpr int TrailingZeros(T word) {
  return std::countr_zero(word);
}
// The index of the highest set bit of a word that is not zero.
template <std::unsigned_integral T>
constexpr int Log2Floor(T word) {
  return kWidth<T> - 1 - std::countl_zero(word);
}

template <std::unsigned_integral T>
constexpr T RotateLeft(T word, int count) {
  return std::rotl(word, count);
}
template <std::unsigned_integral T>
constexpr T RotateRight(T word, int count) {
  return std::rotr(word, count);
}

// ---- alignment: `alignment` is a power of two -------------------------------

template <std::unsigned_integral T>
constexpr bool IsPowerOfTwo(T value) {
  return value != 0 && (value & (value - 1)) == 0;
}
template <std::unsigned_integral T>
constexpr bool IsAligned(T value, std::type_identity_t<T> alignment) {
  return (value & (alignment - 1)) == 0;
}
template <std::unsigned_integral T>
constexpr T AlignDown(T value, std::type_identity_t<T> alignment) {
  return static_cast<T>(value & ~(alignment - 1));
}
// Requires that the result is representable: value <= max - (alignment - 1).
template <std::unsigned_integral T>
constexpr T AlignUp(T value, std::type_identity_t<T> alignment) {
  return static_cast<T>((value + (alignment - 1)) & ~(alignment - 1));
}
// Whether AlignUp is representable.
template <std::unsigned_integral T>
constexpr bool CanAlignUp(T value, std::type_identity_t<T> alignment) {
  return value <= std::numeric_limits<T>::max() - (alignment - 1);
}

}  // namespace kheap::bits

#endif  // KHEAP_BITSHIFT_BITS_H_
