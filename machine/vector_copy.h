// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_MACHINE_VECTOR_COPY_H_
#define KHEAP_MACHINE_VECTOR_COPY_H_

// Copies a string that is not long in one pass, with the widest vectors of the
// processor that the program runs on: the string is held in registers until its
// end is found, so nothing has been written when it turns out not to fit.

#include <atomic>
#include <cstddef>

namespace kheap::machine {

namespace vector_copy {

using StringCopy = std::size_t(std::byte* destination, const std::byte* source,
                               std::size_t room);
extern std::atomic<StringCopy*> copy_string;

// As vector_scan::ChooseKernels.
void ChooseKernels();

}  // namespace vector_copy

// Copies the string with its zero byte and returns its length, where that is
// below `room` and the string ends within the first few vectors. Else returns a
// number not below `room` and writes nothing. The two may overlap.
//
// Precondition: kVectorSlackBytes (vector_scan.h) behind the source are
// readable.
inline std::size_t CopyShortString(std::byte* destination,
                                   const std::byte* source, std::size_t room) {
  return vector_copy::copy_string.load(std::memory_order_relaxed)(destination,
                                                                  source, room);
}

}  // namespace kheap::machine

#endif  // KHEAP_MACHINE_VECTOR_COPY_H_
