// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_PACKED_BYTES_H_
#define KHEAP_MACHINE_PACKED_BYTES_H_

// Eight bytes in one 64-bit word, the byte at the lowest address in the low
// bits on every host. A search marks bytes by setting bit 7 of each byte it
// looks for, so the first one is found by counting trailing zeros:
//
//   address      +0   +1   +2   +3   +4   +5   +6   +7
//   byte         'k'  'h'  'e'  'a'  'p'   0   '?'  '?'
//   mark          0    0    0    0    0   128   ?    ?      FirstMarked = 5
//
// Sources: Mycroft's test for a zero byte (1987), as in Warren, Hacker's
// Delight, 2nd edition, section 6-1.

#include <bit>
#include <cstddef>
#include <cstdint>

#include "machine/byte_order.h"

namespace kheap::machine {

using PackedBytes = std::uint64_t;

inline constexpr std::size_t kPackedBytes = sizeof(PackedBytes);
inline constexpr PackedBytes kEachByteOne = 0x0101010101010101;
inline constexpr PackedBytes kEachByteLow7 = 0x7f7f7f7f7f7f7f7f;
inline constexpr PackedBytes kEachByteTop = 0x8080808080808080;

inline PackedBytes LoadPacked(const std::byte* source) {
  return LoadLittleEndian<PackedBytes>(source);
}
inline void StorePacked(std::byte* destination, PackedBytes bytes) {
  StoreLittleEndian(destination, bytes);
}

// `value` in all eight places.
constexpr PackedBytes Broadcast(std::byte value) {
  return std::to_integer<PackedBytes>(value) * kEachByteOne;
}

// Marks the first zero byte and no byte before it; what lies behind it may be
// marked wrongly (a borrow runs upwards). 0 if no byte is zero.
constexpr PackedBytes MarkFirstZero(PackedBytes bytes) {
  return (bytes - kEachByteOne) & ~bytes & kEachByteTop;
}

// Marks exactly the zero bytes.
constexpr PackedBytes MarkZeros(PackedBytes bytes) {
  return ~(((bytes & kEachByteLow7) + kEachByteLow7) | bytes | kEachByteLow7);
}

// Each 'A' … 'Z' as 'a' … 'z'. The top bit of a byte's low seven bits plus a
// bound says whether it is above the bound; a letter is above one and not the
// other, and then gets the bit that tells lower from upper case.
constexpr PackedBytes ToLowerCase(PackedBytes bytes) {
  const PackedBytes low7 = bytes & kEachByteLow7;
  const PackedBytes from_a = low7 + (128 - 'A') * kEachByteOne;
  const PackedBytes above_z = low7 + (127 - 'Z') * kEachByteOne;
  const PackedBytes letters = (from_a ^ above_z) & ~bytes & kEachByteTop;
  return bytes | letters >> 2;
}

// The index of the first byte with any bit set, 8 if there is none.
constexpr std::size_t FirstNonZero(PackedBytes bytes) {
  return static_cast<std::size_t>(std::countr_zero(bytes)) / 8;
}
constexpr std::size_t FirstMarked(PackedBytes marks) {
  return FirstNonZero(marks);
}
// `marks` is not 0.
constexpr std::size_t LastMarked(PackedBytes marks) {
  return static_cast<std::size_t>(63 - std::countl_zero(marks)) / 8;
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_PACKED_BYTES_H_
