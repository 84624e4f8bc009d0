// SPDX-License-Identifier: Apache-2.0

// The variables in the arena against the compiler's own 128-bit integers.

#include <cstdint>
#include <memory>

#include "bitshift/c_int128.h"
#include "bitshift/int128.h"
#include "gtest/gtest.h"
#include "heap/global_heap.h"
#include "rapidcheck/gtest.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

// Numbers of every length, and those near both ends.
UInt128 AnyNumber() {
  const UInt128 bits = (UInt128{*rc::gen::arbitrary<std::uint64_t>()} << 64) +
                       *rc::gen::arbitrary<std::uint64_t>();
  const UInt128 near_zero = *rc::gen::arbitrary<std::int8_t>();
  const UInt128 shifted = bits >> *rc::gen::inRange(0, 128);
  return *rc::gen::element(bits, shifted, near_zero, 0 - shifted,
                           (UInt128{1} << 127) + near_zero);
}

// Two variables beside each other, at any alignment.
template <Integer128 T>
struct Pair {
  explicit Pair(GlobalHeap& heap)
      : a_value(static_cast<T>(AnyNumber())),
        b_value(static_cast<T>(AnyNumber())),
        a(heap, Begin(heap)),
        b(heap, a.address() + 16) {
    a = a_value;
    b = b_value;
  }

  static Address Begin(GlobalHeap& heap) {
    return heap.layout().begin(Region::kData) +
           *rc::gen::inRange<std::uint64_t>(0, 64);
  }

  // Whether `a` holds `expected` and `b` what it held.
  bool Holds(T expected) const {
    return a.value() == expected && b.value() == b_value;
  }

  T a_value;
  T b_value;
  C_Integer128<T> a;
  C_Integer128<T> b;
};

GlobalHeap& Heap() {
  static const std::unique_ptr<GlobalHeap> heap = MakeFastHeap();
  return *heap;
}

// The compiler's sums, which for signed numbers wrap only as built-ins.
template <Integer128 T>
T Sum(T a, T b) {
  T sum;
  (void)__builtin_add_overflow(a, b, &sum);
  return sum;
}
template <Integer128 T>
T Difference(T a, T b) {
  T difference;
  (void)__builtin_sub_overflow(a, b, &difference);
  return difference;
}
template <Integer128 T>
T Product(T a, T b) {
  T product;
  (void)__builtin_mul_overflow(a, b, &product);
  return product;
}

template <Integer128 T>
void CheckOperators() {
  Pair<T> p(Heap());
  const T a = p.a_value;
  const T b = p.b_value;
  RC_ASSERT(p.a + p.b == Sum(a, b));
  RC_ASSERT(p.a - p.b == Difference(a, b));
  RC_ASSERT(p.a * p.b == Product(a, b));
  RC_ASSERT((p.a & p.b) == (a & b));
  RC_ASSERT((p.a | p.b) == (a | b));
  RC_ASSERT((p.a ^ p.b) == (a ^ b));
  RC_ASSERT(~p.a == static_cast<T>(~a));
  RC_ASSERT(-p.a == Difference<T>(0, a));
  RC_ASSERT((p.a == p.b) == (a == b));
  RC_ASSERT((p.a < p.b) == (a < b));
  RC_ASSERT((p.a <= p.b) == (a <= b));
  RC_ASSERT((p.a > b) == (a > b));
  RC_ASSERT((a >= p.b) == (a >= b));
  RC_ASSERT(a + p.b == Sum(a, b));
  RC_ASSERT(p.a - b == Difference(a, b));
  RC_ASSERT(p.Holds(a));
}

template <Integer128 T>
void CheckAssignments() {
  Pair<T> p(Heap());
  T a = p.a_value;
  const T b = p.b_value;
  p.a += p.b;
  RC_ASSERT(p.Holds(a = Sum(a, b)));
  p.a *= p.b;
  RC_ASSERT(p.Holds(a = Product(a, b)));
  p.a -= p.b;
  RC_ASSERT(p.Holds(a = Difference(a, b)));
  p.a ^= p.b;
  RC_ASSERT(p.Holds(a ^= b));
  p.a |= 12345;
  RC_ASSERT(p.Holds(a |= 12345));
  p.a &= p.b;
  RC_ASSERT(p.Holds(a &= b));
  // In place with itself.
  p.a += p.a;
  RC_ASSERT(p.Holds(Sum(a, a)));
}

template <Integer128 T>
void CheckDivision() {
  Pair<T> p(Heap());
  const T a = p.a_value;
  const T b = p.b_value;
  RC_PRE(b != 0);
  // The compiler's quotient of the lowest number and -1 is undefined.
  const bool out_of_range =
      kIsSigned128<T> && a == kMin128<T> && b == static_cast<T>(-1);
  const T quotient = out_of_range ? a : static_cast<T>(a / b);
  const T remainder = out_of_range ? T{0} : static_cast<T>(a % b);
  RC_ASSERT(p.a / p.b == quotient);
  RC_ASSERT(p.a % p.b == remainder);
  RC_ASSERT(a / p.b == quotient);
  RC_ASSERT(p.a % b == remainder);
  p.a /= p.b;
  RC_ASSERT(p.Holds(quotient));
  p.a = a;
  p.a %= p.b;
  RC_ASSERT(p.Holds(remainder));
}

template <Integer128 T>
void CheckShifts() {
  Pair<T> p(Heap());
  const T a = p.a_value;
  const int count = *rc::gen::inRange(0, 128);
  const T left = static_cast<T>(static_cast<UInt128>(a) << count);
  const T right = static_cast<T>(a >> count);
  RC_ASSERT((p.a << count) == left);
  RC_ASSERT((p.a >> count) == right);
  RC_ASSERT((p.a << -count) == right);
  p.a <<= count;
  RC_ASSERT(p.Holds(left));
  p.a = a;
  p.a >>= count;
  RC_ASSERT(p.Holds(right));
}

template <Integer128 T>
void CheckConversions() {
  Pair<T> p(Heap());
  const T a = p.a_value;
  RC_ASSERT(static_cast<std::int8_t>(p.a) == static_cast<std::int8_t>(a));
  RC_ASSERT(static_cast<std::uint16_t>(p.a) == static_cast<std::uint16_t>(a));
  RC_ASSERT(static_cast<std::int64_t>(p.a) == static_cast<std::int64_t>(a));
  RC_ASSERT(static_cast<double>(p.a) == static_cast<double>(a));
  RC_ASSERT(static_cast<float>(p.a) == static_cast<float>(a));
  RC_ASSERT(static_cast<bool>(p.a) == (a != 0));
  RC_ASSERT(p.b.ParseDecimal(p.a.ToDecimal()).ok());
  RC_ASSERT(p.b == a);
  p.b = 0;
  RC_ASSERT(p.b.ParseHex(p.a.ToHex()).ok());
  RC_ASSERT(p.b == a);
}

RC_GTEST_PROP(CInt128PropertyTest, OperatorsAreTheCompilers, ()) {
  CheckOperators<UInt128>();
  CheckOperators<Int128>();
}

RC_GTEST_PROP(CInt128PropertyTest, AssignmentsAreTheCompilers, ()) {
  CheckAssignments<UInt128>();
  CheckAssignments<Int128>();
}

RC_GTEST_PROP(CInt128PropertyTest, DivisionIsTheCompilers, ()) {
  CheckDivision<UInt128>();
  CheckDivision<Int128>();
}

RC_GTEST_PROP(CInt128PropertyTest, ShiftsAreTheCompilers, ()) {
  CheckShifts<UInt128>();
  CheckShifts<Int128>();
}

RC_GTEST_PROP(CInt128PropertyTest, ConversionsAreTheCompilers, ()) {
  CheckConversions<UInt128>();
  CheckConversions<Int128>();
}

}  // namespace
}  // namespace kheap
