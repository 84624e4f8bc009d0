// SPDX-License-Identifier: Apache-2.0

// The loops over rows, for the kernels in lane_*.cc. Included once for each
// Highway target (hence the toggle in place of a guard).
//
//   | vector | vector | vector | part |
//
// The part at the end is copied into a vector of its own.

#if defined(KHEAP_MACHINE_LANE_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KHEAP_MACHINE_LANE_ROWS_INL_H_
#undef KHEAP_MACHINE_LANE_ROWS_INL_H_
#else
#define KHEAP_MACHINE_LANE_ROWS_INL_H_
#endif

#include <cstddef>
#include <cstring>
#include <limits>

#include "hwy/highway.h"
#include "machine/lanes.h"

HWY_BEFORE_NAMESPACE();
namespace kheap::machine::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <Lane T>
using RowTag = hn::CappedTag<T, kVectorLanes<T>>;

// `count` lanes, and zeros behind them.
template <Lane T>
HWY_INLINE hn::Vec<RowTag<T>> LoadPart(const T* source, std::size_t count) {
  alignas(kVectorBytes) T row[kVectorLanes<T>] = {};
  std::memcpy(row, source, count * sizeof(T));
  return hn::Load(RowTag<T>(), row);
}

template <Lane T>
HWY_INLINE void StorePart(hn::Vec<RowTag<T>> vector, T* destination,
                          std::size_t count) {
  alignas(kVectorBytes) T row[kVectorLanes<T>];
  hn::Store(vector, RowTag<T>(), row);
  std::memcpy(destination, row, count * sizeof(T));
}

// out[i] = Operator(sources[i] …) for each i.
template <typename Operator, Lane T, Lane... Sources>
HWY_INLINE void MapRow(T* out, std::size_t count, const Sources*... sources) {
  const Operator compute;
  const RowTag<T> tag;
  const std::size_t lanes = hn::Lanes(tag);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(compute(hn::LoadU(RowTag<Sources>(), sources + i)...), tag,
               out + i);
  }
  if (i < count) {
    StorePart<T>(compute(LoadPart(sources + i, count - i)...), out + i,
                 count - i);
  }
}

template <Lane T>
HWY_INLINE hn::Vec<RowTag<T>> CanonicalNan(hn::Vec<RowTag<T>> v) {
  if constexpr (FloatingLane<T>) {
    const auto nan = hn::Set(RowTag<T>(), std::numeric_limits<T>::quiet_NaN());
    return hn::IfThenElse(hn::Eq(v, v), v, nan);
  } else {
    return v;
  }
}

template <Lane T>
using RowVector = hn::Vec<RowTag<T>>;

// a < b ? a : b, and so b where they are not ordered.
template <Lane T>
struct MinOperator {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    if constexpr (IntegerLane<T>) return hn::Min(a, b);
    return hn::IfThenElse(hn::Lt(a, b), a, b);
  }
};
template <Lane T>
struct MaxOperator {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    if constexpr (IntegerLane<T>) return hn::Max(a, b);
    return hn::IfThenElse(hn::Lt(b, a), a, b);
  }
};

}  // namespace kheap::machine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // KHEAP_MACHINE_LANE_ROWS_INL_H_
