// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <tuple>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "scalars/c_var.h"
#include "tests/scalars/c_oracle.h"
#include "tests/support/heaps.h"

namespace kheap {
namespace {

template <typename T>
constexpr OracleType OracleTypeOf() {
  if constexpr (std::is_same_v<T, bool>) return kBool;
  if constexpr (std::is_same_v<T, float>) return kF32;
  if constexpr (std::is_same_v<T, double>) return kF64;
  constexpr int width_index = sizeof(T) == 1   ? 0
                              : sizeof(T) == 2 ? 2
                              : sizeof(T) == 4 ? 4
                                               : 6;
  return static_cast<OracleType>(width_index + std::is_unsigned_v<T>);
}

// A variable of the guest and C's own, side by side.
template <typename A, typename B>
class Pair {
 public:
  explicit Pair(GlobalHeap& heap)
      : variable_(heap, heap.layout().begin(Region::kData) + 3) {}

  void CheckAll(A a, B b) {
    for (int op = kSet; op <= kPostDecrement; ++op) {
      Check(static_cast<OracleOperator>(op), a, b);
    }
  }

  void Check(OracleOperator op, A a, B b) {
    if (!IsDefinedInC(op, a, b)) return;
    variable_ = a;
    A result{};
    Apply(op, b, result);
    A expected = a;
    A expected_result{};
    OracleApply(op, OracleTypeOf<A>(), &expected, OracleTypeOf<B>(), &b,
                &expected_result);
    if (!Same(variable_, expected) || !Same(result, expected_result)) {
      ADD_FAILURE() << "operator " << op << " types " << OracleTypeOf<A>()
                    << " and " << OracleTypeOf<B>() << ": " << +a << ", " << +b
                    << " give " << +variable_.get() << " in place of "
                    << +expected;
    }
  }

 private:
  void Apply(OracleOperator op, B b, A& result) {
    switch (op) {
      case kSet:
        variable_ = b;
        break;
      case kAdd:
        variable_ += b;
        break;
      case kSub:
        variable_ -= b;
        break;
      case kMul:
        variable_ *= b;
        break;
      case kDiv:
        variable_ /= b;
        break;
      case kPreIncrement:
        result = ++variable_;
        break;
      case kPreDecrement:
        result = --variable_;
        break;
      case kPostIncrement:
        result = variable_++;
        break;
      case kPostDecrement:
        result = variable_--;
        break;
      default:
        ApplyToIntegers(op, b);
    }
  }

  void ApplyToIntegers(OracleOperator op, B b) {
    if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) {
      switch (op) {
        case kRem:
          variable_ %= b;
          break;
        case kAnd:
          variable_ &= b;
          break;
        case kOr:
          variable_ |= b;
          break;
        case kXor:
          variable_ ^= b;
          break;
        case kShl:
          variable_ <<= b;
          break;
        default:
          variable_ >>= b;
          break;
      }
    }
  }

  // Where C has no answer, c_operators_test.cc and c_number_test.cc check ours.
  static bool IsDefinedInC(OracleOperator op, A a, B b) {
    if constexpr (std::is_integral_v<A> && std::is_integral_v<B>) {
      if (op == kDiv || op == kRem) return !c::DivisionTraps(a, b);
      if (op == kShl || op == kShr) {
        return b >= B{0} &&
               static_cast<std::uint64_t>(b) < sizeof(c::Promoted<A>) * 8;
      }
      return true;
    } else {
      if (op >= kPreIncrement || !std::is_integral_v<A>) {
        return op < kRem || op > kShr;
      }
      // The result in floating point is converted back to A.
      const double x = static_cast<double>(a), y = static_cast<double>(b);
      switch (op) {
        case kSet:
          return HoldsTruncated(y);
        case kAdd:
          return HoldsTruncated(x + y);
        case kSub:
          return HoldsTruncated(x - y);
        case kMul:
          return HoldsTruncated(x * y);
        case kDiv:
          return y != 0 && HoldsTruncated(x / y);
        default:
          return false;
      }
    }
  }

  static bool HoldsTruncated(double value) {
    if (std::is_same_v<A, bool>) return true;
    // A margin, since the operation itself may be one of float.
    const double limit = std::ldexp(0.999, std::numeric_limits<A>::digits);
    return value > (std::is_signed_v<A> ? -limit : -0.999) && value < limit;
  }

  static bool Same(A a, A b) {
    if (a != a) return b != b;
    return std::memcmp(&a, &b, sizeof(A)) == 0;
  }

  CVar<A> variable_;
};

// ---- all 8-bit values -------------------------------------------------------

template <typename A, typename B>
void CheckEveryValue(GlobalHeap& heap) {
  Pair<A, B> pair(heap);
  for (int a = std::numeric_limits<A>::min();
       a <= std::numeric_limits<A>::max(); ++a) {
    for (int b = std::numeric_limits<B>::min();
         b <= std::numeric_limits<B>::max(); ++b) {
      pair.CheckAll(static_cast<A>(a), static_cast<B>(b));
    }
  }
}

TEST(CVarPropertyTest, EveryPairOf8BitValuesGivesWhatCGives) {
  const auto heap = MakeFastHeap();
  CheckEveryValue<std::int8_t, std::int8_t>(*heap);
  CheckEveryValue<std::int8_t, std::uint8_t>(*heap);
  CheckEveryValue<std::int8_t, bool>(*heap);
  CheckEveryValue<std::uint8_t, std::int8_t>(*heap);
  CheckEveryValue<std::uint8_t, std::uint8_t>(*heap);
  CheckEveryValue<std::uint8_t, bool>(*heap);
  CheckEveryValue<bool, std::int8_t>(*heap);
  CheckEveryValue<bool, std::uint8_t>(*heap);
  CheckEveryValue<bool, bool>(*heap);
}

// ---- boundary values of every pair of types ---------------------------------

template <typename T>
std::vector<T> BoundaryValues() {
  using Limits = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<T>) {
    return {T(0),
            -T(0),
            T(1),
            T(-1),
            T(0.5),
            T(-0.999),
            T(127.9),
            T(-128.9),
            T(255.9),
            T(65535.5),
            T(2147483647),
            T(-2147483648.5),
            T(4294967296),
            T(1e18),
            T(-9.2e18),
            T(1.8e19),
            Limits::max(),
            Limits::lowest(),
            Limits::min(),
            Limits::denorm_min(),
            Limits::infinity(),
            -Limits::infinity(),
            Limits::quiet_NaN(),
            T(16777217)};
  } else {
    std::vector<T> values;
    for (int i = -9; i <= 9; ++i) {
      values.push_back(static_cast<T>(i));
      values.push_back(
          static_cast<T>(Limits::max() + static_cast<std::uint64_t>(i)));
      values.push_back(
          static_cast<T>(Limits::max() / 2 + static_cast<std::uint64_t>(i)));
    }
    for (const int shift : {7, 8, 15, 16, 31, 32, 62, 63, 64}) {
      values.push_back(static_cast<T>(shift));
      values.push_back(
          static_cast<T>(shift < 64 ? std::uint64_t{1} << shift : 0));
    }
    return values;
  }
}

template <typename A, typename B>
void CheckBoundaries(GlobalHeap& heap) {
  Pair<A, B> pair(heap);
  for (const A a : BoundaryValues<A>()) {
    for (const B b : BoundaryValues<B>()) pair.CheckAll(a, b);
  }
}

template <typename A>
void CheckRow(GlobalHeap& heap) {
  CheckBoundaries<A, std::int8_t>(heap);
  CheckBoundaries<A, std::uint8_t>(heap);
  CheckBoundaries<A, std::int16_t>(heap);
  CheckBoundaries<A, std::uint16_t>(heap);
  CheckBoundaries<A, std::int32_t>(heap);
  CheckBoundaries<A, std::uint32_t>(heap);
  CheckBoundaries<A, std::int64_t>(heap);
  CheckBoundaries<A, std::uint64_t>(heap);
  CheckBoundaries<A, float>(heap);
  CheckBoundaries<A, double>(heap);
  CheckBoundaries<A, bool>(heap);
}

TEST(CVarPropertyTest, BoundaryValuesOfEveryPairOfTypesGiveWhatCGives) {
  const auto heap = MakeFastHeap();
  CheckRow<std::int8_t>(*heap);
  CheckRow<std::uint8_t>(*heap);
  CheckRow<std::int16_t>(*heap);
  CheckRow<std::uint16_t>(*heap);
  CheckRow<std::int32_t>(*heap);
  CheckRow<std::uint32_t>(*heap);
  CheckRow<std::int64_t>(*heap);
  CheckRow<std::uint64_t>(*heap);
  CheckRow<float>(*heap);
  CheckRow<double>(*heap);
  CheckRow<bool>(*heap);
}

// ---- random values ----------------------------------------------------------

template <typename A, typename B>
void CheckRandom() {
  const auto heap = MakeHeap({.layout = {.capacity_bytes = 4 * 1024 * 1024}});
  Pair<A, B> pair(*heap);
  const auto a = *rc::gen::arbitrary<A>();
  const auto b = *rc::gen::arbitrary<B>();
  pair.CheckAll(a, b);
  RC_ASSERT(!testing::Test::HasFailure());
}

RC_GTEST_PROP(CVarProperty, IntWithIntGivesWhatCGives, ()) {
  CheckRandom<std::int32_t, std::int32_t>();
}
RC_GTEST_PROP(CVarProperty, LongWithUnsignedGivesWhatCGives, ()) {
  CheckRandom<std::int64_t, std::uint32_t>();
}
RC_GTEST_PROP(CVarProperty, UnsignedLongWithDoubleGivesWhatCGives, ()) {
  CheckRandom<std::uint64_t, double>();
}
RC_GTEST_PROP(CVarProperty, ShortWithLongGivesWhatCGives, ()) {
  CheckRandom<std::int16_t, std::int64_t>();
}
RC_GTEST_PROP(CVarProperty, FloatWithDoubleGivesWhatCGives, ()) {
  CheckRandom<float, double>();
}
RC_GTEST_PROP(CVarProperty, FloatWithLongGivesWhatCGives, ()) {
  CheckRandom<float, std::int64_t>();
}

// Whatever is done to one variable, in both modes, no other byte changes.
RC_GTEST_PROP(CVarProperty, OnlyTheVariablesBytesChange,
              (std::uint64_t value, bool checked)) {
  const auto heap = MakeHeap(
      {.layout = {.capacity_bytes = 4 * 1024 * 1024}, .checked = checked});
  const Address data = heap->layout().begin(Region::kData);
  if (checked) heap->shadow()->Set(data, 64, ShadowByte::kInitialised);
  heap->Fill(data, std::byte{165}, 64);
  const auto offset = *rc::gen::inRange<std::uint64_t>(1, 56);
  CULongVar variable(*heap, data + offset);
  variable = value;
  variable += value;
  variable <<= 3;
  ++variable;
  RC_ASSERT(variable == value * 16 + 1);
  for (std::uint64_t i = 0; i < 64; ++i) {
    if (i < offset || i >= offset + 8) RC_ASSERT(heap->lbu(data + i) == 165);
  }
}

}  // namespace
}  // namespace kheap
