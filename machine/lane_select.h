// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_LANE_SELECT_H_
#define KHEAP_MACHINE_LANE_SELECT_H_

// Choosing among lanes; lanes.h says what all functions on rows share.

#include <cstddef>

#include "machine/lanes.h"

namespace kheap::machine {

namespace lanes {

template <typename T>
struct SelectKernels {
  void (*equal)(MaskLane<T>* out, const T* a, const T* b, std::size_t count);
  void (*select)(T* out, const MaskLane<T>* mask, const T* a, const T* b,
                 std::size_t count);
  void (*store_masked)(T* out, const MaskLane<T>* mask, const T* a,
                       std::size_t count);
  UnaryKernel<T>* reverse;
  void (*shuffle)(T* out, const T* a, const MaskLane<T>* index,
                  std::size_t count);
};

template <typename T>
struct OrderKernels {
  void (*less)(MaskLane<T>* out, const T* a, const T* b, std::size_t count);
  void (*less_or_equal)(MaskLane<T>* out, const T* a, const T* b,
                        std::size_t count);
};

struct SelectTable {
  ForUnsignedLanes<SelectKernels> select;
  ForAllLanes<OrderKernels> order;
};

// The kernels for this processor.
const SelectTable& Select();
// Chooses them anew: for a test that has taken vectors away.
void ChooseSelect();

template <Lane T>
const SelectKernels<Unsigned<T>>& SelectOf() {
  return std::get<SelectKernels<Unsigned<T>>>(Select().select);
}
template <Lane T>
const OrderKernels<T>& OrderOf() {
  return std::get<OrderKernels<T>>(Select().order);
}

}  // namespace lanes

// ---- comparison: masks. With a NaN all three say no. ------------------------

template <Lane T>
void EqualLanes(MaskLane<T>* out, const T* a, const T* b, std::size_t count) {
  lanes::SelectOf<T>().equal(out, lanes::AsUnsigned(a), lanes::AsUnsigned(b),
                             count);
}
template <Lane T>
void LessLanes(MaskLane<T>* out, const T* a, const T* b, std::size_t count) {
  lanes::OrderOf<T>().less(out, a, b, count);
}
template <Lane T>
void LessOrEqualLanes(MaskLane<T>* out, const T* a, const T* b,
                      std::size_t count) {
  lanes::OrderOf<T>().less_or_equal(out, a, b, count);
}

// ---- selection --------------------------------------------------------------

// mask ? a : b
template <Lane T>
void SelectLanes(T* out, const MaskLane<T>* mask, const T* a, const T* b,
                 std::size_t count) {
  lanes::SelectOf<T>().select(lanes::AsUnsigned(out), mask,
                              lanes::AsUnsigned(a), lanes::AsUnsigned(b),
                              count);
}
// Writes a's lanes where the mask says yes; the others are not touched, so that
// another thread may use them.
template <Lane T>
void StoreMaskedLanes(T* out, const MaskLane<T>* mask, const T* a,
                      std::size_t count) {
  lanes::SelectOf<T>().store_masked(lanes::AsUnsigned(out), mask,
                                    lanes::AsUnsigned(a), count);
}

// ---- order. The result is none of the sources. ------------------------------

// The last lane first.
template <Lane T>
void ReverseLanes(T* out, const T* a, std::size_t count) {
  lanes::SelectOf<T>().reverse(lanes::AsUnsigned(out), lanes::AsUnsigned(a),
                               count);
}
// out[i] = a[index[i]], or 0 where there is no such lane.
template <Lane T>
void ShuffleLanes(T* out, const T* a, const MaskLane<T>* index,
                  std::size_t count) {
  lanes::SelectOf<T>().shuffle(lanes::AsUnsigned(out), lanes::AsUnsigned(a),
                               index, count);
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_LANE_SELECT_H_
