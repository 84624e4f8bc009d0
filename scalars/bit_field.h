// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_BIT_FIELD_H_
#define KHEAP_SCALARS_BIT_FIELD_H_

// Reading and writing the bit-fields of a struct in the arena. Only the bytes
// that hold a bit of the field are touched, at most nine.
//
// In checked mode a store makes those bytes initialised as a whole: the shadow
// knows bytes, not bits.

#include <cstdint>

#include "heap/address.h"
#include "heap/global_heap.h"
#include "scalars/struct_layout.h"

namespace kheap {

// The value of `field`, a bit-field of the struct at `begin`, extended by its
// type's sign. An unsigned one of 64 bits comes as the same bits.
std::int64_t LoadBitField(const GlobalHeap& heap, Address begin,
                          const StructLayout::Field& field);

// Stores the low bits of `value`, or for a bool whether it is not 0, and leaves
// all other bits as they are.
void StoreBitField(GlobalHeap& heap, Address begin,
                   const StructLayout::Field& field, std::int64_t value);

}  // namespace kheap

#endif  // KHEAP_SCALARS_BIT_FIELD_H_
