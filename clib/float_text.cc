// SPDX-License-Identifier: Apache-2.0
#include "clib/float_text.h"

#include <bit>
#include <limits>
#include <string_view>
#include <type_traits>

#include "bitshift/bits.h"
#include "clib/byte_reader.h"
#include "clib/float_conversion.h"
#include "clib/float_scanner.h"
#include "heap/guest_errno.h"

namespace kheap::clib {

namespace {

using Kind = ScannedFloat::Kind;

template <typename Float>
using WordOf =
    std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;

// A quiet NaN: exponent and quiet bit set, below them the payload.
//
//   63   62 … 52    51      50 … 0           (double)
//   sign exponent   quiet   payload
template <typename Float>
Float QuietNan(std::uint64_t payload) {
  using Word = WordOf<Float>;
  constexpr int kPayloadBits = std::numeric_limits<Float>::digits - 2;
  constexpr int kSetBits = bits::kWidth<Word> - 1 - kPayloadBits;
  const Word high =
      bits::ShiftLeft(bits::LowMask<Word>(kSetBits), kPayloadBits);
  return std::bit_cast<Float>(
      bits::With(high, bits::And(static_cast<Word>(payload),
                                 bits::LowMask<Word>(kPayloadBits))));
}

template <typename Float>
FloatValue<Float> Magnitude(const char* text, const ScannedFloat& scanned) {
  switch (scanned.kind) {
    case Kind::kNone:
      return {0, false};
    case Kind::kInfinity:
      return {std::numeric_limits<Float>::infinity(), false};
    case Kind::kNan:
      return {QuietNan<Float>(scanned.payload), false};
    case Kind::kDecimal:
    case Kind::kHexadecimal:
      break;
  }
  return ConvertFloat<Float>(
      {scanned.kind == Kind::kDecimal ? FloatBase::kDecimal
                                      : FloatBase::kHexadecimal,
       {text + scanned.mantissa, scanned.exponent - scanned.mantissa},
       {text + scanned.exponent, scanned.end - scanned.exponent}});
}

template <typename Float>
struct Conversion {
  FloatValue<Float> result;
  Address end;
};

template <typename Float>
Conversion<Float> Convert(const GlobalHeap& heap, Address text) {
  const ScannedFloat scanned = ScanFloat(ByteReader(heap, text));
  const char* const host_text =
      reinterpret_cast<const char*>(HostBytes(heap, text));
  FloatValue<Float> result = Magnitude<Float>(host_text, scanned);
  if (scanned.negative && scanned.kind != Kind::kNone) {
    result.value = -result.value;
  }
  return {result, text + scanned.end};
}

template <typename Float>
Float ConvertAndStore(GlobalHeap& heap, Address text, Address end_pointer) {
  const Conversion<Float> conversion = Convert<Float>(heap, text);
  if (!end_pointer.is_null()) heap.Store<Address>(end_pointer, conversion.end);
  if (conversion.result.out_of_range) heap.set_guest_errno(kErrnoOutOfRange);
  return conversion.result.value;
}

}  // namespace

double Strtod(GlobalHeap& heap, Address text, Address end_pointer) {
  return ConvertAndStore<double>(heap, text, end_pointer);
}

float Strtof(GlobalHeap& heap, Address text, Address end_pointer) {
  return ConvertAndStore<float>(heap, text, end_pointer);
}

double Atof(const GlobalHeap& heap, Address text) {
  return Convert<double>(heap, text).result.value;
}

}  // namespace kheap::clib
