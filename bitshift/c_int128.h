// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_BITSHIFT_C_INT128_H_
#define KHEAP_BITSHIFT_C_INT128_H_

// C_UInt128 and C_Int128: variables of 128 bits that live in the arena, like
// C's `unsigned __int128 x` and `__int128 x`.
//
//   C_UInt128 x(heap, address);
//   x = 5;
//   x <<= 100;
//   x -= 6;              // the 16 bytes at `address` change
//   x.ToDecimal();       // "6338253001141147007483516026874"
//
// An object is a name for the 16 bytes at an address, of any alignment, in
// little-endian order: a copy is another name for the same bytes, and every
// read and write goes to the arena. Assigning one to another copies the value.
//
// An operator with another such variable or a host integer follows C: both
// sides are converted to unsigned if either is C_UInt128 or unsigned __int128,
// else to signed, and the result is a value of that type. Arithmetic wraps
// modulo 2^128 in both types, and the lowest number divided by -1 is itself. A
// shift by 128 or more moves every bit out, and by a negative count shifts the
// other way.
//
// Errors: an address that may not be read or written is a MemoryFault. A
// division by 0 is fault 122 at the variable on the left, or on the right if
// there is none on the left: a load, or an update where the result would have
// been stored. After a fault the arena is as it was.

#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bitshift/c_int128_operators.h"
#include "bitshift/int128.h"
#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/memory_fault.h"

namespace kheap {

template <Integer128 T>
class C_Integer128 {
 public:
  C_Integer128(GlobalHeap& heap, Address address)
      : heap_(&heap), address_(address) {}
  C_Integer128(const C_Integer128&) = default;

  Address address() const { return address_; }
  T value() const { return heap_->Load<T>(address_); }

  // C's conversion: modulo 2^128, or modulo the width of a narrower integer;
  // to the nearest floating-point number; for bool, whether it is not 0.
  template <typename N>
  requires(std::is_arithmetic_v<N> || Integer128<N>) explicit operator N()
      const {
    return static_cast<N>(value());
  }

  C_Integer128& operator=(const C_Integer128& other) {
    return Set(other.value());
  }
  template <Operand128 B>
  C_Integer128& operator=(const B& b) {
    return Set(static_cast<T>(internal::ValueOf128(b)));
  }
  // As FromDouble128 rounds and limits it.
  C_Integer128& SetFromDouble(double b) { return Set(FromDouble128<T>(b)); }

  template <Operand128 B>
  C_Integer128& operator+=(const B& b) {
    return *this = *this + b;
  }
  template <Operand128 B>
  C_Integer128& operator-=(const B& b) {
    return *this = *this - b;
  }
  template <Operand128 B>
  C_Integer128& operator*=(const B& b) {
    return *this = *this * b;
  }
  template <Operand128 B>
  C_Integer128& operator/=(const B& b) {
    const auto operands =
        internal::ConvertedForDivision128(*this, b, Access::kUpdate);
    return *this = Divide128(operands.left, operands.right);
  }
  template <Operand128 B>
  C_Integer128& operator%=(const B& b) {
    const auto operands =
        internal::ConvertedForDivision128(*this, b, Access::kUpdate);
    return *this = Remainder128(operands.left, operands.right);
  }
  template <Operand128 B>
  C_Integer128& operator&=(const B& b) {
    return *this = *this & b;
  }
  template <Operand128 B>
  C_Integer128& operator|=(const B& b) {
    return *this = *this | b;
  }
  template <Operand128 B>
  C_Integer128& operator^=(const B& b) {
    return *this = *this ^ b;
  }
  template <Operand128 N>
  C_Integer128& operator<<=(const N& count) {
    return *this = *this << count;
  }
  template <Operand128 N>
  C_Integer128& operator>>=(const N& count) {
    return *this = *this >> count;
  }
  C_Integer128& operator++() { return *this += 1; }
  C_Integer128& operator--() { return *this -= 1; }
  // The value before.
  T operator++(int) {
    const T old = value();
    Set(Add128<T>(old, 1));
    return old;
  }
  T operator--(int) {
    const T old = value();
    Set(Subtract128<T>(old, 1));
    return old;
  }

  // ---- text, as in int128.h -------------------------------------------------

  std::string ToDecimal() const { return kheap::ToDecimal(value()); }
  std::string ToHex() const {
    return kheap::ToHex(static_cast<UInt128>(value()));
  }
  // The variable keeps its value if the text is refused.
  absl::Status ParseDecimal(std::string_view text) {
    return Set(kheap::ParseDecimal<T>(text));
  }
  absl::Status ParseHex(std::string_view text) {
    return Set(kheap::ParseHex(text));
  }

 private:
  C_Integer128& Set(T value) {
    heap_->Store<T>(address_, value);
    return *this;
  }
  template <Integer128 N>
  absl::Status Set(const absl::StatusOr<N>& parsed) {
    if (!parsed.ok()) return parsed.status();
    Set(static_cast<T>(*parsed));
    return absl::OkStatus();
  }

  GlobalHeap* heap_;
  Address address_;
};

// In decimal.
template <Integer128 T>
std::ostream& operator<<(std::ostream& out, const C_Integer128<T>& variable) {
  return out << variable.ToDecimal();
}

}  // namespace kheap

#endif  // KHEAP_BITSHIFT_C_INT128_H_
