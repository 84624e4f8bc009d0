// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_BYTE_READER_H_
#define KHEAP_CLIB_BYTE_READER_H_

// Reads the bytes of a string one by one, for the functions that decide at each
// byte whether to read the next. The fault is that of guest_string.h.

#include <cstdint>

#include "clib/guest_string.h"
#include "heap/global_heap.h"

namespace kheap::clib {

class ByteReader {
 public:
  ByteReader(const GlobalHeap& heap, Address string)
      : heap_(heap),
        string_(string),
        region_bytes_(heap.LoadableBytesInRegion(string)) {}

  char operator[](std::uint64_t index) const {
    if (index >= region_bytes_ || !IsReadable(index)) [[unlikely]] {
      RaiseByteFault(heap_, string_, index);
    }
    return static_cast<char>(*HostBytes(heap_, string_ + index));
  }

 private:
  bool IsReadable(std::uint64_t index) const {
    const Shadow* const shadow = heap_.shadow();
    return shadow == nullptr ||
           shadow->At(string_ + index) == ShadowByte::kInitialised;
  }

  const GlobalHeap& heap_;
  const Address string_;
  const std::uint64_t region_bytes_;
};

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_BYTE_READER_H_
