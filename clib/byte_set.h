// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLIB_BYTE_SET_H_
#define KHEAP_CLIB_BYTE_SET_H_

// The set of characters that a guest's string lists.

#include <array>
#include <cstddef>
#include <cstdint>

#include "bitshift/bits.h"
#include "clib/guest_string.h"
#include "clib/string_length.h"

namespace kheap::clib {

class ByteSet {
 public:
  // The characters of `string` without its zero byte.
  ByteSet(const GlobalHeap& heap, Address string) {
    const std::uint64_t length = Strlen(heap, string);
    const std::byte* const bytes = HostBytes(heap, string);
    for (std::uint64_t i = 0; i < length; ++i) Add(bytes[i]);
  }

  void Add(std::byte byte) {
    const auto index = std::to_integer<int>(byte);
    words_[index / 64] = bits::SetBit(words_[index / 64], index % 64);
  }
  bool Has(std::byte byte) const {
    const auto index = std::to_integer<int>(byte);
    return bits::TestBit(words_[index / 64], index % 64);
  }

 private:
  std::array<std::uint64_t, 4> words_{};
};

// A search for the first byte that is in the set (`kWanted` true) or not in it.
template <bool kWanted>
inline auto FindMember(const ByteSet& set) {
  return
      [&set](const std::byte* bytes, std::uint64_t begin, std::uint64_t size) {
        std::uint64_t i = begin;
        while (i < size && set.Has(bytes[i]) != kWanted) ++i;
        return i;
      };
}

}  // namespace kheap::clib

#endif  // KHEAP_CLIB_BYTE_SET_H_
