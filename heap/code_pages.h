// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_HEAP_CODE_PAGES_H_
#define KHEAP_HEAP_CODE_PAGES_H_

// The pages of Region::kCode, whose bytes the host's processor may run, and
// what may be done with each:
//
//   begin(kCode)        states, one byte for each page; then exec/'s records
//   kCodePagesBegin     page 0, page 1 …                       end(kCode)
//
//   state        guest         host memory is
//   kNone        nothing       readable
//   kWritable    load, store   readable and writable
//   kSealed      load          readable and executable
//   kFreed       nothing       readable
//
// No page is ever writable and executable. The host can read all of them, so
// that the arena remains one array of bytes. GlobalHeap::SetCodeState changes a
// state and the host's memory together.

#include <cstdint>

#include "heap/address.h"

namespace kheap {

enum class CodeState : std::uint8_t { kNone, kWritable, kSealed, kFreed };

// A multiple of every host's page size, so the map is the same on all of them.
inline constexpr std::uint64_t kCodePageBytes = 65536;
inline constexpr std::uint64_t kCodePageCountMax = 256;
inline constexpr Address kCodePagesBegin{65536};

constexpr std::uint64_t CodePageOf(Address address) {
  return (address - kCodePagesBegin) / kCodePageBytes;
}

}  // namespace kheap

#endif  // KHEAP_HEAP_CODE_PAGES_H_
