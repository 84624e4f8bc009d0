// SPDX-License-Identifier: Apache-2.0
#include "machine/lane_reduce.h"

#include <atomic>
#include <limits>
#include <tuple>

// Highway compiles this file once for each kind of vector.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "machine/lane_reduce.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "machine/lane_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kheap::machine::HWY_NAMESPACE {

// ---- operators: on vectors, on lanes, and the lane that changes nothing -----

template <Lane T>
struct SumFold {
  HWY_INLINE RowVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    return hn::Add(a, b);
  }
  static T OfLanes(T a, T b) { return static_cast<T>(a + b); }
  // Adding -0 changes no number, not even +0.
  static constexpr T kNeutral = FloatingLane<T> ? static_cast<T>(-0.0) : T{0};
};

template <typename T>
constexpr T Largest() {
  return FloatingLane<T> ? std::numeric_limits<T>::infinity()
                         : std::numeric_limits<T>::max();
}
template <typename T>
constexpr T Least() {
  return FloatingLane<T> ? -std::numeric_limits<T>::infinity()
                         : std::numeric_limits<T>::min();
}

template <Lane T>
struct MinFold : MinOperator<T> {
  static T OfLanes(T a, T b) { return a < b ? a : b; }
  static constexpr T kNeutral = Largest<T>();
};
template <Lane T>
struct MaxFold : MaxOperator<T> {
  static T OfLanes(T a, T b) { return b < a ? a : b; }
  static constexpr T kNeutral = Least<T>();
};

// ---- the fold ---------------------------------------------------------------

// Folds `blocks` blocks of 64 bytes into `columns`: kParts vectors, each in a
// register, which are parts of a column row.
template <typename Fold, int kParts, Lane T>
HWY_INLINE void FoldBlocks(const T* row, std::size_t blocks, T* columns) {
  const Fold fold;
  const RowTag<T> tag;
  const std::size_t lanes = hn::Lanes(tag);
  const auto load = [&](const T* from, int part) HWY_ATTR {
    return hn::LoadU(tag, from + (part < kParts ? part : 0) * lanes);
  };
  auto part0 = load(columns, 0);
  auto part1 = load(columns, 1);
  auto part2 = load(columns, 2);
  auto part3 = load(columns, 3);
  for (std::size_t i = 0; i < blocks; ++i, row += kVectorLanes<T>) {
    part0 = fold(part0, load(row, 0));
    if constexpr (kParts > 1) part1 = fold(part1, load(row, 1));
    if constexpr (kParts > 2) part2 = fold(part2, load(row, 2));
    if constexpr (kParts > 2) part3 = fold(part3, load(row, 3));
  }
  hn::StoreU(part0, tag, columns);
  if constexpr (kParts > 1) hn::StoreU(part1, tag, columns + lanes);
  if constexpr (kParts > 2) hn::StoreU(part2, tag, columns + 2 * lanes);
  if constexpr (kParts > 2) hn::StoreU(part3, tag, columns + 3 * lanes);
}

template <typename Fold, Lane T>
T FoldRow(const T* row, std::size_t count) {
  constexpr std::size_t kColumns = kVectorLanes<T>;
  alignas(kVectorBytes) T columns[kColumns];
  for (T& column : columns) column = Fold::kNeutral;
  const std::size_t blocks = count / kColumns;
  std::size_t i = blocks * kColumns;
  switch (kColumns / hn::Lanes(RowTag<T>())) {
    case 1:
      FoldBlocks<Fold, 1>(row, blocks, columns);
      break;
    case 2:
      FoldBlocks<Fold, 2>(row, blocks, columns);
      break;
    case 4:
      FoldBlocks<Fold, 4>(row, blocks, columns);
      break;
    default:
      i = 0;
  }
  for (; i < count; ++i) {
    T& column = columns[i % kColumns];
    column = Fold::OfLanes(column, row[i]);
  }
  for (std::size_t half = kColumns / 2; half > 0; half /= 2) {
    for (std::size_t j = 0; j < half; ++j) {
      columns[j] = Fold::OfLanes(columns[j], columns[j + half]);
    }
  }
  return columns[0];
}

// ---- kernels ----------------------------------------------------------------

template <Lane T>
T SumRow(const T* row, std::size_t count) {
  if (count == 0) return T{0};
  const T sum = FoldRow<SumFold<T>>(row, count);
  if constexpr (FloatingLane<T>) {
    return sum == sum ? sum : std::numeric_limits<T>::quiet_NaN();
  } else {
    return sum;
  }
}

template <typename... T>
constexpr void Fill(std::tuple<lanes::SumKernels<T>...>& table) {
  table = {lanes::SumKernels<T>{&SumRow<T>}...};
}
template <typename... T>
constexpr void Fill(std::tuple<lanes::ExtremeKernels<T>...>& table) {
  table = {lanes::ExtremeKernels<T>{&FoldRow<MinFold<T>, T>,
                                    &FoldRow<MaxFold<T>, T>}...};
}

constexpr lanes::ReduceTable MakeTable() {
  lanes::ReduceTable table = {};
  Fill(table.sum);
  Fill(table.extreme);
  return table;
}

const lanes::ReduceTable* ReduceForTarget() {
  static constexpr lanes::ReduceTable table = MakeTable();
  return &table;
}

}  // namespace kheap::machine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kheap::machine {

HWY_EXPORT(ReduceForTarget);

namespace lanes {

namespace {
constinit std::atomic<const ReduceTable*> chosen = nullptr;
}  // namespace

void ChooseReduce() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  chosen.store(HWY_DYNAMIC_DISPATCH(ReduceForTarget)(),
               std::memory_order_relaxed);
}

const ReduceTable& Reduce() {
  const ReduceTable* table = chosen.load(std::memory_order_relaxed);
  if (table == nullptr) {
    ChooseReduce();
    table = chosen.load(std::memory_order_relaxed);
  }
  return *table;
}

}  // namespace lanes

}  // namespace kheap::machine
#endif  // HWY_ONCE
