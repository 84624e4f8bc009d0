// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>
#include <vector>

#include "machine/check.h"
#include "machine/lane_arithmetic.h"
#include "machine/lane_reduce.h"
#include "machine/lane_select.h"
#include "tests/machine/cross_check.h"

namespace kheap::machine {
namespace {

template <typename T>
using Row = std::vector<T>;

// The same to the bit.
template <typename T>
bool Same(T a, T b) {
  return std::bit_cast<MaskLane<T>>(a) == std::bit_cast<MaskLane<T>>(b);
}

// Small and large numbers of both signs; in floating point zeros of both,
// infinities and NaNs too.
template <typename T>
Row<T> Numbers(std::size_t count, std::size_t seed) {
  using Limits = std::numeric_limits<T>;
  Row<T> row(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t mixed = (i + 1) * (seed + 3) * 0x9E3779B97F4A7C15u;
    row[i] = static_cast<T>(static_cast<std::int64_t>(mixed) >> 40);
    if (FloatingLane<T>) row[i] /= T{3};
    if (i % 7 == seed) row[i] = Limits::max();
    if (i % 7 == seed + 1) row[i] = Limits::lowest();
    if (FloatingLane<T> && i % 9 == seed) row[i] = static_cast<T>(-0.0);
    if (FloatingLane<T> && i % 11 == seed) row[i] = -Limits::quiet_NaN();
    if (FloatingLane<T> && i % 13 == seed) row[i] = Limits::infinity();
  }
  return row;
}

template <typename T>
struct Rows {
  explicit Rows(std::size_t lanes)
      : count(lanes), a(Numbers<T>(count, 0)), b(Numbers<T>(count, 1)) {}

  std::size_t count;
  Row<T> a;
  Row<T> b;
};

// `run(out)` writes a row; `wanted(i)` is its lane i.
template <typename T, typename Run, typename Wanted>
void Expect(const char* what, std::size_t count, Run run, Wanted wanted) {
  const T guard = static_cast<T>(77);
  Row<T> out(count + 1, guard);
  run(out.data());
  for (std::size_t i = 0; i < count; ++i) {
    KHEAP_CHECK(Same<T>(out[i], wanted(i)), what);
  }
  KHEAP_CHECK(Same(out[count], guard), "a row ends where it ends");
}

// What arithmetic gives: integers wrap, and there is one NaN.
template <typename T, typename Operator>
T Arithmetic(Operator compute, T a, T b) {
  if constexpr (FloatingLane<T>) {
    const T result = compute(a, b);
    return std::isnan(result) ? std::numeric_limits<T>::quiet_NaN() : result;
  } else {
    return static_cast<T>(
        compute(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
  }
}

template <typename T, typename Function, typename Operator>
void ExpectArithmetic(const char* what, const Rows<T>& rows, Function function,
                      Operator compute) {
  Expect<T>(
      what, rows.count,
      [&](T* out) { function(out, rows.a.data(), rows.b.data(), rows.count); },
      [&](std::size_t i) { return Arithmetic(compute, rows.a[i], rows.b[i]); });
}

template <typename T>
void CheckArithmetic(const Rows<T>& rows) {
  const auto& [count, a, b] = rows;
  ExpectArithmetic("a sum", rows, AddLanes<T>, std::plus<>());
  ExpectArithmetic("a difference", rows, SubtractLanes<T>, std::minus<>());
  ExpectArithmetic("a product", rows, MultiplyLanes<T>, std::multiplies<>());
  if constexpr (FloatingLane<T>) {
    ExpectArithmetic("a quotient", rows, DivideLanes<T>, std::divides<>());
    Expect<T>(
        "a root", count, [&](T* out) { SquareRootLanes(out, a.data(), count); },
        [&](std::size_t i) {
          return Arithmetic([](T x, T) { return std::sqrt(x); }, a[i], T{0});
        });
  } else {
    ExpectArithmetic("and", rows, AndLanes<T>, std::bit_and<>());
    ExpectArithmetic("or", rows, OrLanes<T>, std::bit_or<>());
    ExpectArithmetic("exclusive or", rows, XorLanes<T>, std::bit_xor<>());
  }
  Expect<T>(
      "a * b + a", count,
      [&](T* out) {
        MultiplyAddLanes(out, a.data(), b.data(), a.data(), count);
      },
      [&](std::size_t i) {
        const auto fused = [&](auto x, auto y) {
          if constexpr (FloatingLane<T>) return std::fma(x, y, x);
          if constexpr (!FloatingLane<T>) return x * y + x;
        };
        return Arithmetic(fused, a[i], b[i]);
      });
  Expect<T>(
      "the least", count,
      [&](T* out) { MinLanes(out, a.data(), b.data(), count); },
      [&](std::size_t i) { return a[i] < b[i] ? a[i] : b[i]; });
  Expect<T>(
      "the largest", count,
      [&](T* out) { MaxLanes(out, a.data(), b.data(), count); },
      [&](std::size_t i) { return b[i] < a[i] ? a[i] : b[i]; });
}

template <typename T>
void CheckChoice(const Rows<T>& rows) {
  using Mask = MaskLane<T>;
  const auto& [count, a, b] = rows;
  constexpr Mask kYes = std::numeric_limits<Mask>::max();
  Row<Mask> less(count);
  Row<Mask> index(count);
  for (std::size_t i = 0; i < count; ++i) {
    less[i] = static_cast<Mask>(a[i] < b[i]);
    index[i] = static_cast<Mask>(i * 5 % (count + 2));
  }
  const auto mask = [&](bool yes) { return yes ? kYes : Mask{0}; };
  Expect<Mask>(
      "equal", count,
      [&](Mask* out) { EqualLanes(out, a.data(), b.data(), count); },
      [&](std::size_t i) { return mask(a[i] == b[i]); });
  Expect<Mask>(
      "less", count,
      [&](Mask* out) { LessLanes(out, a.data(), b.data(), count); },
      [&](std::size_t i) { return mask(a[i] < b[i]); });
  Expect<Mask>(
      "less or equal", count,
      [&](Mask* out) { LessOrEqualLanes(out, a.data(), b.data(), count); },
      [&](std::size_t i) { return mask(a[i] <= b[i]); });
  Expect<T>(
      "a choice", count,
      [&](T* out) { SelectLanes(out, less.data(), a.data(), b.data(), count); },
      [&](std::size_t i) { return less[i] != 0 ? a[i] : b[i]; });
  Expect<T>(
      "a masked store", count,
      [&](T* out) { StoreMaskedLanes(out, less.data(), a.data(), count); },
      [&](std::size_t i) { return less[i] != 0 ? a[i] : static_cast<T>(77); });
  Expect<T>(
      "the last first", count,
      [&](T* out) { ReverseLanes(out, a.data(), count); },
      [&](std::size_t i) { return a[count - 1 - i]; });
  Expect<T>(
      "a shuffle", count,
      [&](T* out) { ShuffleLanes(out, a.data(), index.data(), count); },
      [&](std::size_t i) { return index[i] < count ? a[index[i]] : T{0}; });
}

// In the order that machine/lane_reduce.h draws.
template <typename T, typename Fold>
T Folded(const Row<T>& row, T neutral, Fold fold) {
  constexpr std::size_t kColumns = kVectorLanes<T>;
  Row<T> columns(kColumns, neutral);
  for (std::size_t i = 0; i < row.size(); ++i) {
    T& column = columns[i % kColumns];
    column = fold(column, row[i]);
  }
  for (std::size_t half = kColumns / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) {
      columns[i] = fold(columns[i], columns[i + half]);
    }
  }
  return columns[0];
}

template <typename T>
void CheckReduction(const Row<T>& row) {
  using Limits = std::numeric_limits<T>;
  const T largest = FloatingLane<T> ? Limits::infinity() : Limits::max();
  const T least = FloatingLane<T> ? -largest : Limits::min();
  const auto add = [](T x, T y) { return Arithmetic(std::plus<>(), x, y); };
  const T zero = row.empty() ? T{0} : static_cast<T>(-0.0);
  KHEAP_CHECK(Same(SumOfLanes(row.data(), row.size()), Folded(row, zero, add)),
              "a row's sum");
  KHEAP_CHECK(
      Same(MinOfLanes(row.data(), row.size()),
           Folded(row, largest, [](T x, T y) { return x < y ? x : y; })),
      "a row's least");
  KHEAP_CHECK(Same(MaxOfLanes(row.data(), row.size()),
                   Folded(row, least, [](T x, T y) { return y < x ? x : y; })),
              "a row's largest");
}

template <typename T>
void CheckType() {
  for (std::size_t count = 0; count < 3 * kVectorLanes<T> + 2; ++count) {
    const Rows<T> rows(count);
    CheckArithmetic(rows);
    CheckChoice(rows);
    CheckReduction(rows.a);
    Row<T> finite = rows.b;
    for (T& lane : finite) lane = lane == lane ? lane / T{2} : T{1};
    CheckReduction(finite);
  }
}

}  // namespace

void CheckRows() {
  CheckType<std::int8_t>();
  CheckType<std::uint8_t>();
  CheckType<std::int16_t>();
  CheckType<std::uint16_t>();
  CheckType<std::int32_t>();
  CheckType<std::uint32_t>();
  CheckType<std::int64_t>();
  CheckType<std::uint64_t>();
  CheckType<float>();
  CheckType<double>();
}

}  // namespace kheap::machine
