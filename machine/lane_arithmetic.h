// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_LANE_ARITHMETIC_H_
#define KHEAP_MACHINE_LANE_ARITHMETIC_H_

// Arithmetic lane by lane; lanes.h says what all functions on rows share.
// Integers wrap.

#include <cstddef>
#include <cstdint>

#include "machine/lanes.h"

namespace kheap::machine {

namespace lanes {

template <typename T>
struct ArithmeticKernels {
  BinaryKernel<T>* add;
  BinaryKernel<T>* subtract;
  BinaryKernel<T>* multiply;
  BinaryKernel<T>* divide;   // floating point only
  BinaryKernel<T>* bit_and;  // integers only, as the next two
  BinaryKernel<T>* bit_or;
  BinaryKernel<T>* bit_xor;
  UnaryKernel<T>* negate;
  UnaryKernel<T>* square_root;  // floating point only
  TernaryKernel<T>* multiply_add;
};

template <typename T>
struct SignedKernels {
  BinaryKernel<T>* min;
  BinaryKernel<T>* max;
  UnaryKernel<T>* absolute;
};

struct ArithmeticTable {
  ForUnsignedLanes<ArithmeticKernels> arithmetic;
  ForAllLanes<SignedKernels> of_sign;
};

// The kernels for this processor.
const ArithmeticTable& Arithmetic();
// Chooses them anew: for a test that has taken vectors away.
void ChooseArithmetic();

template <Lane T>
const ArithmeticKernels<Unsigned<T>>& ArithmeticOf() {
  return std::get<ArithmeticKernels<Unsigned<T>>>(Arithmetic().arithmetic);
}
template <Lane T>
const SignedKernels<T>& SignedOf() {
  return std::get<SignedKernels<T>>(Arithmetic().of_sign);
}

template <Lane T>
void Call(BinaryKernel<Unsigned<T>>* kernel, T* out, const T* a, const T* b,
          std::size_t count) {
  kernel(AsUnsigned(out), AsUnsigned(a), AsUnsigned(b), count);
}

}  // namespace lanes

template <Lane T>
void AddLanes(T* out, const T* a, const T* b, std::size_t count) {
  lanes::Call(lanes::ArithmeticOf<T>().add, out, a, b, count);
}
// a - b
template <Lane T>
void SubtractLanes(T* out, const T* a, const T* b, std::size_t count) {
  lanes::Call(lanes::ArithmeticOf<T>().subtract, out, a, b, count);
}
template <Lane T>
void MultiplyLanes(T* out, const T* a, const T* b, std::size_t count) {
  lanes::Call(lanes::ArithmeticOf<T>().multiply, out, a, b, count);
}
// a / b
template <FloatingLane T>
void DivideLanes(T* out, const T* a, const T* b, std::size_t count) {
  lanes::ArithmeticOf<T>().divide(out, a, b, count);
}
// a * b + c; in floating point rounded once.
template <Lane T>
void MultiplyAddLanes(T* out, const T* a, const T* b, const T* c,
                      std::size_t count) {
  lanes::ArithmeticOf<T>().multiply_add(
      lanes::AsUnsigned(out), lanes::AsUnsigned(a), lanes::AsUnsigned(b),
      lanes::AsUnsigned(c), count);
}
// -a; of a floating-point number the other sign bit.
template <Lane T>
void NegateLanes(T* out, const T* a, std::size_t count) {
  lanes::ArithmeticOf<T>().negate(lanes::AsUnsigned(out), lanes::AsUnsigned(a),
                                  count);
}
template <FloatingLane T>
void SquareRootLanes(T* out, const T* a, std::size_t count) {
  lanes::ArithmeticOf<T>().square_root(out, a, count);
}

template <IntegerLane T>
void AndLanes(T* out, const T* a, const T* b, std::size_t count) {
  lanes::Call(lanes::ArithmeticOf<T>().bit_and, out, a, b, count);
}
template <IntegerLane T>
void OrLanes(T* out, const T* a, const T* b, std::size_t count) {
  lanes::Call(lanes::ArithmeticOf<T>().bit_or, out, a, b, count);
}
template <IntegerLane T>
void XorLanes(T* out, const T* a, const T* b, std::size_t count) {
  lanes::Call(lanes::ArithmeticOf<T>().bit_xor, out, a, b, count);
}

// a < b ? a : b, so b where one of them is a NaN.
template <Lane T>
void MinLanes(T* out, const T* a, const T* b, std::size_t count) {
  lanes::SignedOf<T>().min(out, a, b, count);
}
// b < a ? a : b
template <Lane T>
void MaxLanes(T* out, const T* a, const T* b, std::size_t count) {
  lanes::SignedOf<T>().max(out, a, b, count);
}
// |a|; the least integer's is itself, a floating-point number's has the sign
// bit 0.
template <Lane T>
void AbsoluteLanes(T* out, const T* a, std::size_t count) {
  lanes::SignedOf<T>().absolute(out, a, count);
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_LANE_ARITHMETIC_H_
