// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_LANE_REDUCE_H_
#define KHEAP_MACHINE_LANE_REDUCE_H_

// One number of a row; lanes.h says what all functions on rows share.
//
// The order of operations is the same on every processor, for it shows in sums
// of floating-point numbers. Lane i of the row goes into column i modulo L,
// where L lanes are 64 bytes, first lane first; then the upper half of the
// columns goes into the lower half until one is left:
//
//   columns   0 1 2 3   ->   0+2 1+3   ->   (0+2)+(1+3)
//
// Sums of integers wrap. Min and max take `column < lane ? column : lane` and
// its mirror image, so a NaN replaces a column and is replaced by the next
// lane.

#include <cstddef>

#include "machine/lanes.h"

namespace kheap::machine {

namespace lanes {

template <typename T>
struct SumKernels {
  T (*sum)(const T* row, std::size_t count);
};

template <typename T>
struct ExtremeKernels {
  T (*min)(const T* row, std::size_t count);
  T (*max)(const T* row, std::size_t count);
};

struct ReduceTable {
  ForUnsignedLanes<SumKernels> sum;
  ForAllLanes<ExtremeKernels> extreme;
};

// The kernels for this processor.
const ReduceTable& Reduce();
// Chooses them anew: for a test that has taken vectors away.
void ChooseReduce();

template <Lane T>
const ExtremeKernels<T>& ExtremeOf() {
  return std::get<ExtremeKernels<T>>(Reduce().extreme);
}

}  // namespace lanes

// 0 of no lanes.
template <Lane T>
T SumOfLanes(const T* row, std::size_t count) {
  using U = lanes::Unsigned<T>;
  return static_cast<T>(std::get<lanes::SumKernels<U>>(lanes::Reduce().sum)
                            .sum(lanes::AsUnsigned(row), count));
}
// Of no lanes the largest number, or infinity.
template <Lane T>
T MinOfLanes(const T* row, std::size_t count) {
  return lanes::ExtremeOf<T>().min(row, count);
}
// Of no lanes the least number, or minus infinity.
template <Lane T>
T MaxOfLanes(const T* row, std::size_t count) {
  return lanes::ExtremeOf<T>().max(row, count);
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_LANE_REDUCE_H_
