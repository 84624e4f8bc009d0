// SPDX-License-Identifier: Apache-2.0
#include "scalars/bit_field.h"

#include <cstddef>
#include <span>

#include "bitshift/bits.h"
#include "heap/memory_fault.h"
#include "machine/check.h"

namespace kheap {

namespace {

// 64 bits that begin within a byte reach into a ninth.
using Word = unsigned __int128;

std::uint64_t BytesOf(const StructLayout::Field& field) {
  KHEAP_CHECK(field.IsBitField(), "a bit-field access is given a bit-field");
  return static_cast<std::uint64_t>(field.first_bit + field.bit_count + 7) / 8;
}

Word ReadWord(std::span<const std::byte> bytes) {
  Word word = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    word = bits::Or(bits::ShiftLeft(word, 8),
                    Word{std::to_integer<std::uint8_t>(bytes[i])});
  }
  return word;
}

void WriteWord(std::span<std::byte> bytes, Word word) {
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(static_cast<std::uint8_t>(word));
    word = bits::ShiftRight(word, 8);
  }
}

}  // namespace

std::int64_t LoadBitField(const GlobalHeap& heap, Address begin,
                          const StructLayout::Field& field) {
  const auto bytes = heap.Span(begin + field.offset_bytes, BytesOf(field));
  const auto value = static_cast<std::uint64_t>(
      bits::Field(ReadWord(bytes), field.first_bit, field.bit_count));
  const bool is_negative = field.type.kind() == CType::Kind::kSigned &&
                           bits::TestBit(value, field.bit_count - 1);
  const std::uint64_t sign =
      is_negative ? bits::Not(bits::LowMask(field.bit_count)) : 0;
  return static_cast<std::int64_t>(bits::Or(value, sign));
}

void StoreBitField(GlobalHeap& heap, Address begin,
                   const StructLayout::Field& field, std::int64_t value) {
  if (field.type.kind() == CType::Kind::kBool) value = value != 0;
  const auto bytes =
      heap.Span(begin + field.offset_bytes, BytesOf(field), Access::kStore);
  WriteWord(bytes,
            bits::WithField(ReadWord(bytes), field.first_bit, field.bit_count,
                            Word{static_cast<std::uint64_t>(value)}));
}

}  // namespace kheap
