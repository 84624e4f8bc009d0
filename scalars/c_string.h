// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_SCALARS_C_STRING_H_
#define KHEAP_SCALARS_C_STRING_H_

// C strings to and from host text.

#include <string_view>

#include "scalars/c_number.h"
#include "scalars/ptr.h"

namespace kheap {

// The bytes from `string` up to its terminating zero, in the arena: good until
// the guest changes them or the break moves down.
//
// The search ends with the region that the string begins in. Faults are those
// of one load of the string and its zero; where there is no zero, fault 111
// with one byte more than the region has left.
std::string_view ViewCString(Ptr<CChar> string);

// Writes `text` and a terminating zero after one check. A zero byte within the
// text ends the string for C, but is written like any other.
void StoreCString(Ptr<CChar> destination, std::string_view text);

}  // namespace kheap

#endif  // KHEAP_SCALARS_C_STRING_H_
