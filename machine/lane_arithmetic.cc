// SPDX-License-Identifier: Apache-2.0
#include "machine/lane_arithmetic.h"

#include <atomic>
#include <cmath>
#include <cstdint>
#include <tuple>

// Highway compiles this file once for each kind of vector.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "machine/lane_arithmetic.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "machine/lane_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kheap::machine::HWY_NAMESPACE {

// ---- operators --------------------------------------------------------------

// out[i] = compute(a[i] …) where Highway has no operation for the lanes.
template <Lane T, typename Compute, typename... Vectors>
HWY_INLINE RowVector<T> LaneByLane(const Compute& compute, Vectors... vectors) {
  const RowTag<T> tag;
  constexpr std::size_t kCount = sizeof...(Vectors);
  alignas(kVectorBytes) T rows[kCount][kVectorLanes<T>];
  std::size_t row = 0;
  (hn::Store(vectors, tag, rows[row++]), ...);
  for (std::size_t i = 0; i < hn::Lanes(tag); ++i) {
    if constexpr (kCount == 2) {
      rows[0][i] = compute(rows[0][i], rows[1][i]);
    } else {
      rows[0][i] = compute(rows[0][i], rows[1][i], rows[2][i]);
    }
  }
  return hn::Load(tag, rows[0]);
}

struct ScalarProduct {
  template <typename T>
  HWY_INLINE T operator()(T a, T b) const {
    return static_cast<T>(static_cast<std::uint64_t>(a) *
                          static_cast<std::uint64_t>(b));
  }
};
struct ScalarFma {
  template <typename T>
  HWY_INLINE T operator()(T a, T b, T c) const {
    return std::fma(a, b, c);
  }
};

template <Lane T>
struct Add {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    return CanonicalNan<T>(hn::Add(a, b));
  }
};
template <Lane T>
struct Subtract {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    return CanonicalNan<T>(hn::Sub(a, b));
  }
};
template <Lane T>
struct Multiply {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    if constexpr (FloatingLane<T> || sizeof(T) == 2 || sizeof(T) == 4) {
      return CanonicalNan<T>(hn::Mul(a, b));
    } else {
      return LaneByLane<T>(ScalarProduct(), a, b);
    }
  }
};
template <Lane T>
struct Divide {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    return CanonicalNan<T>(hn::Div(a, b));
  }
};
template <Lane T>
struct MultiplyAdd {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b,
                                     RowVector<T> c) const {
    if constexpr (IntegerLane<T>) {
      return hn::Add(Multiply<T>()(a, b), c);
    } else if constexpr (HWY_NATIVE_FMA != 0) {
      return CanonicalNan<T>(hn::MulAdd(a, b, c));
    } else {
      return CanonicalNan<T>(LaneByLane<T>(ScalarFma(), a, b, c));
    }
  }
};
template <Lane T>
struct And {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    return hn::And(a, b);
  }
};
template <Lane T>
struct Or {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    return hn::Or(a, b);
  }
};
template <Lane T>
struct Xor {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    return hn::Xor(a, b);
  }
};
// Of a NaN too only the sign changes, or goes.
template <Lane T>
struct Negate {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a) const {
    if constexpr (FloatingLane<T>) return hn::Neg(a);
    return hn::Sub(hn::Zero(RowTag<T>()), a);
  }
};
template <Lane T>
struct Absolute {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a) const {
    if constexpr (std::is_unsigned_v<T>) return a;
    if constexpr (!std::is_unsigned_v<T>) return hn::Abs(a);
  }
};
template <Lane T>
struct SquareRoot {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a) const {
    return CanonicalNan<T>(hn::Sqrt(a));
  }
};

// ---- kernels ----------------------------------------------------------------

template <typename Operator, Lane T>
void Unary(T* out, const T* a, std::size_t count) {
  MapRow<Operator>(out, count, a);
}
template <typename Operator, Lane T>
void Binary(T* out, const T* a, const T* b, std::size_t count) {
  MapRow<Operator>(out, count, a, b);
}
template <typename Operator, Lane T>
void Ternary(T* out, const T* a, const T* b, const T* c, std::size_t count) {
  MapRow<Operator>(out, count, a, b, c);
}

template <Lane T>
constexpr lanes::ArithmeticKernels<T> MakeArithmetic() {
  lanes::ArithmeticKernels<T> kernels = {};
  kernels.add = &Binary<Add<T>, T>;
  kernels.subtract = &Binary<Subtract<T>, T>;
  kernels.multiply = &Binary<Multiply<T>, T>;
  kernels.negate = &Unary<Negate<T>, T>;
  kernels.multiply_add = &Ternary<MultiplyAdd<T>, T>;
  if constexpr (FloatingLane<T>) {
    kernels.divide = &Binary<Divide<T>, T>;
    kernels.square_root = &Unary<SquareRoot<T>, T>;
  } else {
    kernels.bit_and = &Binary<And<T>, T>;
    kernels.bit_or = &Binary<Or<T>, T>;
    kernels.bit_xor = &Binary<Xor<T>, T>;
  }
  return kernels;
}

template <Lane T>
constexpr lanes::SignedKernels<T> MakeSigned() {
  return {&Binary<MinOperator<T>, T>, &Binary<MaxOperator<T>, T>,
          &Unary<Absolute<T>, T>};
}

template <typename... T>
constexpr void Fill(std::tuple<lanes::ArithmeticKernels<T>...>& table) {
  table = {MakeArithmetic<T>()...};
}
template <typename... T>
constexpr void Fill(std::tuple<lanes::SignedKernels<T>...>& table) {
  table = {MakeSigned<T>()...};
}

constexpr lanes::ArithmeticTable MakeTable() {
  lanes::ArithmeticTable table = {};
  Fill(table.arithmetic);
  Fill(table.of_sign);
  return table;
}

const lanes::ArithmeticTable* ArithmeticForTarget() {
  static constexpr lanes::ArithmeticTable table = MakeTable();
  return &table;
}

}  // namespace kheap::machine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kheap::machine {

HWY_EXPORT(ArithmeticForTarget);

namespace lanes {

namespace {
constinit std::atomic<const ArithmeticTable*> chosen = nullptr;
}  // namespace

void ChooseArithmetic() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  chosen.store(HWY_DYNAMIC_DISPATCH(ArithmeticForTarget)(),
               std::memory_order_relaxed);
}

const ArithmeticTable& Arithmetic() {
  const ArithmeticTable* table = chosen.load(std::memory_order_relaxed);
  if (table == nullptr) {
    ChooseArithmetic();
    table = chosen.load(std::memory_order_relaxed);
  }
  return *table;
}

}  // namespace lanes

}  // namespace kheap::machine
#endif  // HWY_ONCE
