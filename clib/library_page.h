// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_LIBRARY_PAGE_H_
#define KHEAP_CLIB_LIBRARY_PAGE_H_

// What the C library itself remembers, in the arena's library region: the guest
// may load it, and the runtime keeps it.
//
//   +0     random_state      of rand; 0 is the state after srand(1)
//   +8     token_position    where strtok goes on; 0 before its first call
//   +16    unknown_error     the text for a number that is no error's
//   +48    other_signal      the text for a real-time or unknown signal
//   +80    error_texts       the text of each error, at a place of its own, so
//   …      signal_texts      a result of strerror stays good for ever
//
// Zero bytes are the state at the start of a program. A text is written when it
// is asked for.

#include <array>
#include <cstdint>

#include "clib/message_text.h"
#include "heap/global_heap.h"
#include "heap/little_endian.h"
#include "heap/memory_layout.h"

namespace kheap::clib {

// Enough for "Unknown signal -2147483648".
inline constexpr std::uint64_t kNumberedTextBytes = 32;

struct LibraryPage {
  LittleEndian<std::uint64_t> random_state;
  LittleEndian<std::uint64_t> token_position;
  std::array<char, kNumberedTextBytes> unknown_error;
  std::array<char, kNumberedTextBytes> other_signal;
  std::array<char, kErrorTextBytes> error_texts;
  std::array<char, kSignalTextBytes> signal_texts;
};
static_assert(sizeof(LibraryPage) <= kLibraryBytes);

inline Address LibraryPageAddress(const GlobalHeap& heap) {
  return heap.layout().begin(Region::kLibrary);
}
inline LibraryPage& LibraryPageOf(GlobalHeap& heap) {
  return heap.RuntimeObject<LibraryPage>(LibraryPageAddress(heap));
}

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_LIBRARY_PAGE_H_
