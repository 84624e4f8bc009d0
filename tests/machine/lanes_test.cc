// SPDX-License-Identifier: Apache-2.0
//
// Rows of every type, on every kind of vector that this processor has, against
// one lane at a time.

#include <hwy/targets.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "gtest/gtest.h"
#include "machine/lane_arithmetic.h"
#include "machine/lane_reduce.h"
#include "machine/lane_select.h"
#include "rapidcheck/gtest.h"

namespace kheap::machine {
namespace {

void ChooseAll() {
  lanes::ChooseArithmetic();
  lanes::ChooseReduce();
  lanes::ChooseSelect();
}

template <typename T>
using Row = std::vector<T>;
template <typename T>
using MaskRow = std::vector<MaskLane<T>>;

// Calls `check` for each type of lane with a T.
template <typename Check>
void ForEachType(Check check) {
  check(std::int8_t{});
  check(std::uint8_t{});
  check(std::int16_t{});
  check(std::uint16_t{});
  check(std::int32_t{});
  check(std::uint32_t{});
  check(std::int64_t{});
  check(std::uint64_t{});
  check(float{});
  check(double{});
}

// There are kernels for the ten types above and no others.
using OtherLong =
    std::conditional_t<std::is_same_v<std::int64_t, long>, long long, long>;
static_assert(!(Lane<OtherLong> || Lane<std::make_unsigned_t<OtherLong>> ||
                Lane<bool> || Lane<char> || Lane<wchar_t> || Lane<char8_t> ||
                Lane<char16_t> || Lane<char32_t> || Lane<long double>));

template <typename T>
MaskLane<T> BitsOf(T value) {
  return std::bit_cast<MaskLane<T>>(value);
}
template <typename T>
bool SameBits(const Row<T>& a, const Row<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](T x, T y) { return BitsOf(x) == BitsOf(y); });
}

// A NaN that arithmetic yields is the one NaN.
template <typename T>
T Canonical(T value) {
  if constexpr (FloatingLane<T>) {
    if (std::isnan(value)) return std::numeric_limits<T>::quiet_NaN();
  }
  return value;
}

// ---- one lane at a time -----------------------------------------------------

template <typename T, typename F>
T Wrapping(T a, T b, F f) {
  if constexpr (FloatingLane<T>) return Canonical<T>(f(a, b));
  return static_cast<T>(
      f(static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)));
}
template <typename T>
T Fused(T a, T b, T c) {
  if constexpr (FloatingLane<T>) return Canonical<T>(std::fma(a, b, c));
  return Wrapping<T>(Wrapping<T>(a, b, std::multiplies<>()), c, std::plus<>());
}
template <typename T>
T Lesser(T a, T b) {
  return a < b ? a : b;
}
template <typename T>
T Greater(T a, T b) {
  return b < a ? a : b;
}

template <typename T>
T Magnitude(T a) {
  if constexpr (FloatingLane<T>) return std::fabs(a);
  if constexpr (std::is_signed_v<T>) {
    if (a < 0) return static_cast<T>(0 - static_cast<std::uint64_t>(a));
  }
  return a;
}

// The order that lane_reduce.h describes.
template <typename T, typename F>
T Folded(const Row<T>& row, T neutral, F fold) {
  constexpr std::size_t kColumns = 64 / sizeof(T);
  Row<T> columns(kColumns, neutral);
  for (std::size_t i = 0; i < row.size(); ++i) {
    columns[i % kColumns] = fold(columns[i % kColumns], row[i]);
  }
  for (std::size_t half = kColumns / 2; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) {
      columns[j] = fold(columns[j], columns[j + half]);
    }
  }
  return columns[0];
}

// ---- rows -------------------------------------------------------------------

// Mostly random bits; one in four is a number at some bound, NaN and infinity
// among them.
template <typename T>
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed) : random_(seed) {}

  Row<T> Of(std::size_t count) {
    Row<T> row(count);
    for (T& lane : row) lane = Next();
    return row;
  }
  MaskRow<T> MaskOf(std::size_t count) {
    MaskRow<T> mask(count);
    for (auto& lane : mask) {
      lane = random_() % 2 == 0 ? 0 : static_cast<MaskLane<T>>(random_());
    }
    return mask;
  }

 private:
  T Next() {
    using Limits = std::numeric_limits<T>;
    const std::uint64_t bits = random_();
    switch (bits % 16) {
      case 0:
        return T{0};
      case 1:
        return Limits::max();
      case 2:
        return Limits::lowest();
      case 3:
        if constexpr (FloatingLane<T>) {
          constexpr T kSpecial[] = {-T{0}, Limits::infinity(),
                                    -Limits::infinity(), Limits::quiet_NaN()};
          return kSpecial[bits / 16 % 4];
        }
        return T{1};
      default:
        if constexpr (FloatingLane<T>) {
          return static_cast<T>(static_cast<std::int64_t>(random_()) / 65536) /
                 static_cast<T>(3 + bits % 1000);
        }
        return static_cast<T>(random_());
    }
  }

  std::mt19937_64 random_;
};

// Runs `write(out)` on a row between guards at an odd address.
template <typename T, typename Write>
Row<T> Written(std::size_t count, Write write) {
  constexpr std::byte kGuard{0x5A};
  std::vector<std::byte> bytes(count * sizeof(T) + 130, kGuard);
  T* const out = reinterpret_cast<T*>(bytes.data() + sizeof(T) * 3);
  write(out);
  const Row<T> row(out, out + count);
  std::fill(reinterpret_cast<std::byte*>(out),
            reinterpret_cast<std::byte*>(out + count), kGuard);
  EXPECT_EQ(std::count(bytes.begin(), bytes.end(), kGuard),
            static_cast<std::ptrdiff_t>(bytes.size()));
  return row;
}

template <typename Out, typename... Sources, typename F>
Row<Out> Mapped(std::size_t count, F f, const Row<Sources>&... sources) {
  Row<Out> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = f(sources[i]...);
  return out;
}

// Whether the function and the lane-by-lane form agree in every bit.
template <typename Out, typename Function, typename F, typename... Sources>
void ExpectMapped(const char* name, Function function, F f,
                  const Row<Sources>&... sources) {
  const std::size_t count = std::get<0>(std::tie(sources...)).size();
  const Row<Out> expected = Mapped<Out>(count, f, sources...);
  const Row<Out> actual = Written<Out>(
      count, [&](Out* out) { function(out, sources.data()..., count); });
  EXPECT_TRUE(SameBits(actual, expected))
      << name << " of " << count << " lanes of " << sizeof(Out) << " bytes";
}

template <typename T>
void ExpectArithmetic(const Row<T>& a, const Row<T>& b, const Row<T>& c) {
  const auto wrapping = [](auto f) {
    return [f](T x, T y) { return Wrapping<T>(x, y, f); };
  };
  ExpectMapped<T>("add", AddLanes<T>, wrapping(std::plus<>()), a, b);
  ExpectMapped<T>("subtract", SubtractLanes<T>, wrapping(std::minus<>()), a, b);
  ExpectMapped<T>("multiply", MultiplyLanes<T>, wrapping(std::multiplies<>()),
                  a, b);
  ExpectMapped<T>("multiply-add", MultiplyAddLanes<T>, Fused<T>, a, b, c);
  ExpectMapped<T>("min", MinLanes<T>, Lesser<T>, a, b);
  ExpectMapped<T>("max", MaxLanes<T>, Greater<T>, a, b);
  ExpectMapped<T>("absolute", AbsoluteLanes<T>, Magnitude<T>, a);
  if constexpr (FloatingLane<T>) {
    ExpectMapped<T>("divide", DivideLanes<T>, wrapping(std::divides<>()), a, b);
    ExpectMapped<T>(
        "negate", NegateLanes<T>, [](T x) { return -x; }, a);
    ExpectMapped<T>(
        "root", SquareRootLanes<T>,
        [](T x) { return Canonical<T>(std::sqrt(x)); }, a);
  } else {
    ExpectMapped<T>(
        "negate", NegateLanes<T>,
        [](T x) { return static_cast<T>(0 - static_cast<std::uint64_t>(x)); },
        a);
    ExpectMapped<T>("and", AndLanes<T>, wrapping(std::bit_and<>()), a, b);
    ExpectMapped<T>("or", OrLanes<T>, wrapping(std::bit_or<>()), a, b);
    ExpectMapped<T>("xor", XorLanes<T>, wrapping(std::bit_xor<>()), a, b);
  }
}

template <typename T>
void ExpectSelection(const Row<T>& a, const Row<T>& b, const MaskRow<T>& mask) {
  using Bits = MaskLane<T>;
  const auto yes = [](bool is) { return static_cast<Bits>(is ? ~Bits{0} : 0); };
  ExpectMapped<Bits>(
      "equal", EqualLanes<T>, [&](T x, T y) { return yes(x == y); }, a, b);
  ExpectMapped<Bits>(
      "less", LessLanes<T>, [&](T x, T y) { return yes(x < y); }, a, b);
  ExpectMapped<Bits>(
      "less or equal", LessOrEqualLanes<T>,
      [&](T x, T y) { return yes(x <= y); }, a, b);
  ExpectMapped<T>(
      "select", SelectLanes<T>, [](Bits m, T x, T y) { return m != 0 ? x : y; },
      mask, a, b);
  const auto store = [&](T* out, const Bits* m, const T* x, const T* y,
                         std::size_t count) {
    std::copy(y, y + count, out);
    StoreMaskedLanes<T>(out, m, x, count);
  };
  ExpectMapped<T>(
      "masked store", store, [](Bits m, T x, T y) { return m != 0 ? x : y; },
      mask, a, b);
  const std::size_t count = a.size();
  EXPECT_TRUE(SameBits(
      Written<T>(count, [&](T* out) { ReverseLanes<T>(out, a.data(), count); }),
      Row<T>(a.rbegin(), a.rend())));
  ExpectMapped<T>(
      "shuffle",
      [&](T* out, const Bits* index, std::size_t n) {
        ShuffleLanes<T>(out, a.data(), index, n);
      },
      [&](Bits index) { return index < count ? a[index] : T{0}; }, mask);
}

template <typename T>
void ExpectReductions(const Row<T>& row) {
  const bool is_empty = row.empty();
  const auto plus = [](T a, T b) {
    if constexpr (FloatingLane<T>) return a + b;
    return Wrapping<T>(a, b, std::plus<>());
  };
  using Limits = std::numeric_limits<T>;
  const T top = FloatingLane<T> ? Limits::infinity() : Limits::max();
  const T bottom = FloatingLane<T> ? -Limits::infinity() : Limits::min();
  const T neutral = FloatingLane<T> ? static_cast<T>(-0.0) : T{0};
  const auto expect = [&](T actual, T expected) {
    EXPECT_EQ(BitsOf(actual), BitsOf(expected)) << row.size() << " lanes";
  };
  expect(SumOfLanes(row.data(), row.size()),
         is_empty ? T{0} : Canonical<T>(Folded(row, neutral, plus)));
  expect(MinOfLanes(row.data(), row.size()), Folded(row, top, Lesser<T>));
  expect(MaxOfLanes(row.data(), row.size()), Folded(row, bottom, Greater<T>));
}

template <typename T>
void ExpectAll(std::uint64_t seed, std::size_t count) {
  Numbers<T> numbers(seed);
  const Row<T> a = numbers.Of(count);
  const Row<T> b = numbers.Of(count);
  const Row<T> c = numbers.Of(count);
  MaskRow<T> mask = numbers.MaskOf(count);
  // Some of them as indices.
  for (std::size_t i = 0; i < count; i += 2) {
    mask[i] = static_cast<MaskLane<T>>(mask[i] % count);
  }
  ExpectArithmetic(a, b, c);
  ExpectSelection(a, b, mask);
  ExpectReductions(a);
}

class LanesTest : public testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override {
    hwy::SetSupportedTargetsForTest(GetParam());
    ChooseAll();
  }
  void TearDown() override {
    hwy::SetSupportedTargetsForTest(0);
    ChooseAll();
  }
};

INSTANTIATE_TEST_SUITE_P(Targets, LanesTest,
                         testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& info) {
                           return std::string(hwy::TargetName(info.param));
                         });

TEST_P(LanesTest, EveryCountUpToSomeVectorsIsRight) {
  ForEachType([]<typename T>(T) {
    const std::size_t most = 3 * kVectorLanes<T> + 2;
    for (std::size_t count = 0; count <= most; ++count) {
      ExpectAll<T>(count, count);
    }
  });
}

TEST_P(LanesTest, LongRowsAreRight) {
  ForEachType([]<typename T>(T) { ExpectAll<T>(42, 1000); });
}

TEST_P(LanesTest, ARowMayBeItsOwnResult) {
  ForEachType([]<typename T>(T) {
    Numbers<T> numbers(7);
    const Row<T> a = numbers.Of(100);
    const Row<T> b = numbers.Of(100);
    Row<T> own = a;
    AddLanes(own.data(), own.data(), b.data(), own.size());
    Row<T> other(100);
    AddLanes(other.data(), a.data(), b.data(), other.size());
    EXPECT_TRUE(SameBits(own, other));
  });
}

TEST_P(LanesTest, AFusedProductRoundsOnce) {
  const double x = 1 + std::numeric_limits<double>::epsilon();
  const Row<double> a(9, x);
  const Row<double> c(9, -(x * x));
  Row<double> out(9);
  MultiplyAddLanes(out.data(), a.data(), a.data(), c.data(), out.size());
  for (const double lane : out) EXPECT_EQ(lane, std::ldexp(1.0, -104));
}

// Arithmetic would make the one NaN of it.
TEST_P(LanesTest, NegationAndAbsoluteValueChangeOnlyANansSign) {
  const auto expect = []<typename T>(T, MaskLane<T> bits, MaskLane<T> sign) {
    const Row<T> plus(40, std::bit_cast<T>(bits));
    const Row<T> minus(40, std::bit_cast<T>(bits | sign));
    Row<T> out(40);
    NegateLanes(out.data(), plus.data(), 40);
    EXPECT_TRUE(SameBits(out, minus));
    AbsoluteLanes(out.data(), minus.data(), 40);
    EXPECT_TRUE(SameBits(out, plus));
  };
  expect(float{}, 0x7FA12345u, 0x80000000u);
  expect(double{}, 0x7FF4123456789ABCu, 0x8000000000000000u);
}

RC_GTEST_PROP(LanesProperty, OrderOfASumIsTheSameForEveryVector,
              (const std::vector<float>& row)) {
  RC_PRE(!row.empty());
  const float expected =
      Canonical(Folded(row, -0.0f, [](float a, float b) { return a + b; }));
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    lanes::ChooseReduce();
    const float sum = SumOfLanes(row.data(), row.size());
    RC_ASSERT(BitsOf(sum) == BitsOf(expected));
  }
  hwy::SetSupportedTargetsForTest(0);
  lanes::ChooseReduce();
}

}  // namespace
}  // namespace kheap::machine
