// SPDX-License-Identifier: Apache-2.0
#include "machine/lane_select.h"

#include <atomic>
#include <tuple>

// Highway compiles this file once for each kind of vector.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "machine/lane_select.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "machine/lane_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kheap::machine::HWY_NAMESPACE {

template <Lane T>
using MaskVector = RowVector<MaskLane<T>>;

// ---- operators --------------------------------------------------------------

// Highway's mask as a row of all bits or none.
template <Lane T>
HWY_INLINE MaskVector<T> Spread(hn::Mask<RowTag<T>> mask) {
  return hn::BitCast(RowTag<MaskLane<T>>(), hn::VecFromMask(RowTag<T>(), mask));
}
// Any lane but 0 as Highway's mask.
template <Lane T>
HWY_INLINE hn::Mask<RowTag<T>> Chosen(MaskVector<T> mask) {
  const RowTag<MaskLane<T>> tag;
  return hn::RebindMask(RowTag<T>(), hn::Ne(mask, hn::Zero(tag)));
}

template <Lane T>
struct Equal {
  HWY_INLINE MaskVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    return Spread<T>(hn::Eq(a, b));
  }
};
template <Lane T>
struct Less {
  HWY_INLINE MaskVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    return Spread<T>(hn::Lt(a, b));
  }
};
template <Lane T>
struct LessOrEqual {
  HWY_INLINE MaskVector<T> operator()(RowVector<T> a, RowVector<T> b) const {
    if constexpr (FloatingLane<T>) {
      return Spread<T>(hn::Le(a, b));
    } else {
      return hn::Not(Spread<T>(hn::Lt(b, a)));
    }
  }
};
template <Lane T>
struct SelectOperator {
  HWY_INLINE RowVector<T> operator()(MaskVector<T> mask, RowVector<T> a,
                                     RowVector<T> b) const {
    return hn::IfThenElse(Chosen<T>(mask), a, b);
  }
};

// ---- kernels ----------------------------------------------------------------

template <typename Operator, Lane T>
void CompareRow(MaskLane<T>* out, const T* a, const T* b, std::size_t count) {
  MapRow<Operator>(out, count, a, b);
}

template <Lane T>
void SelectRow(T* out, const MaskLane<T>* mask, const T* a, const T* b,
               std::size_t count) {
  MapRow<SelectOperator<T>>(out, count, mask, a, b);
}

template <Lane T>
void StoreMaskedRow(T* out, const MaskLane<T>* mask, const T* a,
                    std::size_t count) {
  std::size_t i = 0;
#if HWY_TARGET <= HWY_AVX3  // Later x86 targets have smaller numbers.
  // This processor's masked stores leave the other lanes alone.
  const RowTag<T> tag;
  for (; i + hn::Lanes(tag) <= count; i += hn::Lanes(tag)) {
    const auto chosen = Chosen<T>(hn::LoadU(RowTag<MaskLane<T>>(), mask + i));
    hn::BlendedStore(hn::LoadU(tag, a + i), chosen, tag, out + i);
  }
#endif
  for (; i < count; ++i) {
    if (mask[i] != 0) out[i] = a[i];
  }
}

template <Lane T>
void ReverseRow(T* out, const T* a, std::size_t count) {
  std::size_t i = 0;
  // Highway has none for bytes.
  if constexpr (sizeof(T) > 1) {
    const RowTag<T> tag;
    const std::size_t lanes = hn::Lanes(tag);
    for (; i + lanes <= count; i += lanes) {
      const auto last = hn::LoadU(tag, a + count - i - lanes);
      hn::StoreU(hn::Reverse(tag, last), tag, out + i);
    }
  }
  for (; i < count; ++i) out[i] = a[count - 1 - i];
}

template <Lane T>
void ShuffleRow(T* out, const T* a, const MaskLane<T>* index,
                std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = index[i] < count ? a[index[i]] : T{0};
  }
}

template <typename... T>
constexpr void Fill(std::tuple<lanes::SelectKernels<T>...>& table) {
  table = {lanes::SelectKernels<T>{&CompareRow<Equal<T>, T>, &SelectRow<T>,
                                   &StoreMaskedRow<T>, &ReverseRow<T>,
                                   &ShuffleRow<T>}...};
}
template <typename... T>
constexpr void Fill(std::tuple<lanes::OrderKernels<T>...>& table) {
  table = {lanes::OrderKernels<T>{&CompareRow<Less<T>, T>,
                                  &CompareRow<LessOrEqual<T>, T>}...};
}

constexpr lanes::SelectTable MakeTable() {
  lanes::SelectTable table = {};
  Fill(table.select);
  Fill(table.order);
  return table;
}

const lanes::SelectTable* SelectForTarget() {
  static constexpr lanes::SelectTable table = MakeTable();
  return &table;
}

}  // namespace kheap::machine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kheap::machine {

HWY_EXPORT(SelectForTarget);

namespace lanes {

namespace {
constinit std::atomic<const SelectTable*> chosen = nullptr;
}  // namespace

void ChooseSelect() {
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  chosen.store(HWY_DYNAMIC_DISPATCH(SelectForTarget)(),
               std::memory_order_relaxed);
}

const SelectTable& Select() {
  const SelectTable* table = chosen.load(std::memory_order_relaxed);
  if (table == nullptr) {
    ChooseSelect();
    table = chosen.load(std::memory_order_relaxed);
  }
  return *table;
}

}  // namespace lanes

}  // namespace kheap::machine
#endif  // HWY_ONCE
