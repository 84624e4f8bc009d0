// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_VAR_H_
#define KHEAP_SCALARS_C_VAR_H_

// CVar<T> is a variable of the guest: a number at an address of the arena, at
// any alignment. Every read and write of it is a load or store of the arena,
// and its assignment operators give what C gives for the same types.
//
//   CShortVar s(heap, address);
//   s = 40000;        // -25536: converted as C converts
//   s += 1.5;         // computed in double, then converted to short
//   int host = s;     // a load
//
// A CVar is a place: copying one gives another name for the same variable, and
// assigning one CVar to another assigns the value. What a read gives is a host
// number; C's own operators on such are in c_operators.h.
//
// Faults are those of GlobalHeap's Load, Store and, for compound assignment,
// Update; and fault 122 (access update, the variable's address and size) where
// a division has no result. An assignment that faults has changed nothing.

#include <cstdint>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "heap/memory_fault.h"
#include "scalars/c_number.h"
#include "scalars/c_operand.h"
#include "scalars/c_operators.h"
#include "scalars/guest_type.h"

namespace kheap {

template <CNumber T>
class CVar<T> {
 public:
  CVar(GlobalHeap& heap, Address address) : heap_(&heap), address_(address) {}
  CVar(const CVar&) = default;

  GlobalHeap& heap() const { return *heap_; }
  Address address() const { return address_; }

  T get() const { return c::Convert<T>(heap_->Load<c::Stored<T>>(address_)); }
  operator T() const { return get(); }

  // Raw bits: a NaN keeps its payload.
  CVar& operator=(const CVar& value) {
    set_raw_bits(value.raw_bits());
    return *this;
  }
  template <COperand U>
  CVar& operator=(const U& value) {
    set(c::Convert<T>(c::ValueOf(value)));
    return *this;
  }
  void set(T value) { heap_->Store<c::Stored<T>>(address_, value); }

  // The bits as they lie in the arena; for a double, its IEEE 754 encoding.
  c::Bits<T> raw_bits() const { return heap_->Load<c::Bits<T>>(address_); }
  void set_raw_bits(c::Bits<T> bits) {
    heap_->Store<c::Bits<T>>(address_, bits);
  }

  // ---- compound assignment by name: variable = variable op value ------------
  // The right side is read before the variable.

  template <COperand U>
  CVar& AddAssign(const U& value) {
    return Update(value, [](auto a, auto b) { return c::Add(a, b); });
  }
  template <COperand U>
  CVar& SubAssign(const U& value) {
    return Update(value, [](auto a, auto b) { return c::Sub(a, b); });
  }
  template <COperand U>
  CVar& MulAssign(const U& value) {
    return Update(value, [](auto a, auto b) { return c::Mul(a, b); });
  }
  template <COperand U>
  CVar& DivAssign(const U& value) {
    return Update(value, [this](auto a, auto b) {
      this->RequireQuotient(a, b);
      return c::Div(a, b);
    });
  }
  template <COperand U>
  CVar& RemAssign(const U& value) {
    return Update(value, [this](auto a, auto b) {
      this->RequireQuotient(a, b);
      return c::Rem(a, b);
    });
  }
  template <COperand U>
  CVar& AndAssign(const U& value) {
    return Update(value, [](auto a, auto b) { return c::And(a, b); });
  }
  template <COperand U>
  CVar& OrAssign(const U& value) {
    return Update(value, [](auto a, auto b) { return c::Or(a, b); });
  }
  template <COperand U>
  CVar& XorAssign(const U& value) {
    return Update(value, [](auto a, auto b) { return c::Xor(a, b); });
  }
  template <COperand U>
  CVar& ShiftLeftAssign(const U& count) {
    return Update(count, [](auto a, auto b) { return c::ShiftLeft(a, b); });
  }
  template <COperand U>
  CVar& ShiftRightAssign(const U& count) {
    return Update(count, [](auto a, auto b) { return c::ShiftRight(a, b); });
  }
  // ++variable and --variable; variable++ and variable-- give the old value.
  CVar& Increment() { return AddAssign(1); }
  CVar& Decrement() { return SubAssign(1); }
  T PostIncrement() {
    T old;
    Update(1, [&old](T value, auto one) {
      old = value;
      return c::Add(value, one);
    });
    return old;
  }
  T PostDecrement() {
    T old;
    Update(1, [&old](T value, auto one) {
      old = value;
      return c::Sub(value, one);
    });
    return old;
  }

  // ---- the same as operators ------------------------------------------------

  // clang-format off
  CVar& operator+=(const COperand auto& value) { return AddAssign(value); }
  CVar& operator-=(const COperand auto& value) { return SubAssign(value); }
  CVar& operator*=(const COperand auto& value) { return MulAssign(value); }
  CVar& operator/=(const COperand auto& value) { return DivAssign(value); }
  CVar& operator%=(const COperand auto& value) { return RemAssign(value); }
  CVar& operator&=(const COperand auto& value) { return AndAssign(value); }
  CVar& operator|=(const COperand auto& value) { return OrAssign(value); }
  CVar& operator^=(const COperand auto& value) { return XorAssign(value); }
  CVar& operator<<=(const COperand auto& n) { return ShiftLeftAssign(n); }
  CVar& operator>>=(const COperand auto& n) { return ShiftRightAssign(n); }
  CVar& operator++() { return Increment(); }
  CVar& operator--() { return Decrement(); }
  T operator++(int) { return PostIncrement(); }
  T operator--(int) { return PostDecrement(); }
  // clang-format on

  // Exchanges the values: std::swap would exchange nothing, since its copy is
  // another name for the same variable.
  friend void swap(CVar a, CVar b) {
    const auto bits_of_a = a.raw_bits();
    const auto bits_of_b = b.raw_bits();
    // Faults before anything has changed.
    (void)b.heap_->Span(b.address_, sizeof(T), Access::kStore);
    a.set_raw_bits(bits_of_b);
    b.set_raw_bits(bits_of_a);
  }

 private:
  template <COperand U, typename Operator>
  CVar& Update(const U& value, Operator compute) {
    const auto right = c::ValueOf(value);
    heap_->Update<c::Stored<T>>(address_, [&](c::Stored<T> left) {
      return c::Convert<T>(compute(c::Convert<T>(left), right));
    });
    return *this;
  }
  template <CNumber U>
  void RequireQuotient(T dividend, U divisor) const {
    if (c::DivisionTraps(dividend, divisor)) [[unlikely]] {
      RaiseFault(FaultCode::kIntegerTrap, Access::kUpdate, address_, sizeof(T));
    }
  }

  GlobalHeap* heap_;
  Address address_;
};

using CByteVar = CVar<std::int8_t>;
using CUByteVar = CVar<std::uint8_t>;
using CShortVar = CVar<std::int16_t>;
using CUShortVar = CVar<std::uint16_t>;
using CIntVar = CVar<std::int32_t>;
using CUIntVar = CVar<std::uint32_t>;
using CLongVar = CVar<std::int64_t>;
using CULongVar = CVar<std::uint64_t>;
using CFloatVar = CVar<float>;
using CDoubleVar = CVar<double>;
using CBoolVar = CVar<bool>;

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_VAR_H_
