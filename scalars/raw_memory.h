// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_RAW_MEMORY_H_
#define KHEAP_SCALARS_RAW_MEMORY_H_

// Memory through bare addresses, for hosts that learn types at run time, by
// their names in C:
//
//   PtrWrite(heap, "short", p, std::int64_t{-1});
//   const absl::StatusOr<CValue> low = PtrRead(heap, "unsigned char", p);
//
// A type that is no number or pointer of at most 8 bytes, or no type at all, is
// InvalidArgument. Faults are those of GlobalHeap's functions; any alignment is
// good. Where the type is known when the host is compiled, ptr.h does the same
// faster.

#include <bit>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "scalars/c_number.h"
#include "scalars/c_operand.h"

namespace kheap {

// What a variable holds: signed and unsigned integers (and bool, as 0 or 1),
// floating point, pointers. A float is not widened to a double, for that would
// change the bits of a NaN.
using CValue =
    std::variant<std::int64_t, std::uint64_t, float, double, Address>;

// *(type*)p
absl::StatusOr<CValue> PtrRead(const GlobalHeap& heap, std::string_view type,
                               Address p);
// *(type*)p = value, converted as C's assignment or, between an integer and a
// pointer, its cast converts; a floating-point number is no pointer
// (InvalidArgument).
absl::Status PtrWrite(GlobalHeap& heap, std::string_view type, Address p,
                      const CValue& value);
// (type*)p + count, modulo 2^64. Any type that has a size.
absl::StatusOr<Address> PtrOffset(std::string_view type, Address p,
                                  std::int64_t count);

constexpr Address NullPtr() { return kNullAddress; }
constexpr bool IsNull(Address p) { return p.is_null(); }

// The number of type To with the bits of `from`. A bool is 0 or 1; what is
// neither is true.
template <CNumber To, CNumber From>
requires(sizeof(To) == sizeof(From))  //
    constexpr To BitCast(From from) {
  const auto bits =
      std::bit_cast<c::Stored<To>>(static_cast<c::Stored<From>>(from));
  if constexpr (std::same_as<To, bool>) {
    return bits != 0;
  } else {
    return bits;
  }
}

inline void ZeroMemory(GlobalHeap& heap, Address begin,
                       std::uint64_t size_bytes) {
  heap.Fill(begin, std::byte{0}, size_bytes);
}
// As memcpy: overlapping ranges are fault 118 in checked mode.
inline void CopyMemory(GlobalHeap& heap, Address destination, Address source,
                       std::uint64_t size_bytes) {
  heap.Copy(destination, source, size_bytes);
}
// Negative, zero or positive, as unsigned bytes compare.
inline int CompareMemory(const GlobalHeap& heap, Address a, Address b,
                         std::uint64_t size_bytes) {
  return heap.Compare(a, b, size_bytes);
}

}  // namespace kheap

#endif  // KHEAP_SCALARS_RAW_MEMORY_H_
