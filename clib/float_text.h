// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_FLOAT_TEXT_H_
#define KHEAP_CLIB_FLOAT_TEXT_H_

// Floating-point numbers from text: strtod, strtof, strtold, atof. long double
// is double here.
//
// The text is white space, a sign, and a decimal or hexadecimal number,
// "infinity" or "nan", as C has it. Nothing is read behind the first character
// that does not belong to it.
//
// The result is the nearest number, the even one of two, on every host. The
// guest's errno becomes ERANGE where the magnitude is too large (the result is
// an infinity) and where it is so small that the result, 0 or a subnormal
// number, is not exact. "nan(number)" puts the number into the significand's
// low bits, as many as there are below the quiet bit.
//
// `end_pointer` is as for the functions of integer_text.h.
//
// Source: C23 7.24.1.5, with the results of the GNU C library where it leaves a
// choice.

#include "heap/global_heap.h"

namespace kheap::clib {

double Strtod(GlobalHeap& heap, Address text, Address end_pointer);
float Strtof(GlobalHeap& heap, Address text, Address end_pointer);
inline double Strtold(GlobalHeap& heap, Address text, Address end_pointer) {
  return Strtod(heap, text, end_pointer);
}

// Leaves errno alone.
double Atof(const GlobalHeap& heap, Address text);

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_FLOAT_TEXT_H_
